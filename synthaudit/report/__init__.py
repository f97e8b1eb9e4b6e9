"""Evidence -> HTML: one self-contained page per audit, one index page per batch."""

from synthaudit.report.render import render_index, render_report
from synthaudit.report.view import IndexEntry

__all__ = ["IndexEntry", "render_index", "render_report"]
