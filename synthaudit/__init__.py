"""Tell from a synthetic table who was in the real one: measured attacks, honest statistics, a verdict."""

from importlib import import_module

from synthaudit._version import __version__ as __version__

TYPE_CHECKING = False
"""As in ``typing``, which takes longer to import than all else that comes before signals are answered."""
if TYPE_CHECKING:
    from typing import Any

    from synthaudit.api import Audit as Audit
    from synthaudit.api import audit as audit
    from synthaudit.api import audit_batch as audit_batch
    from synthaudit.api import compare as compare
    from synthaudit.api import history as history
    from synthaudit.api import infer_schema as infer_schema
    from synthaudit.api import plan as plan
    from synthaudit.api import query as query
    from synthaudit.api import split as split
    from synthaudit.api import write_report as write_report

__all__ = [
    *("Audit", "audit", "audit_batch", "compare", "history", "infer_schema", "plan", "query", "split", "write_report"),
]


def __getattr__(name: str) -> "Any":
    # Public names are looked up on first use, so that ``synthaudit --help`` imports no numerics.
    if name in __all__:
        return getattr(import_module("synthaudit.api"), name)
    raise AttributeError(f"module 'synthaudit' has no attribute {name!r}")
