"""Evidence -> HTML: one self-contained page per audit, one index page per batch."""

from synthaudit.report.components import IndexEntry
from synthaudit.report.render import render_index, render_internal, render_report

__all__ = ["IndexEntry", "render_index", "render_internal", "render_report"]
