"""A program of its own: a file of SPSS, Stata or SAS as Parquet, its labels, missing codes and times read as such.

ReadStat is a C library, and a file may lie to it. It is run by its path and imports nothing of synthaudit.
"""

import json
import sys
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

USUAL_CHARACTERS, USUAL_CHARACTERS_OF_COLUMN = 2_000, 500
"""Of labels that no cell has: what describes a table, and no more than that takes."""
_UTF8_STATA = (b"<release>118<", b"<release>119<")
_KINDS = {"O": "VARCHAR", "M": "TIMESTAMP", "f4": "FLOAT", "f8": "DOUBLE"}

Array = npt.NDArray[Any]


def main(source: str, target: str, encoding: str | None, n_bytes: int) -> dict[str, Any]:
    """Write the table to ``target`` and say what was found; columns are counted from 0."""
    import pyreadstat

    suffix = Path(source).suffix
    read = getattr(pyreadstat, {".xpt": "read_xport"}.get(suffix, f"read_{suffix[1:]}"))
    given: dict[str, Any] = {"disable_datetime_conversion": True, "output_format": "dict"}
    if suffix != ".xpt":
        given["user_missing"] = True
    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            return _converted(lambda **more: read(source, **given, **more), source, target, encoding, n_bytes, said)
    except (MemoryError, OSError):
        return {"status": "too large"}
    except UnicodeError:
        return {"status": "encoding"}
    except Exception as error:
        # Whatever else it says of the file, it may quote a cell.
        text = str(error)
        if "allocate" in text:
            return {"status": "too large"}
        return {"status": "encoding" if "encoding" in text or "character set" in text else "damaged"}


def _converted(
    read: Callable[..., Any], source: str, target: str, encoding: str | None, n_bytes: int, said: list[Any]
) -> dict[str, Any]:
    about, given = _described(read, source, encoding)
    n_cells = (about.number_rows or 0) * len(about.column_names)
    if n_cells * 8 > n_bytes:
        return {"status": "decodes", "n": n_cells * 8}
    cells, about = read(**given)
    names = list(about.column_names)
    if any("duplicated" in str(warning.message) for warning in said):
        return {"status": "twins"}
    n_rows = len(cells[names[0]]) if names else 0
    if not n_rows:
        return {"status": "empty"}
    answer: dict[str, Any] = {"status": "ok", "rows": n_rows, "names": names}
    answer |= {"labels": [], "some labels": [], "missing": {}, "no times": []}
    columns = {f"c{i}": _column(cells.pop(name), name, about, i, answer) for i, name in enumerate(names)}
    answer["beside"] = _beside(about, columns, answer["labels"])
    _write(columns, names, target)
    return answer


def _described(read: Callable[..., Any], source: str, encoding: str | None) -> tuple[Any, dict[str, str]]:
    """What the file says of its columns, and the encoding to read it with, where it names none itself."""
    try:
        about = read(metadataonly=True)[1]
        if encoding is None or _says_its_encoding(source, about):
            return about, {}
    except UnicodeError:
        if encoding is None:
            raise
    given = {"encoding": str(encoding)}
    return read(metadataonly=True, **given)[1], given


def _says_its_encoding(source: str, about: Any) -> bool:
    """Whether a file names the encoding of its text, which then counts."""
    if not source.endswith(".dta"):
        return about.file_encoding is not None
    with Path(source).open("rb") as file:
        head = file.read(64)
    return any(mark in head for mark in _UTF8_STATA)


# --- columns --------------------------------------------------------------------------------------------------


