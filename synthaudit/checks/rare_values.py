"""Columns that give people away: rare exact values of members that the release repeats.

The attack ``value_reuse`` adds such values up over columns; here the auditor, who knows the labels, says which
columns they stand in. A value is looked up, counted and forgotten: only counts leave this module.
"""

import numpy as np

from synthaudit.attacker.candidates import Pile
from synthaudit.linkage.agreement import count_of
from synthaudit.statistics.copies import copies_test
from synthaudit.statistics.multiplicity import holm
from synthaudit.types import BoolArray, Cells, ColumnReuse, IntArray, Reuse, Schema

AT_MOST = 1
"""A value is rare where the attacker's sample of the population holds it at most so often."""
ALPHA = 0.05


def measure_reuse(
    schema: Schema, pile: Pile, synthetic: Cells, reference: Cells | None, is_met: BoolArray | None = None
) -> Reuse:
    """Count, column by column, whose rare values the release repeats.

    Parameters
    ----------
    schema : Schema
        The d audited columns.
    pile : Pile
        Candidates with their labels.
    synthetic : Cells
        The release.
    reference : Cells or None
        The attacker's sample of the population; None where the candidates themselves serve, and nobody's own rows
        count then.
    is_met : (n, d) bool array, optional
        Whether the release holds the value of each candidate's cell, where ``synthetic`` is a sample of it.

    Returns
    -------
    Reuse
        One entry for each column in which a rare value of at least one candidate occurs in the release; the order is
        that of the columns.

    Notes
    -----
    The unit is the candidate (the person where entities are declared). Which candidates hold a rare value that the
    release repeats is found without the labels, so if nothing leaked the members among them are hypergeometric
    (Fisher's exact test, one-sided, the test of verbatim copies); p-values are adjusted over columns after Holm (1979).
    A column without such a candidate has p = 1 whatever the labels and does not count as a test.
    """
    is_met = count_of(pile.candidates, synthetic) > 0 if is_met is None else is_met
    is_reused = _by_unit(_rare(pile, reference) & is_met, pile)
    tested = np.flatnonzero(is_reused.any(axis=0))
    tests = [copies_test(is_reused[:, i], pile.is_member) for i in tested]
    adjusted = holm([test.pvalue for test in tests])
    return Reuse(
        at_most=AT_MOST,
        n_reference=len(pile.candidates) if reference is None else len(reference),
        n_members=int(pile.is_member.sum()),
        n_nonmembers=int((~pile.is_member).sum()),
        n_columns=len(schema.columns),
        columns=tuple(
            ColumnReuse(
                column=schema.columns[i].name,
                members=int((is_reused[:, i] & pile.is_member).sum()),
                nonmembers=int((is_reused[:, i] & ~pile.is_member).sum()),
                excess=test.excess,
                pvalue=test.pvalue,
                pvalue_adjusted=float(p),
                reused=bool(p < ALPHA),
            )
            for i, test, p in zip(tested, tests, adjusted, strict=True)
        ),
    )


def _rare(pile: Pile, reference: Cells | None) -> BoolArray:
    """(n_rows, d) whether a cell is there and others of the population hold its value at most ``AT_MOST`` times."""
    candidates = pile.candidates
    if reference is None:
        counts = count_of(candidates, candidates) - _own(candidates, pile.unit)
    else:
        counts = count_of(candidates, reference)
    return np.asarray((candidates.codes > 0) & (counts <= AT_MOST), dtype=np.bool_)


def _own(candidates: Cells, unit: IntArray) -> IntArray:
    """(n_rows, d) in how many rows of its own unit each cell's value stands."""
    own = np.empty(candidates.codes.shape, dtype=np.int64)
    for i in range(candidates.codes.shape[1]):
        code = candidates.codes[:, i].astype(np.int64)
        _, which, n = np.unique(unit * (code.max(initial=0) + 2) + code + 1, return_inverse=True, return_counts=True)
        own[:, i] = n[which]
    return own


def _by_unit(rows: BoolArray, pile: Pile) -> BoolArray:
    """(n_units, d) whether any row of a unit is marked."""
    marked = np.zeros((len(pile.is_member), rows.shape[1]), dtype=np.bool_)
    row, column = np.nonzero(rows)
    marked[pile.unit[row], column] = True
    return marked
