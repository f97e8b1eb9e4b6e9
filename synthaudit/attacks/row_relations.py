"""What a row keeps of a person although each of its values was moved: gaps, remainders, the values in another order.

Own method. Dates that are all moved by one number of days a person, amounts multiplied by one factor a person, or
readings handed to other columns lie far from their originals and have none of their values; how the values of one row
stand to each other is as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, ClassVar, Literal, NamedTuple

import numpy as np

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.relations import Relations, gaps, order, remainders
from synthaudit.attacks.common.scale import spread_of
from synthaudit.attacks.common.sorted_columns import SortedColumns, n_below, sorted_columns
from synthaudit.encoding import distance_columns, number_columns
from synthaudit.files.catalogue import N_
from synthaudit.runtime.jit import bare, jit
from synthaudit.runtime.shared import shared
from synthaudit.types import About, AttackerView, Cells, FloatArray, IntArray, ThreatModel

_CHANCE = 1.0
"""Surprise of a relation that one row has by chance; what is above it counts."""
_FAR = 0.5
"""Spreads of a relation beyond which two rows have nothing in common in it."""
_EXACT = 1e-3
"""Of the distance to the nearest other person, what is as good as none."""


class _Known(NamedTuple):
    """Relations of the candidates, and how those of all people lie."""

    relations: FloatArray
    people: SortedColumns
    """Of all people."""
    far: FloatArray
    """(q,) differences beyond which a relation counts nothing."""


class _Rows(NamedTuple):
    """Rows of one table in the order of a key; where keys are equal, of another number that all relations make."""

    key: FloatArray
    tie: FloatArray
    relations: FloatArray
    place: IntArray
    """Where in the table each row stands."""


class _Beside(NamedTuple):
    """(2, n) the rows next to each candidate by a key, below and above, and what they have in common with it."""

    key: FloatArray
    tie: FloatArray
    surprise: FloatArray


@dataclass(frozen=True, slots=True)
class RowRelations:
    """The summed surprise of how the values of x stand to each other as they do in one synthetic row.

    The relations are by view: ``gaps``, differences to one of the columns, of times, of numbers and of logs of numbers;
    ``remainders``, times of the day and what is left of numbers beyond whole units; ``order``, the values of columns
    that hold the like, in the order of their size. A relation in which x and a row differ by e counts
    ``-log(share of other people who are that near to x) - 1`` where that is above 0. Rows are looked up by one relation
    at a time, the nearest on either side; what the best row of the reference has is taken off.
    """

    view: Literal["gaps", "remainders", "order"]
    name: str = "row_relations"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Relations within a row"),
        idea=N_(
            "Looks for a synthetic row whose values stand to each other as those of x do: the days between its dates,"
            " the ratios of its amounts, what is left beyond whole units, the same values in other columns. Each"
            " relation counts by how rare it is among people."
        ),
        sees=N_(
            "Rows whose dates were all moved by one number of days a person, whose numbers were multiplied by or raised"
            " by one number a person, whose values changed columns, or that were moved by whole units or days alone."
        ),
        misses=N_("Rows moved value by value; categories; tables of fewer than two columns of numbers or times."),
        cost=N_(
            "At most 12 look-ups of n candidates among m rows in each group of columns, 2 rows of at most 10 columns"
            " each."
        ),
        source=N_("Own."),
    )
    declared: ClassVar[Declared] = Declared(
        looks_at="relation",
        view_labels={"gaps": N_("gaps and ratios"), "remainders": N_("remainders"), "order": N_("order")},
        quick=("gaps", "remainders", "order"),
    )

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) surprise of the best synthetic row above that of the best row of the reference; 0 without relations."""
        n, own = len(candidates), view.reference_is_candidates
        people = candidates.values if own else np.concatenate([candidates.values, view.reference.values])
        is_number = number_columns(view.schema) & distance_columns(view.schema)
        is_time = np.array([column.kind == "datetime" for column in view.schema.columns], dtype=bool) & is_number
        made = {"gaps": gaps, "remainders": remainders, "order": order}[self.view]
        best = np.zeros(n)

        def real() -> tuple[Any, ...]:
            return is_number, is_time, candidates.values, view.reference.values, own

        # A sentinel of 1e300 has no square: such a row is near to nobody.
        with np.errstate(over="ignore", invalid="ignore"):
            relations = list(made(people, is_number, is_time))
            # One after the other, for they take room; but a release that is read part by part is read once.
            places = range(len(relations))
            for together in [[i] for i in places] if view.parts is None else [places]:
                known = {i: _known(relations[i].of(people), n) for i in together}
                of_release = {i: _nobody(relations[i], n) for i in together}
                for cells in view.all_cells():
                    for i in together:
                        _meet(relations[i], known[i], cells.values, of_release[i], itself=False)
                for i in together:
                    make = partial(_strangers, relations[i], known[i], view.reference.values, itself=own)
                    of_strangers = shared(view.shared, f"{self.name}/{self.view}/{i}", real, make)
                    best = np.maximum(best, _most(of_release[i]) - of_strangers)
        return best


