"""The words that the page uses."""

from synthaudit.report import words
from synthaudit.types import AuditReport


def view(_report: AuditReport) -> tuple[tuple[str, str], ...]:
    """Each word and what it means, the same on every page."""
    return words.GLOSSARY
