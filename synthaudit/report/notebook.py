"""A report in a notebook: pages that stand apart from the notebook, and tables of the page as frames."""

from collections.abc import Callable

import pandas as pd
from markupsafe import escape

from synthaudit.report.components import Cell, Missing, Named, Status, Table
from synthaudit.report.page import verdict_page
from synthaudit.report.render import render_report, render_verdict
from synthaudit.report.sections import attacks, findings
from synthaudit.types import AuditReport

_VERDICT_HEIGHT, _REPORT_HEIGHT = "46rem", "80vh"


class PageTable(pd.DataFrame):
    """A frame whose sentences a notebook shows to their end; otherwise like any other."""

    @property
    def _constructor(self) -> Callable[..., "PageTable"]:
        # What is cut out of it is shown alike.
        return PageTable

    def _repr_html_(self) -> str:
        with pd.option_context("display.max_colwidth", None):
            return str(super()._repr_html_())  # type: ignore[misc]


def verdict_html(report: AuditReport) -> str:
    """What a notebook shows of a report: the verdict, and nothing below it.

    Parameters
    ----------
    report : AuditReport
        Every text in it may be hostile.

    Returns
    -------
    str
        One element, whose page the notebook's styles and scripts do not reach, and which does not reach the notebook.
    """
    return _apart(render_verdict(report), verdict_page(report).title, _VERDICT_HEIGHT)


def report_html(report: AuditReport) -> str:
    """The whole page, as :func:`verdict_html` has the verdict."""
    return _apart(render_report(report), verdict_page(report).title, _REPORT_HEIGHT)


def _apart(page: str, title: str, height: str) -> str:
    # An empty sandbox allows nothing: no script, no form, no way out. The page itself asks for no more (its CSP).
    style = f"width:100%;height:{height};border:0;resize:vertical;overflow:auto"
    return f'<iframe sandbox="" title="{escape(title)}" style="{style}" srcdoc="{escape(page)}"></iframe>'


def findings_table(report: AuditReport) -> pd.DataFrame:
    """The page's table of findings, the gravest first; its index has their names, such as ``attribute:income``."""
    return _frame(findings.view(report).table)


def attacks_table(report: AuditReport) -> pd.DataFrame:
    """The page's table of the strongest attacks, in its words and with its figures."""
    return _frame(attacks.view(report).strongest)


def _frame(table: Table | None) -> PageTable:
    """A table of the page with its head as columns; codes of the first column, where it has them, as index."""
    if table is None:
        return PageTable()
    frame = PageTable([[_text(cell) for cell in row] for row in table.rows], columns=list(table.head))
    codes = [first.code if isinstance(first, Named) else "" for first, *_ in table.rows]
    return frame.set_axis(codes, axis="index") if all(codes) else frame


def _text(cell: Cell) -> str:
    match cell:
        case Named():
            return cell.text
        case Status():
            return cell.word
        case Missing():
            return "–"
    return cell
