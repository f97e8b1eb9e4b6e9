"""The real rows whose laws a release is held against, where shares of levels were changed on purpose."""

from collections.abc import Iterator

from synthaudit.attacker.rebalanced import SameShares, declared_codes, same_shares
from synthaudit.checks.fidelity import looks_renamed
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import line
from synthaudit.types import Cells, CodeArray, Coverage

COMPARABLE_STREAM = (23,)
TEST = N_("rebalanced columns")
FEWEST = 200
"""Real rows with the release's shares, below which a disguise would not show."""
UNMATCHED = 0.05
"""Largest share of the release's rows whose declared levels no real row has together."""
MOST_DECLARED = 0.5
"""Largest part of the columns that may be declared: other names for the levels of all of them would hide every copy."""


def comparable_rows(tables: Tables, real: Cells, release: Cells) -> tuple[Cells, tuple[Coverage, ...]]:
    """The part of the real rows with the release's shares of declared levels, and what the record says of it.

    Parameters
    ----------
    tables : Tables
    real, release : Cells
        Candidates and reference together, unlabelled; the release as delivered.

    Returns
    -------
    Cells, tuple of Coverage
        All real rows and nothing where nothing is declared; all of them and a line that blocks a pass where the
        declared levels leave too little to compare, or may have other names.
    """
    columns = tables.data.rebalanced
    if not columns:
        return real, ()
    mine, theirs = (declared_codes(tables.data.schema, cells, columns) for cells in (real, release))
    drawn = same_shares(mine, theirs, tables.stream(COMPARABLE_STREAM))
    objection = next(_objections(tables, drawn, mine, theirs), None)
    if objection is not None:
        return real, (line(TEST, "ran_low_power", objection, blocks_pass=True),)
    reason = N_(
        "shares of {columns} changed on purpose, as declared: the release is held against {n:,} of {n_2:,} "
        "real rows, drawn in its shares and without knowing who is a member; everybody is attacked all the "
        "same"
    ).format(columns=_named(columns), n=len(drawn.rows), n_2=len(real))
    return real.take(drawn.rows), (line(TEST, "ran", reason),)


def _objections(tables: Tables, drawn: SameShares, real: CodeArray, release: CodeArray) -> Iterator[str]:
    """Why the declaration cannot be followed."""
    columns, n_columns = tables.data.rebalanced, len(tables.data.schema.columns)
    named = _named(columns)
    if len(columns) > MOST_DECLARED * n_columns:
        yield N_("{n} of {n_columns} columns are declared; at most half of them may be").format(
            n=len(columns), n_columns=n_columns
        )
    for i, column in enumerate(columns):
        if looks_renamed(real[:, i], release[:, i]):
            yield N_(
                "levels of {columns} have the shares of other levels in the real rows: other names look so"
            ).format(columns=_named((column,)))
    if drawn.unmatched > UNMATCHED:
        together = N_(" together") if len(columns) > 1 else ""
        yield N_(
            "{unmatched:.1%} of the rows of the release have levels of {named} that no real row has{together}"
        ).format(unmatched=drawn.unmatched, named=named, together=together)
    if len(drawn.rows) < FEWEST:
        yield (
            N_(
                "only {n:,} of {n_2:,} real rows can be drawn with the release's shares of {named}, and below "
                "{fewest} a disguise would not show: audit the release as it was before rebalancing"
            ).format(n=len(drawn.rows), n_2=len(real), named=named, fewest=FEWEST)
        )


def _named(columns: tuple[str, ...]) -> str:
    *first, last = [f"'{printable(name)}'" for name in columns]
    return N_("{first} and {last}").format(first=", ".join(first), last=last) if first else last
