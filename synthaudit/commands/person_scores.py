"""``scores.parquet`` read again: what every attack scores every person of one audit."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synthaudit.adapters.readers.duck import connection, quoted
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.statistics.units import entity_scores
from synthaudit.types import BoolArray, FloatArray, IntArray

_COLUMNS = {
    "table": "VARCHAR",
    "row": "BIGINT",
    "unit": "BIGINT",
    "attack": "VARCHAR",
    "view": "VARCHAR",
    "score": "DOUBLE",
}
MOST_SCORES = 100_000_000
"""Of one file, all attacks together: 4 GB of memory while they are put in order."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PersonScores:
    """Scores of one audit by unit: by person where people are counted, else by row."""

    scores: FloatArray
    """(K, n)"""
    is_member: BoolArray
    """(n,)"""
    unit: IntArray
    """(n,) position in its table of the first row of each; members first, each side in ascending order."""

    def same_people(self, other: "PersonScores") -> bool:
        """Whether both are of the same people, in the same order."""
        return np.array_equal(self.is_member, other.is_member) and np.array_equal(self.unit, other.unit)


def read_scores(path: Path, *, by_person: bool) -> PersonScores:
    """The scores of one audit.

    Parameters
    ----------
    path : Path
        ``scores.parquet`` as ``audit --scores`` writes it.
    by_person : bool
        Whether a person has several rows: each attack then gives the largest and the mean of them, as in the audit.

    Raises
    ------
    InputError
        SA-411 it is none that an audit wrote, or has more scores than can be held.
    """
    # DuckDB is imported where a table is read, and nowhere at the start.
    import duckdb

    try:
        with connection(path) as duck:
            source = f"read_parquet({quoted(str(path))})"
            columns = duck.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            if {name: kind for name, kind, *_ in columns} != _COLUMNS:
                raise _refusal(path, N_("it has other columns than an audit writes"))
            n_scores = int(duck.execute(f"SELECT count(*) FROM {source}").fetchall()[0][0])
            if n_scores > MOST_SCORES:
                raise _refusal(path, N_("more than {most:,} scores").format(most=MOST_SCORES))
            long = duck.execute(f'SELECT * FROM {source} ORDER BY attack, view, "table" DESC, row').fetchnumpy()
    except duckdb.Error:
        # What it says may quote the file.
        raise _refusal(path, N_("it is no Parquet file that can be read")) from None
    return _by_unit(path, long, by_person)


def _by_unit(path: Path, long: dict[str, Any], by_person: bool) -> PersonScores:
    """Of scores in the order of attacks, and within each of tables and rows."""
    columns = {name: np.asarray(np.ma.getdata(long[name])) for name in _COLUMNS}
    if any(np.ma.getmaskarray(long[name]).any() for name in _COLUMNS) or not len(columns["row"]):
        raise _refusal(path, N_("it has empty cells, or no row"))
    attack, view = columns["attack"], columns["view"]
    starts = np.flatnonzero(np.r_[True, (attack[1:] != attack[:-1]) | (view[1:] != view[:-1])])
    n_rows, rest = divmod(len(attack), len(starts))
    table, row, unit = (columns[name][:n_rows] for name in ("table", "row", "unit"))
    is_whole = not rest and np.array_equal(starts, np.arange(0, len(attack), n_rows))
    is_whole = is_whole and all(
        (columns[name].reshape(-1, n_rows) == first).all() for name, first in (("table", table), ("row", row))
    )
    is_member = table == "train"
    is_one_row_once = bool(((np.diff(row) > 0) | (is_member[:-1] != is_member[1:])).all())
    is_known = bool((is_member | (table == "holdout")).all()) and bool((unit >= 0).all())
    scores = columns["score"].reshape(-1, n_rows) if is_whole else columns["score"]
    if not (is_whole and is_one_row_once and is_known and np.isfinite(scores).all()):
        raise _refusal(path, N_("its attacks do not score the same rows, once each"))
    # Members first: of a person of train the code is negative.
    code = np.where(is_member, unit - unit.max() - 1, unit)
    units = np.unique(code)
    of_members = units < 0
    if not by_person:
        return PersonScores(scores=scores, is_member=is_member, unit=row)
    persons = [entity_scores(attack_scores, code) for attack_scores in scores]
    return PersonScores(
        scores=np.array([person[how] for person in persons for how in ("max", "mean")]),
        is_member=of_members,
        unit=np.where(of_members, units + unit.max() + 1, units),
    )


def _refusal(path: Path, got: str) -> InputError:
    do = N_("Give the file as audit --scores wrote it, or take it away: the intervals are then compared.")
    return InputError("SA-411", N_("scores {name}").format(name=printable(path.parent.name, 80)), got, do)
