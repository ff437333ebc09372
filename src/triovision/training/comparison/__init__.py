"""Several recipes side by side: trained on the same data, shown on one page.

runs.py      trains them, and reads back what they came to
chart.py     line charts as SVG
page.py      the page: one file that asks the network for nothing
"""

from __future__ import annotations

from triovision.training.comparison.runs import Entry, compare

__all__ = ["Entry", "compare"]