def _column(cells: list[Any], name: str, about: Any, i: int, answer: dict[str, Any]) -> Array:
    """One column as text, numbers or times, and in the answer what was found in it."""
    kind = about.readstat_variable_types[name]
    is_text = kind.startswith("string")
    n_tagged = 0
    if not is_text and name in (about.missing_user_values or {}):
        # A letter in the place of a number is a missing of its own kind.
        n_tagged = sum(isinstance(cell, str) for cell in cells)
        cells = [None if isinstance(cell, str) else cell for cell in cells]
    values: Array = np.array(cells, dtype=object if is_text else np.float64)
    coded = _coded(values, (about.missing_ranges or {}).get(name, []))
    if n_tagged or coded.any():
        answer["missing"][i] = n_tagged + int(coded.sum())
    values[coded] = None if is_text else np.nan
    labels = {value: label for value, label in about.variable_value_labels.get(name, {}).items() if label.strip()}
    as_labels = _labelled(values, labels, i, answer) if labels else None
    if as_labels is not None or is_text:
        return values if as_labels is None else as_labels
    try:
        times = _times(values, about.original_variable_types[name] or "", about.file_format)
    except OverflowError:
        answer["no times"].append(i)
        return values
    if times is not None:
        return times
    return values.astype(np.float32) if kind == "float" else values


def _coded(values: Array, ranges: list[Mapping[str, Any]]) -> npt.NDArray[np.bool_]:
    """(n,) where a code stands that the file declares missing."""
    coded = np.zeros(len(values), dtype=np.bool_)
    for ends in ranges:
        if values.dtype == object:
            coded |= np.array([value == ends["lo"] for value in values], dtype=np.bool_)
        else:
            coded |= (values >= ends["lo"]) & (values <= ends["hi"])
    return coded


def _labelled(values: Array, labels: Mapping[Any, str], i: int, answer: dict[str, Any]) -> Array | None:
    """(n,) the labels of all cells; None where some have none, or two codes have the same."""
    # An empty text is nobody's answer, and NaN is no cell.
    levels = {value for value in set(values.tolist()) if value == value and value not in (None, "")}
    known = [labels[level] for level in levels if level in labels]
    if not known:
        return None
    if len(known) < len(levels) or len(set(known)) < len(known):
        answer["some labels"].append(i)
        return None
    answer["labels"].append(i)
    return np.array([labels.get(value) for value in values.tolist()], dtype=object)


# --- times ----------------------------------------------------------------------------------------------------

_DAY = 86_400.0
_SPSS = dict.fromkeys(("DATE", "ADATE", "EDATE", "JDATE", "SDATE", "MOYR", "QYR", "WKYR", "DATETIME", "YMDHMS"), 1.0)
_SAS_DATES = (
    *("DATE", "WEEKDATE", "WEEKDATX", "WORDDATE", "WORDDATX", "MONYY", "YYMON", "YYMM", "MMYY", "YYQ", "JULIAN"),
    *(f"{order}{mark}" for order in ("MMDDYY", "DDMMYY", "YYMMDD") for mark in ("", "B", "C", "D", "N", "P", "S")),
    *("IS8601DA", "E8601DA", "B8601DA", "NLDATE", "EURDFDD", "EURDFDE"),
)
_SAS_DATETIMES = ("DATETIME", "DATEAMPM", "MDYAMPM", "DTDATE", "IS8601DT", "E8601DT", "B8601DT", "E8601DN", "B8601DN")
_SAS = {**dict.fromkeys(_SAS_DATES, _DAY), **dict.fromkeys(_SAS_DATETIMES, 1.0)}
"""Seconds that a unit is, by the format of a column."""
_STATA_MONTHS = {"%tm": 1, "%tq": 3, "%th": 6}


def _times(values: Array, form: str, file_format: str) -> Array | None:
    """(n,) times by the format of their column, and times of the day in seconds; None where it is of numbers.

    Raises
    ------
    OverflowError
        A time outside of the years 1 to 9999.
    """
    if file_format == "dta":
        return _stata_times(values, form.replace("%-", "%"))
    is_spss = file_format.startswith("sav")
    unit = (_SPSS if is_spss else _SAS).get(form.upper().rstrip("0123456789."))
    if unit is None:
        return None
    # Seconds since 1582 leave room for five decimals.
    return _moments(values * unit, "1582-10-14", 5) if is_spss else _moments(values * unit, "1960-01-01", 6)


