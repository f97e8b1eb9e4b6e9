"""The words that the page uses."""

from synthaudit.files.catalogue import _
from synthaudit.report import words
from synthaudit.types import AuditReport


def view(_report: AuditReport) -> tuple[tuple[str, str], ...]:
    """Each word and what it means, the same on every page."""
    return tuple((_(word), _(meaning)) for word, meaning in words.GLOSSARY)
