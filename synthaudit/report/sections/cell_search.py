"""Cells searched: whether rare pieces of members' cells stand anywhere in the release."""

from synthaudit.files.catalogue import _, marks
from synthaudit.report.components import TextAndTable
from synthaudit.report.numbers import count, measured, pvalue, shown
from synthaudit.report.retold import worded
from synthaudit.types import AuditReport, CellSearch, Estimate
from synthaudit.verdict.levels import CELLS_ALPHA
from synthaudit.verdict.reasons import pieces_found

_NAME = 80


def view(report: AuditReport) -> TextAndTable | None:
    """What was looked for, and what was found; None where nothing could be compared."""
    search = report.cells
    if search is None:
        return None
    return TextAndTable(text=(_looked_for(search), *_found(search), *_counters(search)), table=None)


def _looked_for(search: CellSearch) -> str:
    return _(
        "{n_pieces} rare pieces of people's cells were looked up in every cell of the release as it was "
        "delivered, in all columns and backwards too: whole cells, runs of letters and digits, digits of "
        "numbers, and two values joined. Whole texts were compared as well. Distances do not see what is "
        "hidden there."
    ).format(n_pieces=count(search.n_pieces))


def _found(search: CellSearch) -> tuple[str, ...]:
    if not search.detected:
        return (
            _(
                "Pieces of members' cells were not found more often than non-members' ({p}; leakage is "
                "detected at {alpha:g})."
            ).format(p=_p(search), alpha=CELLS_ALPHA),
        )
    share = search.tpr_at_fpr
    of_members = (
        _(" Whoever looks them up finds {share} of the members at 1 false name in 100.").format(
            share=measured(share, as_percent=True)
        )
        if isinstance(share, Estimate)
        else ""
    )
    return (
        _("{pieces} Chance hardly does that: {p}.{of_members}").format(
            pieces=worded(pieces_found(search)), p=_p(search), of_members=of_members
        ),
        _(
            "Look at these columns of the release: a record may be written into them, or rare values of the "
            "training table used again."
        ),
    )


def _p(search: CellSearch) -> str:
    text = pvalue(search.pvalue)
    return f"p {text}" if text.startswith("<") else f"p = {text}"


def _counters(search: CellSearch) -> tuple[str, ...]:
    if not search.counters:
        return ()
    names = ", ".join(marks().title(shown(name, _NAME)) for name in search.counters[:5])
    more = _(" and {n} more").format(n=count(len(search.counters) - 5)) if len(search.counters) > 5 else ""
    return (_("Not looked up, for they count the rows: {names}{more}.").format(names=names, more=more),)
