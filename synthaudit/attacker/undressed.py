"""A release whose columns have another law than the real ones, brought back to the law of the real rows.

Other units, turned signs, rounding or a poor generator all move the law of a column, and rows that nobody is near give
nobody away. Column by column the release is mapped to the law of everybody, members and non-members alike and
unlabelled: numbers by their rank, levels that no real table knows by how common they are. Such a map cannot tell a
member from a non-member, so attacks on the result stay valid. It is one more look at the release, never in place of the
release itself: exact values mean nothing in it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from synthaudit.attacker.monotone_map import MonotoneMap, fit_map
from synthaudit.attacker.orientation import Associations, Orientation, orient
from synthaudit.encoding import NUMBERS, UNSEEN, joined, midrank
from synthaudit.statistics.laws import kolmogorov_upper_quantile
from synthaudit.types import BoolArray, Cells, CodeArray, FloatArray, IntArray, Schema

LAW_ALPHA = 1e-3
"""Chance that a column of the very law of the real rows is undone all the same, over all columns together."""
LEAST_MOVED = 0.02
"""Distance between two laws up to which a map moves no number by more than tolerant attacks read through anyway."""
FOREIGN = 0.01
"""Share of cells, beyond chance, whose levels no real table knows, from which on such levels are undone."""
CLEAR = 0.05
"""Share of rows by which common values must fit better in one direction than in the other."""
HALF = 0.5
"""And of rows that have such values at all."""
_LEVELS = 8
"""Commonest levels of a column whose associations orient numbers."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Undoing:
    """What brings rows of a release back to the law of the real rows; fitted on the release, or on a sample of it."""

    renamed: Mapping[int, tuple[CodeArray, CodeArray]]
    """By column: levels that no real row has, ascending, and the real ones whose place they take."""
    numbers: IntArray
    """Columns of numbers that are mapped."""
    signs: tuple[IntArray, ...]
    """By orientation: -1 where one of them is turned."""
    maps: tuple[tuple[MonotoneMap | None, ...], ...]
    """By orientation and column; None where nothing is known on either side."""
    codes: tuple[tuple[FloatArray, CodeArray], ...]
    """By column: real numbers, ascending, and their codes; of a number that one row has alone that of none."""

    def cells(self, release: Cells, delivered: FloatArray, orientation: int = 0) -> Cells:
        """These rows in one orientation.

        Parameters
        ----------
        release : Cells
            m rows.
        delivered : (m, d) float
            Their numbers with all decimals, NaN elsewhere.
        orientation : int
        """
        codes, values = self.with_levels(release.codes), release.values.copy()
        fitted = zip(self.numbers, self.signs[orientation], self.maps[orientation], self.codes, strict=True)
        for i, sign, mapping, (number, code) in fitted:
            present = np.flatnonzero(~np.isnan(values[:, i]))
            if mapping is not None:
                values[present, i] = mapping.of(sign * delivered[present, i])
                codes[present, i] = code[np.searchsorted(number, values[present, i])]
        return Cells(codes=codes, values=values)

    def with_levels(self, codes: CodeArray) -> CodeArray:
        """(m, d) codes with the levels that no real row has under the names of real ones."""
        codes = codes.copy()
        for i, (strange, names) in self.renamed.items():
            if not len(strange):
                continue
            place = np.minimum(np.searchsorted(strange, codes[:, i]), len(strange) - 1)
            codes[:, i] = np.where(strange[place] == codes[:, i], names[place], codes[:, i])
        return codes

    def rows(self, release: Cells, delivered: FloatArray) -> Cells:
        """What attacks look at: both orientations side by side where either is possible."""
        return joined(*(self.cells(release, delivered, k) for k in range(len(self.signs))))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Undressed:
    """The release with the law of the real rows in every column, and what was done to it.

    Attributes
    ----------
    cells : Cells
        m rows.
    mirrored : Cells or None
        The same rows with those columns turned whose orientation the associations leave open; None where they tell
        them all.
    columns : tuple of str
        Names of the columns that were undone.
    turned : tuple of str
        Those that surely ran the other way round, as the associations with other columns say.
    undoing : Undoing
        The same for any other rows of the release.
    """

    cells: Cells
    mirrored: Cells | None
    columns: tuple[str, ...]
    turned: tuple[str, ...]
    undoing: Undoing

    @property
    def rows(self) -> Cells:
        """What attacks look at: both orientations side by side where either is possible."""
        return self.cells if self.mirrored is None else joined(self.cells, self.mirrored)


