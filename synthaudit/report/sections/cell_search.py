"""Cells searched: whether rare pieces of members' cells stand anywhere in the release."""

from synthaudit.report.components import TextAndTable
from synthaudit.report.numbers import count, measured, pvalue, shown
from synthaudit.types import AuditReport, CellSearch, Estimate
from synthaudit.verdict.levels import CELLS_ALPHA
from synthaudit.verdict.reasons import pieces_found
from synthaudit.verdict.sentences import sentence

_NAME = 80


def view(report: AuditReport) -> TextAndTable | None:
    """What was looked for, and what was found; None where nothing could be compared."""
    search = report.cells
    if search is None:
        return None
    return TextAndTable(text=(_looked_for(search), *_found(search), *_counters(search)), table=None)


def _looked_for(search: CellSearch) -> str:
    return (
        f"{count(search.n_pieces)} rare pieces of people's cells were looked up in every cell of the release as it was"
        " delivered, in all columns and backwards too: whole cells, runs of letters and digits, digits of numbers, and"
        " two values joined. Whole texts were compared as well. Distances do not see what is hidden there."
    )


def _found(search: CellSearch) -> tuple[str, ...]:
    if not search.detected:
        return (
            f"Pieces of members' cells were not found more often than non-members' ({_p(search)}; leakage"
            f" is detected at {CELLS_ALPHA:g}).",
        )
    share = search.tpr_at_fpr
    of_members = (
        f" Whoever looks them up finds {measured(share, as_percent=True)} of the members at 1 false name in 100."
        if isinstance(share, Estimate)
        else ""
    )
    return (
        f"{sentence(pieces_found(search))} Chance hardly does that: {_p(search)}.{of_members}",
        "Look at these columns of the release: a record may be written into them, or rare values of the training table"
        " used again.",
    )


def _p(search: CellSearch) -> str:
    text = pvalue(search.pvalue)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def _counters(search: CellSearch) -> tuple[str, ...]:
    if not search.counters:
        return ()
    names = ", ".join(f"“{shown(name, _NAME)}”" for name in search.counters[:5])
    more = f" and {count(len(search.counters) - 5)} more" if len(search.counters) > 5 else ""
    return (f"Not looked up, for they count the rows: {names}{more}.",)
