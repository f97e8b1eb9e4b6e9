"""The real rows whose laws a release is held against, where shares of levels were changed on purpose."""

from synthaudit.attacker.rebalanced import declared_codes, same_shares
from synthaudit.files import printable
from synthaudit.pipeline.context import Tables
from synthaudit.pipeline.step import line
from synthaudit.types import Cells, Coverage

STREAM = (23,)
TEST = "rebalanced columns"
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
        All real rows and nothing where nothing is declared; all of them and a line that blocks a pass where the declared
        levels leave too little to compare.
    """
    columns, schema = tables.data.rebalanced, tables.data.schema
    if not columns:
        return real, ()
    codes = (declared_codes(schema, cells, columns) for cells in (real, release))
    drawn = same_shares(*codes, tables.stream(STREAM))
    named = " and ".join(f"'{printable(name)}'" for name in columns)
    objection = None
    if len(columns) > MOST_DECLARED * len(schema.columns):
        objection = f"{len(columns)} of {len(schema.columns)} columns are declared; at most half of them may be"
    elif drawn.unmatched > UNMATCHED:
        objection = f"{drawn.unmatched:.1%} of the rows of the release have levels of {named} that no real row has"
        objection += " together" if len(columns) > 1 else ""
    elif len(drawn.rows) < FEWEST:
        objection = (
            f"only {len(drawn.rows):,} of {len(real):,} real rows can be drawn with the release's shares of {named};"
            f" below {FEWEST} a disguise would not show. Audit the release as it was before rebalancing"
        )
    if objection is not None:
        return real, (line(TEST, "ran_low_power", objection, blocks_pass=True),)
    reason = (
        f"shares of {named} changed on purpose, as declared: the release is held against {len(drawn.rows):,} of"
        f" {len(real):,} real rows, drawn with its shares and without knowing who is a member; every person and every row"
        " is attacked"
    )
    return real.take(drawn.rows), (line(TEST, "ran", reason),)
