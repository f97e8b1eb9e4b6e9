"""Values of one person that the release uses again: mail, telephone, account, national number.

Columns whose real values never repeat, and those declared identifiers, take no part in distances: a generator has to
invent them anew. What it does not invent is counted here, by letters and digits and by digits alone, on both sides, and
held against non-members and against the size of the space that the values come from. Only counts leave this module.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from synthaudit.cells import FEWEST_DIGITS, digits_of, fold_text, identity_key, number_text
from synthaudit.linkage.digests import digests_met
from synthaudit.statistics.exact_difference import lower_bound
from synthaudit.statistics.identifier_space import collision_chance, is_counter
from synthaudit.statistics.intervals import clopper_pearson_low
from synthaudit.statistics.laws import binomial_sf, hypergeometric_sf, poisson_sf
from synthaudit.types import AuditData, Column, IdentifierForm, IdentifierReuse, IntArray, ReusedIdentifiers

NEVER_REPEATS = 0.95
"""Share of different values from which on a column is taken for one whose values belong to one person each."""
FEWEST_VALUES = 20
ALPHA = 0.001
"""Error of the whole step, over its columns and both ways to compare."""
EXCESS_ERROR = 0.025
"""Of the bound of the share of members whose values are used again, as in the two-sided interval of copies."""
SHARPER = 3.0
"""A release that keeps the law of a column more sharply than it is measured here meets strangers so much more often."""
MOST_MET = 1.0
"""Members that chance may meet in a space that is still large."""
MOST_STRANGERS_MET = 0.01
"""Non-members that chance may meet where those who are met accuse the holdout: they have nobody to be compared with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The values of one column that a release holds, or those of real people among them."""

    keys: frozenset[str]
    """By their letters and digits."""
    digits: frozenset[str]
    n_keys: int
    """Different ones, at most."""
    n_digits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sides:
    """The values that members alone have, and that non-members alone have."""

    members: frozenset[str]
    nonmembers: frozenset[str]
    shared: int
    texts: Sequence[str]
    """All of them, as they are spelled."""


def identifier_columns(data: AuditData) -> tuple[Column, ...]:
    """The columns to look at: declared or inferred identifiers, and those whose real values never repeat.

    Of numbers only whole ones of six digits or more: others are quantities, which people share.
    """
    return tuple(column for column in data.schema.columns if _tells_people(data, column))


def _tells_people(data: AuditData, column: Column) -> bool:
    if column.kind in ("boolean", "datetime"):
        return False
    cells, person = _real(data, column)
    if column.kind == "numeric":
        numbers = cells.to_numpy(np.float64)
        large = np.abs(numbers) >= 10 ** (FEWEST_DIGITS - 1)
        if len(numbers) < FEWEST_VALUES or not (np.mod(numbers, 1) == 0).all() or large.mean() < NEVER_REPEATS:
            return False
    if column.kind == "identifier":
        return True
    # Several rows of one person may repeat that person's value.
    holdings = pd.DataFrame({"cell": cells.to_numpy(), "person": person}).drop_duplicates()
    n = int(holdings["cell"].nunique())
    return n >= FEWEST_VALUES and n >= NEVER_REPEATS * len(holdings)


def _real(data: AuditData, column: Column) -> tuple[pd.Series, IntArray]:
    """The cells of both real tables that are not missing, and whose they are."""
    tables = [(data.train, data.train_entity), (data.holdout, data.holdout_entity)]
    cells = pd.concat([table[column.name] for table, _ in tables if table is not None], ignore_index=True)
    codes = [entity for table, entity in tables if table is not None and entity is not None]
    person = np.concatenate(codes) if codes else np.arange(len(cells))
    present = cells.notna().to_numpy()
    return cells[present], person[present]


def released_values(table: pd.DataFrame, columns: Sequence[Column]) -> Mapping[str, Released]:
    """What a release that is held whole has in these columns."""
    released = {}
    for column in columns:
        texts = _texts(table[column.name], column)
        keys, digits = frozenset(map(identity_key, texts)), frozenset(map(digits_of, texts)) - {""}
        released[column.name] = Released(keys=keys, digits=digits, n_keys=len(keys), n_digits=len(digits))
    return released


def measure_identifiers(
    data: AuditData, columns: Sequence[Column], released: Mapping[str, Released]
) -> ReusedIdentifiers:
    """Count the values of members and of non-members that the release holds, and hold them against chance.

    Parameters
    ----------
    data : AuditData
        The real tables; without a holdout members are held against the space alone.
    columns : sequence of Column
        As from `identifier_columns`.
    released : mapping of str to Released
        By column.

    Notes
    -----
    A value that stands on both sides belongs to neither. If nothing leaked, the members' values among those found are
    hypergeometric (Fisher's exact test, one-sided), whatever the space. Where the space is large, they are binomial at
    3 m q, with m values of the release and a chance q that two strangers' values are equal. Level .001, divided by
    columns and ways to compare. Counters are left alone: a release that counts up meets whoever was counted.
    """
    compared = [entry for column in columns for entry in _compared(data, column, released[column.name])]
    n_tests = max(1, sum(entry.space != "counter" for entry in compared))
    judged = [_judged(entry, ALPHA / n_tests) for entry in compared]
    names = {column.name for column in columns if column.kind != "numeric"}
    judged = [replace(entry, excess_low=_excess(entry)) if entry.column in names else entry for entry in judged]
    best: dict[str, IdentifierReuse] = {}
    for entry in judged:
        # Letters and digits come first, and stay where digits alone say no more.
        if entry.column not in best or _evidence(entry) < _evidence(best[entry.column]):
            best[entry.column] = entry
    return ReusedIdentifiers(alpha=ALPHA, n_tests=n_tests, columns=tuple(best.values()))


def _evidence(entry: IdentifierReuse) -> tuple[bool, float]:
    pvalues = [entry.pvalue_chance, entry.pvalue_comparison, entry.pvalue_holdout]
    return (not (entry.reused or entry.holdout_seen), min((p for p in pvalues if p is not None), default=1.0))


def _compared(data: AuditData, column: Column, released: Released) -> Iterator[IdentifierReuse]:
    """The counts of one column, by each way to compare that applies, still without a judgement."""
    real = [_texts(table[column.name], column) for table in (data.train, data.holdout) if table is not None]
    ways: list[tuple[IdentifierForm, frozenset[str], int, list[dict[str, str]]]] = [
        (
            "letters_and_digits",
            released.keys,
            released.n_keys,
            [{identity_key(text): text for text in side} for side in real],
        )
    ]
    if column.kind != "numeric":
        by_digits = [{digits: digits for text in side if (digits := digits_of(text))} for side in real]
        if sum(map(len, by_digits)) >= FEWEST_VALUES:
            ways.append(("digits", released.digits, released.n_digits, by_digits))
        if met := digests_met(real, released.keys):
            ways.append(("digest", released.keys, released.n_keys, met))
    for form, held, n_held, sides in ways:
        members, nonmembers = frozenset(sides[0]), frozenset(sides[1] if len(sides) > 1 else ())
        texts = list({key: fold_text(text) for side in sides for key, text in side.items()}.values())
        shared = members & nonmembers
        yield _counted(
            column.name,
            form,
            _Sides(members=members - shared, nonmembers=nonmembers - shared, shared=len(shared), texts=texts),
            held,
            n_held,
        )


def _counted(name: str, form: IdentifierForm, sides: _Sides, held: frozenset[str], n_held: int) -> IdentifierReuse:
    counter = is_counter(sides.texts)
    chance = None if counter else _chance(sides)
    n1, n0 = len(sides.members), len(sides.nonmembers)
    met = None if chance is None else chance * n_held
    return IdentifierReuse(
        column=name,
        compared_by=form,
        members=len(sides.members & held),
        n_members=n1,
        nonmembers=len(sides.nonmembers & held),
        n_nonmembers=n0,
        n_synthetic=n_held,
        space="counter" if counter else "large" if met is not None and SHARPER * met * n1 <= MOST_MET else "small",
        expected=None if met is None else met * n1,
    )


def _chance(sides: _Sides) -> float | None:
    """Chance that two strangers have the same value; at least what the real tables show where the form belies it."""
    chance = collision_chance(sides.texts)
    pairs = (len(sides.members) + sides.shared) * (len(sides.nonmembers) + sides.shared)
    if chance is None or not sides.shared or poisson_sf(sides.shared - 1, pairs * chance) >= ALPHA:
        return chance
    return sides.shared / pairs


def _judged(entry: IdentifierReuse, level: float) -> IdentifierReuse:
    """The same with its p-values, and whether they are below the level of one test."""
    if entry.space == "counter":
        return entry
    n1, n0, x1, x0 = entry.n_members, entry.n_nonmembers, entry.members, entry.nonmembers
    by_comparison = by_chance = of_holdout = None
    if n1 and n0:
        by_comparison = hypergeometric_sf(x1 - 1, n1 + n0, n1, x1 + x0)
    if entry.expected is not None and entry.space == "large" and n1:
        met = min(1.0, SHARPER * entry.expected / n1)
        by_chance = float(binomial_sf(x1 - 1, n1, met))
        if n0 and entry.expected * n0 / n1 <= MOST_STRANGERS_MET:
            of_holdout = float(binomial_sf(x0 - 1, n0, met))
    beyond = not n0 or x1 * n0 > x0 * n1
    below = [p for p in (by_comparison, by_chance) if p is not None and p < level]
    return replace(
        entry,
        pvalue_comparison=by_comparison,
        pvalue_chance=by_chance,
        pvalue_holdout=of_holdout,
        reused=bool(x1 and beyond and below),
        beyond_chance=bool(x1 and beyond and by_chance is not None and by_chance < level),
        holdout_seen=bool(x0 and of_holdout is not None and of_holdout < level),
    )


def _excess(entry: IdentifierReuse) -> float | None:
    """Lower bound of the share of members given away: beyond chance where that is known, else beyond non-members."""
    if not entry.reused:
        return None
    if entry.beyond_chance and entry.expected is not None:
        return (
            clopper_pearson_low(entry.members, entry.n_members, EXCESS_ERROR)
            - SHARPER * entry.expected / entry.n_members
        )
    return lower_bound(entry.members, entry.n_members, entry.nonmembers, entry.n_nonmembers, EXCESS_ERROR)


def _texts(cells: pd.Series, column: Column) -> list[str]:
    """The different cells as text; missing ones are none."""
    values = cells.dropna().unique()
    if column.kind == "numeric":
        return [number_text(float(value)) for value in values]
    return [str(value) for value in values]
