"""pandas frames as raw tables: any dtype to the few that the rest of the package knows."""

import hashlib
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthaudit.adapters.readers.leave_out import NOT_READ
from synthaudit.adapters.readers.raw import ReadOptions, check_cells, named, plural, where_column
from synthaudit.adapters.readers.refusals import Refusals
from synthaudit.cells import EXACT_INTEGER, number_text, text_column, time_text
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_


def raw_frame(
    frame: pd.DataFrame, where: str, rows_named: bool, options: ReadOptions | None = None
) -> tuple[pd.DataFrame, tuple[str, ...]]:
    """A copy of a pandas frame with raw cells (see ``RawTable``), and what was noticed.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-118 cells that are no values, SA-132 to SA-137 names, SA-156 a cell too long.
    """
    if frame.columns.nlevels > 1:
        raise InputError("SA-118", where, N_("column names of several levels"), N_("Flatten them."))
    options = options or ReadOptions()
    names = [str(name) for name in frame.columns]
    if not names or not len(frame):
        got = N_("{rows} and {columns}; at least 1 of each expected").format(
            rows=plural(len(frame), "row"), columns=plural(len(names), "column")
        )
        raise InputError("SA-103", where, got, N_("Export the table again."))
    names = named(names, where, options)
    notes: list[str] = []
    index = frame.index
    if index.nlevels > 1 or index.name is not None or index.dtype.kind not in "iu":
        notes.append(N_("the frame's index is not a column and was left out; reset_index() turns it into one"))
    columns: dict[str, pd.Series] = {}
    refusals = Refusals()
    for i, name in enumerate(names):
        place = where_column(where, i, name)
        column = frame.iloc[:, i]
        if isinstance(column.dtype, pd.CategoricalDtype):
            unused = len(column.cat.categories) - int(column.nunique())
            if unused:
                notes.append(
                    N_("column {position} lists {levels} that no row uses").format(
                        position=i + 1, levels=plural(unused, "level")
                    )
                )
        with refusals.of(where, name):
            columns[name] = raw_column(column, place, name, options)
            check_cells(columns[name], place, rows_named)
    refusals.tell()
    return pd.DataFrame(columns), tuple(notes)


def raw_column(column: pd.Series, where: str, name: str = "", options: ReadOptions | None = None) -> pd.Series:
    """One column of any dtype as a raw column (see ``RawTable``).

    Parameters
    ----------
    column : pandas.Series
        (n,) cells.
    where, name : str
        For messages, and of the column.
    options : ReadOptions, optional
        Where they leave the column out, a cell may be no plain value: all that is told of it is that it is there.
    """
    options = options or ReadOptions(may_exclude=False)
    is_left_out = options.leaves_out(name)
    dtype: Any = column.dtype
    missing = column.isna().to_numpy(dtype=np.bool_)
    if isinstance(dtype, pd.DatetimeTZDtype):
        return pd.Series(column.dt.tz_convert("UTC").dt.tz_localize(None).to_numpy().astype("datetime64[us]"))
    if isinstance(dtype, np.dtype) or dtype.name.lower().startswith(("int", "uint", "float", "boolean")):
        kind = dtype.kind
        if kind == "b":
            return text_column([None if gone else _truth(value) for value, gone in zip(column, missing, strict=True)])
        if kind in "iu":
            wide: Any = np.uint64 if kind == "u" else np.int64
            return raw_integers(_filled(column, missing, wide, 0), missing)
        if kind == "f":
            width: Any = np.float64 if dtype.itemsize >= 8 else np.float32
            return raw_floats(_filled(column, missing, width, np.nan))
        if kind == "M":
            return pd.Series(column.to_numpy().astype("datetime64[us]"))
        if kind == "m":
            return raw_floats(column.dt.total_seconds().to_numpy(dtype=np.float64))
        if kind not in "OUS":
            if is_left_out:
                return _not_read(missing)
            do = N_("Convert it to numbers or text{or_leave_out}.").format(or_leave_out=options.or_leave_out([name]))
            raise InputError("SA-118", where, N_("type {kind} is not tabular").format(kind=dtype.name), do)
    try:
        return _raw_objects(column.astype(object).to_numpy(dtype=object), missing, where)
    except InputError as error:
        if is_left_out:
            return _not_read(missing)
        do = N_("Flatten them{or_leave_out}.").format(or_leave_out=options.or_leave_out([name], "them"))
        raise InputError(error.code, where, error.got, do) from None


def _not_read(missing: npt.NDArray[np.bool_]) -> pd.Series:
    """A column of which no cell is read, only whether it is there."""
    return text_column([None if gone else NOT_READ for gone in missing])


