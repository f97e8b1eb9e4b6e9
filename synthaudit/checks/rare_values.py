"""Columns that give people away: rare exact values of members that the release repeats.

The attack ``value_reuse`` adds such values up over columns; here the auditor, who knows the labels, says which
columns they stand in. A value is looked up, counted and forgotten: only counts leave this module.
"""

import numpy as np

from synthaudit.attacker.candidates import People, Pile
from synthaudit.linkage.agreement import count_of
from synthaudit.statistics.copies import copies_test
from synthaudit.statistics.multiplicity import holm
from synthaudit.types import BoolArray, Cells, ColumnReuse, IntArray, Reuse, Schema

AT_MOST = 1
"""A value is rare where the attacker's sample of the population holds it at most so often."""
ALPHA = 0.05


def measure_reuse(schema: Schema, pile: Pile, synthetic: Cells, is_met: BoolArray | None = None) -> Reuse:
    """Count, column by column, whose rare values the release repeats.

    Parameters
    ----------
    schema : Schema
        The d audited columns.
    pile : Pile
        Everybody with their labels: those set aside as reference have values to lose too.
    synthetic : Cells
        The release.
    is_met : (n, d) bool array, optional
        Whether the release holds the value of each cell of everybody, where ``synthetic`` is a sample of it.

    Returns
    -------
    Reuse
        One entry for each column in which a rare value of at least one person occurs in the release; the order is
        that of the columns.

    Notes
    -----
    The unit is the row (the person where entities are declared). Whose own rows stand in the attacker's sample, those
    do not count there. Who holds a rare value that the release repeats is found without the labels, and the sample
    takes the same share of either side, so if nothing leaked the members among them are hypergeometric
    (Fisher's exact test, one-sided, the test of verbatim copies); p-values are adjusted over columns after Holm (1979).
    A column without such a person has p = 1 whatever the labels and does not count as a test.
    """
    everybody = pile.everybody
    is_member = everybody.is_member
    is_met = count_of(everybody.cells, synthetic) > 0 if is_met is None else is_met
    is_reused = everybody.by_unit(_rare(everybody, pile) & is_met)
    tested = np.flatnonzero(is_reused.any(axis=0))
    tests = [copies_test(is_reused[:, i], is_member) for i in tested]
    adjusted = holm([test.pvalue for test in tests])
    return Reuse(
        at_most=AT_MOST,
        n_reference=len(pile.candidates) if pile.reference is None else len(pile.reference),
        n_members=int(is_member.sum()),
        n_nonmembers=int((~is_member).sum()),
        n_columns=len(schema.columns),
        columns=tuple(
            ColumnReuse(
                column=schema.columns[i].name,
                members=int((is_reused[:, i] & is_member).sum()),
                nonmembers=int((is_reused[:, i] & ~is_member).sum()),
                excess=test.excess,
                pvalue=test.pvalue,
                pvalue_adjusted=float(p),
                reused=bool(p < ALPHA),
            )
            for i, test, p in zip(tested, tests, adjusted, strict=True)
        ),
    )


def _rare(everybody: People, pile: Pile) -> BoolArray:
    """(n_rows, d) whether a cell is there and others of the population hold its value at most ``AT_MOST`` times."""
    cells, n = everybody.cells, len(pile.candidates)
    reference = pile.candidates if pile.reference is None else pile.reference
    counts = count_of(cells, reference)
    if pile.reference is None:
        counts = counts - _own(cells, everybody.unit)
    elif pile.aside is not None:
        counts[n:] -= _own(pile.aside.cells, pile.aside.unit)
    return np.asarray((cells.codes > 0) & (counts <= AT_MOST), dtype=np.bool_)


def _own(cells: Cells, unit: IntArray) -> IntArray:
    """(n_rows, d) in how many rows of its own unit each cell's value stands."""
    own = np.empty(cells.codes.shape, dtype=np.int64)
    for i in range(cells.codes.shape[1]):
        code = cells.codes[:, i].astype(np.int64)
        _, which, n = np.unique(unit * (code.max(initial=0) + 2) + code + 1, return_inverse=True, return_counts=True)
        own[:, i] = n[which]
    return own
