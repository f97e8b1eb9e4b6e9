"""Who is at risk: groups formed without the labels, by rarity and by the columns that the user calls sensitive.

A level's text leaves this module only where at least ten members and ten non-members have it; every other count is
pooled or hidden, together with what it could be worked out from.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd

from synthaudit.attacker.candidates import Pile
from synthaudit.attacker.view import Attacker
from synthaudit.encoding import NUMBERS, midrank
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.statistics.subgroups import NOBODY, PERMUTATIONS, SMALLEST, group_estimates, group_tests, hidden
from synthaudit.types import (
    AuditData,
    BoolArray,
    Column,
    Coverage,
    FloatArray,
    IntArray,
    NotEstimable,
    Schema,
    Subgroup,
)

NAMED = 0.05
"""Family-wise p below which a group is named."""
TENTHS = 10
TENTH_NAMES = (
    N_("most ordinary tenth"),
    *(N_("tenth {i} of 10").format(i=i) for i in range(2, TENTHS)),
    N_("rarest tenth"),
)
QUARTER_NAMES = (N_("lowest quarter"), N_("second quarter"), N_("third quarter"), N_("highest quarter"))
RARE, MISSING = N_("(rare levels)"), N_("(missing)")
MOST_LEVELS = 20
_NEIGHBOURS = 5
_VIEW = "quantile_l2"
_LONGEST_NAME = 80
_HIDDEN = NotEstimable(
    not_estimable=N_(
        "fewer than {smallest} members or non-members, or hidden so that another such group cannot be worked out"
    ).format(smallest=SMALLEST)
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Partition:
    """One way to cut the units into groups."""

    kind: Literal["rarity", "column"]
    by: str
    names: tuple[str, ...]
    group: IntArray
    """(n_units,) position in ``names``, -1 for none."""


def measure_groups(
    data: AuditData,
    pile: Pile,
    attacking: Attacker,
    scores: FloatArray,
    order: IntArray,
    rng: np.random.Generator,
    n_permutations: int = PERMUTATIONS,
) -> tuple[tuple[Subgroup, ...], Coverage]:
    """Measure one pre-registered attack group by group.

    Parameters
    ----------
    data : AuditData
        For the levels of sensitive columns.
    pile : Pile
        Candidates with their labels.
    attacking : Attacker
        Whose distances from the candidates to the reference say how rare a candidate is.
    scores : (n_units,) array of float
        Of the attack, fixed before any label was read.
    order : (n_units,) array of int
        Breaks ties, the order of the whole audit.

    Returns
    -------
    groups : tuple of Subgroup
        Tenths from the most ordinary to the rarest, then the groups of each column declared sensitive.
    coverage : Coverage
        Which groups were looked at, and which were not.
    """
    partitions = [rarity_tenths(isolation(attacking, pile))]
    columns = [column for column in data.schema.columns if column.is_declared_sensitive]
    frame = pile.frame(data) if columns else pd.DataFrame()
    for column in columns:
        partition = _by_column(column, frame[column.name], pile)
        if partition is not None:
            partitions.append(partition)
    groups = _measured(partitions, scores, pile.is_member, order, rng, n_permutations)
    return groups, _coverage(data.schema, groups, columns)


def isolation(attacking: Attacker, pile: Pile) -> FloatArray:
    """(n_units,) how far each candidate is from others: mean distance to the five nearest of the reference.

    The candidate's own person is no neighbour; a person counts by the most isolated row. Blind to the labels: the
    reference was chosen without them.
    """
    neighbours = attacking.to_reference[_VIEW]
    is_stranger = neighbours.row >= 0
    if attacking.reference_is_candidates:
        is_stranger &= pile.unit[np.maximum(neighbours.row, 0)] != pile.unit[:, None]
    used = is_stranger & (np.cumsum(is_stranger, axis=1) <= _NEIGHBOURS)
    mean = np.where(used, neighbours.distance, 0.0).sum(axis=1) / np.maximum(used.sum(axis=1), 1)
    out = np.full(len(pile.is_member), -np.inf)
    np.maximum.at(out, pile.unit, mean)
    return out


def rarity_tenths(rarity: FloatArray) -> _Partition:
    """Ten groups of equal size, up to one unit; equal rarity in the order of the pile, which is random."""
    n = len(rarity)
    group = np.empty(n, dtype=np.int64)
    group[np.argsort(rarity, kind="stable")] = np.arange(n) * TENTHS // max(n, 1)
    return _Partition(kind="rarity", by="rarity", names=TENTH_NAMES, group=group)


def _by_column(column: Column, cells: pd.Series, pile: Pile) -> _Partition | None:
    """The groups of one sensitive column, or None where it has fewer than two that may be shown."""
    if column.kind in ("text", "identifier"):
        return None
    names, group = _quarters(cells, pile) if column.kind in NUMBERS else _levels(cells, pile)
    names, group = pooled(names, group, pile.is_member)
    if len(names) < 2:
        return None
    return _Partition(kind="column", by=column.name, names=tuple(names), group=group)


def _levels(cells: pd.Series, pile: Pile) -> tuple[list[str], IntArray]:
    """Levels, and that of each unit: a person's is the most frequent of its rows, the first by name where equal."""
    code, levels = pd.factorize(cells, sort=True)
    names = [_short(str(level)) for level in levels]
    if (code < 0).any():
        code = np.where(code < 0, len(names), code)
        names.append(MISSING)
    pair, count = np.unique(pile.unit * len(names) + code, return_counts=True)
    unit, level = pair // len(names), pair % len(names)
    best = np.lexsort((level, -count, unit))
    first = np.unique(unit[best], return_index=True)[1]
    return names, level[best][first].astype(np.int64)


