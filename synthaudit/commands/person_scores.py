"""``scores.parquet`` read again: what every attack scores every person of one audit."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from synthaudit.adapters.readers.duck import connection, quoted
from synthaudit.errors import InputError
from synthaudit.files import create_private, open_input, printable, private_temporary
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
MOST_SCORES = 50_000_000
"""Of one file, all attacks together: some 3 GB of memory while they are put in order."""
_IN_ORDER = """
SELECT dense_rank() OVER (ORDER BY attack, view) AS attack, "table" = 'train' AS is_member,
       "table" IN ('train', 'holdout') AS is_known, row, unit, score
FROM {source} ORDER BY attack, is_member DESC, row
"""
"""Numbers alone: names of attacks, one a score, would not fit."""


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
    where = N_("scores {name}").format(name=printable(path.parent.name, 80))
    # DuckDB takes some names for patterns; that of the copy is none.
    with open_input(path, where) as given, private_temporary(".parquet") as copy:
        with create_private(copy) as file:
            shutil.copyfileobj(given, file)
        return _by_unit(path, _in_order(path, copy), by_person)


def _in_order(path: Path, copy: Path) -> dict[str, Any]:
    """The columns of the file, checked by name and kind."""
    # Imported where a file is read, and nowhere at the start.
    import duckdb

    try:
        with connection(copy) as duck:
            source = f"read_parquet({quoted(str(copy))})"
            columns = duck.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()
            if {name: kind for name, kind, *_ in columns} != _COLUMNS:
                raise _refusal(path, N_("it has other columns than an audit writes"))
            filled = ", ".join(f'count("{name}")' for name in _COLUMNS)
            n_scores, *n_filled = duck.execute(f"SELECT count(*), {filled} FROM {source}").fetchall()[0]
            if not n_scores or set(n_filled) != {n_scores}:
                raise _refusal(path, N_("it has empty cells, or no row"))
            if n_scores > MOST_SCORES:
                raise _refusal(path, N_("more than {most:,} scores").format(most=MOST_SCORES))
            return duck.execute(_IN_ORDER.format(source=source)).fetchnumpy()
    except duckdb.Error:
        # What it says may quote the file.
        raise _refusal(path, N_("it is no Parquet file that can be read")) from None


def _by_unit(path: Path, long: dict[str, Any], by_person: bool) -> PersonScores:
    """Of scores in the order of attacks, and within each of tables and rows."""
    columns = {name: np.asarray(np.ma.getdata(values)) for name, values in long.items()}
    attack = columns["attack"]
    n_rows, rest = divmod(len(attack), int(attack[-1]))
    row, unit, is_member = (columns[name][:n_rows] for name in ("row", "unit", "is_member"))
    is_whole = not rest and all(
        bool((columns[name].reshape(-1, n_rows) == first).all())
        for name, first in (("row", row), ("unit", unit), ("is_member", is_member))
    )
    is_whole = is_whole and bool((attack.reshape(-1, n_rows) == attack[::n_rows, None]).all())
    is_one_row_once = bool(((np.diff(row) > 0) | (is_member[:-1] != is_member[1:])).all())
    is_known = bool(columns["is_known"].all()) and bool((unit >= 0).all())
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
