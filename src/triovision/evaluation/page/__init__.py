"""The evaluation as one self-contained page: no script, no font, no picture from anywhere else.

parts.py        text, numbers and tables, escaped
charts.py       drawings in SVG
sections.py     what the page says, section by section
comparison.py   a second bundle beside the first
document.py     the page around them
thumbnails.py   small copies of the photos of the surest mistakes
style.css       light and dark
"""

from triovision.evaluation.page.document import make_page
from triovision.evaluation.page.thumbnails import make_thumbnails

__all__ = ["make_page", "make_thumbnails"]