def _quarters(cells: pd.Series, pile: Pile) -> tuple[list[str], IntArray]:
    """Quarters of the unlabelled candidates by value; a person's value is the mean of its rows."""
    moments = cells.to_numpy("datetime64[us]").astype(np.int64).astype(float) if cells.dtype.kind == "M" else None
    values = cells.to_numpy(float) if moments is None else np.where(cells.isna(), np.nan, moments)
    is_present = ~np.isnan(values)
    n = len(pile.is_member)
    count = np.bincount(pile.unit[is_present], minlength=n)
    mean = np.bincount(pile.unit[is_present], weights=values[is_present], minlength=n) / np.maximum(count, 1)
    known = count > 0
    group = np.full(n, len(QUARTER_NAMES), dtype=np.int64)
    group[known] = np.minimum((4 * midrank(mean[known], np.sort(mean[known]))).astype(np.int64), 3)
    return [*QUARTER_NAMES, MISSING], group


def pooled(names: Sequence[str], group: IntArray, is_member: BoolArray) -> tuple[list[str], IntArray]:
    """Pool levels with fewer than ten members or non-members until the pool itself has ten of both.

    Where it does not, the smallest other level joins it, so that what the pool holds cannot be worked out. At most
    20 levels keep a group of their own.

    Examples
    --------
    >>> group = np.repeat([0, 1, 2], [40, 30, 6])
    >>> names, pooled_group = pooled(["a", "b", "c"], group, np.arange(76) % 2 == 0)
    >>> names, np.bincount(pooled_group).tolist()  # 3 + 3 of "c" are hidden behind the smaller of the others
    (['a', '(rare levels)'], [40, 36])
    """
    n1 = np.bincount(group[is_member], minlength=len(names))
    n0 = np.bincount(group[~is_member], minlength=len(names))
    occurs = n1 + n0 > 0
    small = occurs & ((n1 < SMALLEST) | (n0 < SMALLEST))
    by_size = np.argsort(-(n1 + n0), kind="stable")
    large = [i for i in by_size if occurs[i] and not small[i]]
    for i in large[MOST_LEVELS:]:
        small[i] = True
    large = large[:MOST_LEVELS]
    while small.any() and large and min(n1[small].sum(), n0[small].sum()) < SMALLEST:
        small[large.pop()] = True
    shown = sorted(large)
    number = np.full(len(names), NOBODY, dtype=np.int64)
    number[shown] = np.arange(len(shown))
    number[small] = len(shown)
    return [names[i] for i in shown] + ([RARE] if small.any() else []), number[group]