def _filled(column: pd.Series, missing: npt.NDArray[np.bool_], dtype: Any, fill: Any) -> npt.NDArray[Any]:
    if isinstance(column.dtype, np.dtype):
        return column.to_numpy(dtype=dtype)
    return column.to_numpy(dtype=dtype, na_value=fill) if missing.any() else column.to_numpy(dtype=dtype)


def _truth(value: object) -> str:
    return "true" if value else "false"


def raw_integers(values: npt.NDArray[Any], missing: npt.NDArray[np.bool_]) -> pd.Series:
    """Integers as int64, as float64 with NaN where some are missing, as text where float64 could not hold one."""
    present = values[~missing]
    if present.size and (int(present.max()) > EXACT_INTEGER or int(present.min()) < -EXACT_INTEGER):
        return text_column([None if gone else str(value) for value, gone in zip(values, missing, strict=True)])
    if missing.any():
        return pd.Series(np.where(missing, np.nan, values.astype(np.float64)))
    return pd.Series(values.astype(np.int64))


def raw_floats(values: npt.NDArray[Any]) -> pd.Series:
    """Numbers as float64; narrower ones through their shortest decimal, so that .1 stays .1."""
    if values.dtype.itemsize < 8:
        # 0.1 as float32 is not 0.1 as float64; the text of both is.
        codes, levels = pd.factorize(values, use_na_sentinel=True)
        exact = np.append(np.array([float(str(level)) for level in levels], dtype=np.float64), np.nan)
        values = exact[codes]
    return pd.Series(values.astype(np.float64) + 0.0)


def _raw_objects(values: npt.NDArray[Any], missing: npt.NDArray[np.bool_], where: str) -> pd.Series:
    kind = pd.api.types.infer_dtype(values[~missing], skipna=True)
    if kind == "string":
        return text_column([None if gone else str(value) for value, gone in zip(values, missing, strict=True)])
    if kind in ("integer", "floating", "mixed-integer-float"):
        numbers = values[~missing]
        if not any(isinstance(n, int | np.integer) and abs(int(n)) > EXACT_INTEGER for n in numbers):
            result = np.full(len(values), np.nan)
            result[~missing] = [float(str(n)) for n in numbers]
            return raw_integers(result, missing) if kind == "integer" else raw_floats(result)
    if kind in ("datetime", "datetime64", "date"):
        times = np.full(len(values), np.datetime64("NaT"), dtype="datetime64[us]")
        times[~missing] = [_moment(value) for value in values[~missing]]
        return pd.Series(times)
    if kind in ("timedelta", "timedelta64"):
        seconds = pd.to_timedelta(pd.Series(values, dtype=object)).dt.total_seconds()
        return raw_floats(seconds.to_numpy(dtype=np.float64))
    return text_column([None if gone else cell_text(v, where) for v, gone in zip(values, missing, strict=True)])


def _moment(value: Any) -> Any:
    """A date or time of any type as datetime64[us] in naive UTC."""
    if isinstance(value, np.datetime64):
        return value.astype("datetime64[us]")
    if isinstance(value, pd.Timestamp):
        value = value.to_pydatetime(warn=False)
    if isinstance(value, datetime) and value.tzinfo is not None:
        value = value.astimezone(UTC).replace(tzinfo=None)
    return np.datetime64(value, "us")


def cell_text(value: Any, where: str) -> str:
    """The text of a cell of any type in a column that is none of numbers or times alone; SA-118 where it has none."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool | np.bool_):
        return _truth(value)
    if isinstance(value, int | np.integer):
        return str(int(value))
    if isinstance(value, float | np.floating):
        return number_text(float(str(value)))
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime | date | np.datetime64):
        return time_text(pd.Timestamp(_moment(value)))
    if isinstance(value, time):
        return value.isoformat()
    if isinstance(value, pd.Period | pd.Interval | UUID):
        return str(value)
    raise InputError(
        "SA-118",
        where,
        N_("cells of type {kind} are not tabular").format(kind=type(value).__name__),
        N_("Flatten them."),
    )


def frame_hash(frame: pd.DataFrame) -> str:
    """SHA-256 of column names, types and cells of a raw frame, the same on every machine."""
    digest = hashlib.sha256()
    for name in frame.columns:
        column = frame[name]
        digest.update(f"{len(name)}:{name}:{column.dtype.kind}:{len(column)}\n".encode("utf-8", "surrogatepass"))
        if column.dtype == object:
            for value in column:
                cell = b"-" if value is None else value.encode("utf-8", "surrogatepass")
                digest.update(b"-;" if value is None else b"%d:" % len(cell) + cell)
        else:
            values = column.to_numpy()
            digest.update(values.astype(values.dtype.newbyteorder("<")).tobytes())
    return digest.hexdigest()
