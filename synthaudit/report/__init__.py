"""Evidence -> HTML: one self-contained page per audit, one index page per batch."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synthaudit.report.render import render_index as render_index
    from synthaudit.report.render import render_internal as render_internal
    from synthaudit.report.render import render_report as render_report

__all__ = ["render_index", "render_internal", "render_report"]


def __getattr__(name: str) -> Any:
    # Looked up on first use: the process that draws charts is started before anything is imported that renders.
    if name in __all__:
        return getattr(import_module("synthaudit.report.render"), name)
    raise AttributeError(f"module 'synthaudit.report' has no attribute {name!r}")