def _stata_times(values: Array, form: str) -> Array | None:
    if form.startswith(("%tc", "%tC")):
        # A format of hours, minutes and seconds alone shows no day.
        is_time_of_day = len(form) > 3 and not set(form[3:]) - set("HhMmSs:._ ")
        return values / 1e3 if is_time_of_day else _moments(values / 1e3, "1960-01-01", 3)
    if form.startswith(("%td", "%d")):
        return _moments(values * _DAY, "1960-01-01", 0)
    if form.startswith("%tw"):
        # Weeks begin anew every year, and there are 52 of them.
        year, week = np.divmod(values, 52)
        return _calendar(year * 12, week * 7)
    months = _STATA_MONTHS.get(form[:3])
    return None if months is None else _calendar(values * months, np.zeros(len(values)))


def _calendar(months: Array, days: Array) -> Array:
    """(n,) times so many months after 1960, and days after that."""
    gone = np.isnan(months)
    if not (np.abs(months[~gone]) < 12 * 1_900).all():
        raise OverflowError
    start = np.datetime64("1960-01") + np.where(gone, 0, months).astype("timedelta64[M]")
    day = start.astype("datetime64[D]") + np.where(gone, 0, days).astype("timedelta64[D]")
    return _without(day.astype("datetime64[us]"), gone)


def _moments(seconds: Array, origin: str, decimals: int) -> Array:
    """(n,) times so many seconds after the origin."""
    gone, start = np.isnan(seconds), np.datetime64(origin, "s")
    first, last = ((np.datetime64(year, "s") - start).astype(np.int64) for year in ("0001-01-01", "9999-12-31"))
    if not ((seconds[~gone] >= first) & (seconds[~gone] < last)).all():
        raise OverflowError
    whole = np.floor(np.where(gone, 0, seconds))
    fraction = np.round((np.where(gone, 0, seconds) - whole) * 10**decimals) * 10 ** (6 - decimals)
    span = (whole.astype(np.int64) * 1_000_000 + fraction.astype(np.int64)).astype("timedelta64[us]")
    return _without(start.astype("datetime64[us]") + span, gone)


def _without(times: Array, gone: npt.NDArray[np.bool_]) -> Array:
    times[gone] = np.datetime64("NaT")
    return times


# --- what is written ------------------------------------------------------------------------------------------


def _beside(about: Any, columns: Mapping[str, Array], labelled: list[int]) -> int:
    """Entries of the file that are no cells: notes, a title, sets of answers, and labels beyond what describes."""
    n = len(about.notes or []) + bool(about.file_label) + len(getattr(about, "mr_sets", None) or {})
    used = {i: set(columns[f"c{i}"].tolist()) for i in labelled}
    idle = sum(
        len(label)
        for i, name in enumerate(about.column_names)
        for label in about.variable_value_labels.get(name, {}).values()
        if label not in used.get(i, ())
    )
    idle += sum(len(label or "") for label in about.column_labels)
    return n + (idle > USUAL_CHARACTERS + USUAL_CHARACTERS_OF_COLUMN * len(columns))


def _write(columns: dict[str, Array], names: list[str], target: str) -> None:
    import duckdb

    shown = ", ".join(
        f"CAST({key} AS {_KINDS.get(values.dtype.kind) or _KINDS[values.dtype.str[1:]]}) AS "
        + '"' + names[i].replace('"', '""') + '"'
        for i, (key, values) in enumerate(columns.items())
    )  # fmt: skip
    duck = duckdb.connect(":memory:", config={"threads": 1})
    duck.execute("SET enable_progress_bar=false")
    duck.register("cells", columns)
    path = target.replace("'", "''")
    duck.execute(f"COPY (SELECT {shown} FROM cells) TO '{path}' (FORMAT parquet, USE_TMP_FILE false)")
    duck.close()


if __name__ == "__main__":
    print(json.dumps(main(**json.loads(sys.argv[1]))))
