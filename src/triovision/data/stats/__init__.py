"""What a prepared data set holds: counts, charts, a world map; as a table, a page or a picture.

counts.py      the manifest, counted batch by batch
outlines.py    outlines of countries, from the borders file
drawing.py     marks in places, and the colours of their roles
charts.py      counts -> drawings
svg.py         a drawing as SVG
raster.py      a drawing as pixels
report.py      the page and the picture
"""

from __future__ import annotations

from triovision.data.stats.counts import DataCounts, count_data
from triovision.data.stats.report import check_report, facts, shares, write_report

__all__ = ["DataCounts", "check_report", "count_data", "facts", "shares", "write_report"]