def undress(schema: Schema, real: Cells, release: Cells, delivered: FloatArray) -> Undressed | None:
    """Bring the columns of a release back to the law of the real rows where they have another one.

    Parameters
    ----------
    schema : Schema
        The d audited columns.
    real : Cells
        Candidates and reference together, unlabelled.
    release : Cells
        m rows.
    delivered : (m, d) float
        The numbers of the release before they were rounded like those of the real tables, NaN elsewhere: in other units
        the decimals of the real tables may say nothing.

    Returns
    -------
    Undressed or None
        None where every column has the law of the real rows, or is no more than chance away from it.

    Notes
    -----
    A number is mapped to a real one in order (``monotone_map.py``), or in reversed order where associations with other
    columns or shares of common values are reversed; where neither tells, both are kept. That holds for symmetric
    columns as well, whose law is the same when they are turned, if most columns are. Equal numbers stay equal. A real
    number that one row has alone is no value that a mapped number could be equal to.
    Levels that real tables know keep their names.
    """
    numbers, levels = (
        np.array([i for i, c in enumerate(schema.columns) if c.kind in kinds], dtype=np.int64)
        for kinds in (NUMBERS, ("categorical",))
    )
    apart = np.array([_moved(real.values[:, i], release.values[:, i], len(numbers)) for i in numbers], dtype=np.bool_)
    foreign = [int(i) for i in levels if foreign_share(real.codes[:, i], release.codes[:, i]) > FOREIGN]
    renamed = {i: _renamed(real.codes[:, i], release.codes[:, i]) for i in foreign}
    nothing = np.zeros(0, dtype=np.int64)
    of_levels = Undoing(renamed=renamed, numbers=nothing, signs=(nothing,), maps=((),), codes=())
    plain = Cells(codes=of_levels.with_levels(release.codes), values=delivered)
    orientation = _orientation(real, plain, numbers, levels, apart)
    is_open = orientation.is_open & (apart | (orientation.is_open.sum() > (len(numbers) + len(levels)) / 2))
    undone = apart | is_open | (orientation.sign < 0)
    if not undone.any() and not foreign:
        return None
    signs = [orientation.sign, np.where(is_open, -1, 1) * orientation.sign] if is_open.any() else [orientation.sign]
    undoing = _fitted(of_levels, real, delivered, numbers[undone], [sign[undone] for sign in signs])
    looks = [undoing.cells(release, delivered, k) for k in range(len(signs))]
    places = sorted([*foreign, *numbers[undone].tolist()])
    return Undressed(
        cells=looks[0],
        mirrored=looks[1] if len(looks) > 1 else None,
        columns=tuple(schema.columns[i].name for i in places),
        turned=tuple(schema.columns[i].name for i in numbers[orientation.is_turned]),
        undoing=undoing,
    )


def foreign_share(real: CodeArray, release: CodeArray) -> float:
    """Share of cells of the release whose level no real row has, less that between one half of the real rows and the
    other, in [-1, 1].

    Examples
    --------
    >>> real = np.tile(np.array([1, 1, 2, 2], dtype=np.int32), 5)
    >>> foreign_share(real, np.array([1, 2, 7, 8], dtype=np.int32))
    0.5
    """
    halves = real[::2], real[1::2]
    return float((~np.isin(release, real)).mean() - (~np.isin(halves[0], halves[1])).mean())


