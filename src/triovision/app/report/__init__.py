"""One page about one photo, for printing: a single HTML file that needs nothing else."""

from triovision.app.report.page import write_report

__all__ = ["write_report"]