def _known(relations: FloatArray, n: int) -> _Known:
    """Of all people, the first n of whom are the candidates."""
    return _Known(
        relations=np.ascontiguousarray(relations[:n]),
        people=sorted_columns(relations),
        far=_FAR * spread_of(relations),
    )


def _nobody(relations: Relations, n: int) -> list[_Beside]:
    """By each key, before any row is met."""
    ends = np.repeat([[-np.inf], [np.inf]], n, axis=1)
    return [_Beside(key=ends.copy(), tie=ends.copy(), surprise=np.zeros((2, n))) for _ in relations.keys]


def _meet(relations: Relations, known: _Known, values: FloatArray, beside: Sequence[_Beside], *, itself: bool) -> None:
    """Look among the rows of a table, or of a part of it, for those next to each candidate by each key."""
    theirs = relations.of(values)
    weight = np.sqrt(np.arange(theirs.shape[1]) + 2.0) / np.maximum(known.far, 1e-300)
    tie = (np.nan_to_num(theirs) * weight).sum(axis=1)
    for of, state in zip(relations.keys, beside, strict=True):
        key = of(theirs)
        present = np.flatnonzero(~np.isnan(key))
        # Where keys are equal all relations decide, not the order of a file.
        place = present[np.lexsort([tie[present], key[present]])]
        rows = _Rows(key=key[place], tie=tie[place], relations=theirs[place], place=place.astype(np.int64))
        _look_up(np.ascontiguousarray(of(known.relations)), rows, known, itself, state)


def _strangers(relations: Relations, known: _Known, reference: FloatArray, *, itself: bool) -> FloatArray:
    """(n,) what the best row of the reference has."""
    beside = _nobody(relations, len(known.relations))
    _meet(relations, known, reference, beside, itself=itself)
    return _most(beside)


def _most(beside: Sequence[_Beside]) -> FloatArray:
    """(n,) by the key and on the side that have most."""
    return np.asarray(np.max([state.surprise for state in beside], axis=(0, 1)), dtype=np.float64)


@jit
def _look_up(keys: FloatArray, rows: _Rows, known: _Known, itself: bool, beside: _Beside) -> None:
    """Put the rows next to each candidate in place of those that are not as near; ``itself``: rows are candidates."""
    keys, rows, known, beside = bare(keys), bare(rows), bare(known), bare(beside)
    m = len(rows.key)
    for x in range(len(keys)):
        if keys[x] != keys[x]:
            continue
        at = np.searchsorted(rows.key, keys[x])
        for above in range(2):
            t = at - 1 + above
            if itself and 0 <= t < m and rows.place[t] == x:
                t += 2 * above - 1
            if not 0 <= t < m:
                continue
            key, tie = rows.key[t], rows.tie[t]
            # Farther from the end, which is nearer to the candidate.
            way = 1.0 - 2.0 * above
            if way * (key - beside.key[above, x]) < 0.0 or (
                key == beside.key[above, x] and way * (tie - beside.tie[above, x]) <= 0.0
            ):
                continue
            beside.key[above, x], beside.tie[above, x] = key, tie
            total = 0.0
            for k in range(known.relations.shape[1]):
                here = known.relations[x, k]
                apart = abs(here - rows.relations[t, k])
                if apart <= known.far[k] and known.people.size[k] > 1:
                    total += max(0.0, _surprise(known.people, k, here, apart) - _CHANCE)
            beside.surprise[above, x] = total


@jit
def _surprise(people: SortedColumns, k: int, here: float, apart: float) -> float:
    """-log of the share of other people who are at most so far from ``here``, who is one of them."""
    people = bare(people)
    size = people.size[k]
    # Differences of rounded numbers are off in their last bits.
    slack = 1e-9 * max(abs(here), people.values[k, size - 1] - people.values[k, 0])
    low = n_below(people, k, here - apart - slack, False)
    high = n_below(people, k, here + apart + slack, True)
    others = high - low - 1
    if others > 0:
        return float(np.log(size / others))
    nearest = np.inf
    if low > 0:
        nearest = here - people.values[k, low - 1]
    if high < size:
        nearest = min(nearest, people.values[k, high] - here)
    return float(np.log(size / max(_EXACT, min(1.0, apart / nearest))))