def _moved(real: FloatArray, release: FloatArray, n_columns: int) -> bool:
    """Whether a column of numbers has another law, beyond chance and by more than matters."""
    a, b = (np.sort(column[~np.isnan(column)]) for column in (real, release))
    if not len(a) or not len(b):
        return False
    everywhere = np.concatenate([a, b])
    distance = np.abs(
        np.searchsorted(a, everywhere, side="right") / len(a) - np.searchsorted(b, everywhere, side="right") / len(b)
    ).max()
    chance = kolmogorov_upper_quantile(LAW_ALPHA / max(n_columns, 1)) * np.sqrt(1 / len(a) + 1 / len(b))
    return bool(distance > max(chance, LEAST_MOVED))


def _renamed(real: CodeArray, release: CodeArray) -> tuple[CodeArray, CodeArray]:
    """Levels that no real row has, and the names of those that the release lacks: the commonest for the commonest."""
    strange, n_strange = np.unique(release[~np.isin(release, real)], return_counts=True)
    missing, n_missing = np.unique(real[~np.isin(real, release)], return_counts=True)
    old_names, new_names = (
        strange[np.argsort(-n_strange, kind="stable")],
        missing[np.argsort(-n_missing, kind="stable")],
    )
    n = min(len(old_names), len(new_names))
    order = np.argsort(old_names[:n])
    return old_names[:n][order], new_names[:n][order]


def _orientation(real: Cells, release: Cells, numbers: IntArray, levels: IntArray, apart: BoolArray) -> Orientation:
    tables = real, release
    ranks = [np.column_stack([_midranks(t.values[:, i]) for i in numbers] or [np.empty((len(t), 0))]) for t in tables]
    common = [(i, code) for i in levels for code in _commonest(real.codes[:, i])]
    indicators = [
        np.column_stack([t.codes[:, i] == code for i, code in common] or [np.empty((len(t), 0))]) for t in tables
    ]
    by_law = [
        _by_law(real.values[:, i], release.values[:, i]) if a else 0.0 for i, a in zip(numbers, apart, strict=True)
    ]
    associations = Associations.of((ranks[0], ranks[1]), (indicators[0], indicators[1]))
    is_symmetric = [not _moved(x, 2 * np.nanmedian(x) - x, len(numbers)) for x in real.values[:, numbers].T]
    return orient(associations, apart, np.array(is_symmetric, dtype=np.bool_), np.array(by_law))


def _commonest(codes: CodeArray) -> CodeArray:
    level, count = np.unique(codes, return_counts=True)
    return level[np.argsort(-count, kind="stable")[:_LEVELS]]


def _midranks(values: FloatArray) -> FloatArray:
    """Rank of each number in its own column, in [0, 1]; .5 where missing."""
    return np.where(np.isnan(values), 0.5, midrank(values, np.sort(values[~np.isnan(values)])))


def _by_law(real: FloatArray, release: FloatArray) -> float:
    """1 where the shares of common values say that a column runs as the real one, -1 where turned, 0 where neither."""
    a, b = (column[~np.isnan(column)] for column in (real, release))
    if not len(a) or not len(b):
        return 0.0
    plain, turned = fit_map(b, a).matched, fit_map(-b, a).matched
    return float(np.sign(plain - turned)) if abs(plain - turned) > CLEAR and max(plain, turned) > HALF else 0.0


def _fitted(
    of_levels: Undoing, real: Cells, delivered: FloatArray, columns: IntArray, signs: Sequence[IntArray]
) -> Undoing:
    """With the maps of these columns in each orientation, turned where the sign is -1."""
    known = [real.values[~np.isnan(real.values[:, i]), i] for i in columns]
    numbers = [delivered[~np.isnan(delivered[:, i]), i] for i in columns]
    maps = tuple(
        tuple(
            fit_map(sign * release, numbers_known) if len(release) and len(numbers_known) else None
            for sign, release, numbers_known in zip(of_orientation, numbers, known, strict=True)
        )
        for of_orientation in signs
    )
    codes = []
    for i in columns:
        rows = np.flatnonzero(~np.isnan(real.values[:, i]))
        number, first, count = np.unique(real.values[rows, i], return_index=True, return_counts=True)
        codes.append((number, np.where(count > 1, real.codes[rows, i][first], UNSEEN).astype(np.int32)))
    return replace(of_levels, numbers=columns, signs=tuple(signs), maps=maps, codes=tuple(codes))
