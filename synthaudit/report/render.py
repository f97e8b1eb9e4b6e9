"""Views -> HTML: one self-contained page, the same bytes for the same evidence."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from synthaudit.checks.explanation import Explanations
from synthaudit.files.catalogue import language
from synthaudit.report.environment import environment
from synthaudit.report.escaping import css_string
from synthaudit.report.page import PageView, internal_page, page, verdict_page
from synthaudit.types import AuditReport
from synthaudit.types.column_bars import ColumnBars

if TYPE_CHECKING:
    # Pages that an audit does not render: each is imported by those who ask for it.
    from synthaudit.report.comparison import Comparison
    from synthaudit.report.history_page import Paired
    from synthaudit.report.letter import Letter
    from synthaudit.report.vendor_edition import VendorView
    from synthaudit.types.batch import BatchRecord
    from synthaudit.types.history import PastAudit


def render_report(report: AuditReport, evidence_sha256: str | None = None, previous: AuditReport | None = None) -> str:
    """The page of one audit.

    Parameters
    ----------
    report : AuditReport
        As made by an audit or read from ``evidence.json``; every text in it may be hostile.
    evidence_sha256 : str, optional
        Of the file that it was read from; by default of the one that would be written now.
    previous : AuditReport, optional
        An earlier audit of the same dataset: findings are then fixed, open or new.

    Returns
    -------
    str
        HTML in one file: no script, no request, nothing but the figures of ``report``.

    Raises
    ------
    CannotFinishError
        The templates are not installed.
    InputError
        SA-406 ``previous`` is of another training table, or under other limits.
    """
    return _render("report.html", page(report, evidence_sha256, previous))


def render_verdict(report: AuditReport) -> str:
    """What stands before the sections of the page, as a page of its own.

    Parameters
    ----------
    report : AuditReport
        As for :func:`render_report`.

    Returns
    -------
    str
        HTML in one file: no script, no request, no link.
    """
    return _render("notebook.html", verdict_page(report))


def render_vendor(report: AuditReport, previous: AuditReport | None = None) -> str:
    """The edition for the vendor: the verdict, findings in bands, and questions; no figure of the audit.

    Parameters
    ----------
    report, previous : AuditReport
        As for :func:`render_report`.

    Returns
    -------
    str
        HTML in one file. Reports whose figures differ, and whose bands do not, give the same bytes.
    """
    from synthaudit.report.vendor_edition import vendor_edition

    return _render("vendor.html", vendor_edition(report, previous))


def render_internal(
    report: AuditReport,
    explanations: Explanations | None,
    evidence_sha256: str | None = None,
    column_bars: ColumnBars | None = None,
) -> str:
    """The internal edition: the same page, marked as internal, the records that stand out, and bars of every column.

    Parameters
    ----------
    report : AuditReport
        As for :func:`render_report`.
    explanations : Explanations or None
        Rows of the real table by position; None where none could be flagged.
    evidence_sha256 : str, optional
        As for :func:`render_report`.
    column_bars : ColumnBars, optional
        Levels of the real table that ten people share, and ranges; None where nobody counted them.

    Returns
    -------
    str
        HTML in one file that names rows and shows levels that many share: not to be handed on.
    """
    return _render("internal.html", internal_page(report, explanations, evidence_sha256, column_bars))


def render_letter(report: AuditReport, evidence_sha256: str | None = None, signed_by: str = "") -> str:
    """One page that names release, verdict and hashes and is to be signed.

    Parameters
    ----------
    report, evidence_sha256
        As for :func:`render_report`.
    signed_by : str
        Fingerprint of the key that signed the audit's seal; empty where nobody did.
    """
    from synthaudit.report.letter import letter

    return _render("letter.html", letter(report, evidence_sha256, signed_by))


def _render(template: str, view: "PageView | Letter | VendorView") -> str:
    return environment().get_template(template).render(page=view, css_string=css_string)


def render_comparison(comparison: "Comparison") -> str:
    """The page that holds several releases side by side.

    Parameters
    ----------
    comparison : Comparison
        Its evidence may be hostile, and so may names of folders.

    Returns
    -------
    str
        HTML in one file; its only links are relative and lead to the reports.
    """
    from synthaudit.report.comparison_page import view

    return environment().get_template("compare.html").render(page=view(comparison), css_string=css_string)


def render_index(record: "BatchRecord") -> str:
    """The page that lists the releases of a batch with their verdicts.

    Parameters
    ----------
    record : BatchRecord
        What ``batch.json`` holds; every text in it may be hostile.

    Returns
    -------
    str
        HTML in one file; its only links are relative and lead to the reports.
    """
    from synthaudit.report.index_page import index_page

    return environment().get_template("index.html").render(page=index_page(record))


def render_history(audits: "Sequence[PastAudit]", paired: "Paired | None" = None) -> str:
    """The page of a history.

    Parameters
    ----------
    audits : sequence of PastAudit
        The oldest first; every text in it may be hostile.
    paired : mapping, optional
        As for :func:`synthaudit.report.history_page.history_page`.

    Returns
    -------
    str
        HTML in one file: no script, no request, no link; below 300 KB however many audits there are.
    """
    from synthaudit.report.history_page import history_page

    return environment().get_template("history.html").render(page=history_page(audits, paired))


def speaks_as_asked(page: Path) -> bool:
    """Whether a page that was written here is in the language of the moment."""
    return f'<html lang="{language()}">' in page.read_text("utf-8")[:200]