def _measured(
    partitions: Sequence[_Partition],
    scores: FloatArray,
    is_member: BoolArray,
    order: IntArray,
    rng: np.random.Generator,
    n_permutations: int,
) -> tuple[Subgroup, ...]:
    """One family over all groups that may be shown."""
    numbers, n_tested = [], 0
    for part in partitions:
        counts = [np.bincount(part.group[side], minlength=len(part.names)) for side in (is_member, ~is_member)]
        shown = np.flatnonzero(~hidden(*counts))
        number = np.full(len(part.names) + 1, NOBODY, dtype=np.int64)
        number[shown] = n_tested + np.arange(len(shown))
        n_tested += len(shown)
        numbers.append(number)
    group_of = np.column_stack([n[part.group] for n, part in zip(numbers, partitions, strict=True)])
    tests = group_tests(scores, is_member, group_of, order, rng, n_permutations)
    above = _above(scores, is_member, order)
    groups = []
    for part, number in zip(partitions, numbers, strict=True):
        for i, name in enumerate(part.names):
            t, inside = number[i], part.group == i
            if t == NOBODY:
                groups.append(_suppressed(part, name))
                continue
            auc, tpr = group_estimates(scores, is_member, inside, order)
            groups.append(
                Subgroup(
                    kind=part.kind,
                    by=part.by,
                    name=name,
                    n_members=int((inside & is_member).sum()),
                    n_nonmembers=int((inside & ~is_member).sum()),
                    auc=auc,
                    tpr_at_fpr=tpr,
                    n_found=int((inside & is_member & above).sum()),
                    n_named=int((inside & ~is_member & above).sum()),
                    pvalue=float(tests.pvalue[t]),
                    pvalue_adjusted=float(tests.pvalue_adjusted[t]),
                    stands_out=bool(tests.pvalue_adjusted[t] < NAMED),
                )
            )
    return tuple(groups)


def _above(scores: FloatArray, is_member: BoolArray, order: IntArray) -> BoolArray:
    """(n_units,) who stands above the (k+1)-th highest non-member, k = 1 % of them: the audit's own threshold."""
    positions = np.lexsort((order, -scores))
    k = int(0.01 * (~is_member).sum() + 1e-9)
    last = np.flatnonzero(~is_member[positions])[k]
    above = np.zeros(len(scores), dtype=np.bool_)
    above[positions[:last]] = True
    return above


def _suppressed(part: _Partition, name: str) -> Subgroup:
    return Subgroup(
        kind=part.kind,
        by=part.by,
        name=name,
        n_members=None,
        n_nonmembers=None,
        auc=_HIDDEN,
        tpr_at_fpr=_HIDDEN,
        n_found=None,
        n_named=None,
        pvalue=None,
        pvalue_adjusted=None,
        stands_out=False,
    )


def _coverage(schema: Schema, groups: Sequence[Subgroup], columns: Sequence[Column]) -> Coverage:
    shown = [group for group in groups if group.n_members is not None]
    n_tenths = sum(group.kind == "rarity" for group in shown)
    cut = {group.by for group in groups if group.kind == "column"}
    clauses = [N_("{n_tenths} of {tenths} tenths by rarity").format(n_tenths=n_tenths, tenths=TENTHS)]
    if cut:
        clauses.append(
            N_("{n_tenths} groups of {cut}").format(n_tenths=len(shown) - n_tenths, cut=_listed(sorted(cut)))
        )
    if uncut := sorted(column.name for column in columns if column.name not in cut):
        clauses.append(
            N_("none of {uncut}, whose levels are too few or too small to be shown").format(uncut=_listed(uncut))
        )
    reason = "; ".join(clauses)
    if not columns:
        reason += N_("; no column is declared sensitive, so no other group was looked at")
        guessed = [column.name for column in schema.columns if "sensitive" in column.inferred]
        if guessed:
            reason += N_(" ({guessed} may be by name; declare it with [columns.NAME] sensitive = true)").format(
                guessed=_listed(guessed)
            )
    return Coverage(test=N_("groups at risk"), status="ran" if n_tenths == TENTHS else "ran_low_power", reason=reason)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"'{printable(name)}'" for name in names[:5])
    return shown + (", …" if len(names) > 5 else "")


def _short(name: str) -> str:
    return name if len(name) <= _LONGEST_NAME else name[: _LONGEST_NAME - 1] + "…"
