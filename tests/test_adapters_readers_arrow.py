"""Promises of Arrow frames: the cells that the same data has in Parquet and in pandas."""

import io
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from pyarrow import parquet

from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

ZURICH = ZoneInfo("Europe/Zurich")
BIG = 2**53 + 1
COLUMNS: dict[str, pa.Array] = {
    "integers": pa.array([1, 2, 3]),
    "some missing": pa.array([1, None, 3]),
    "beyond 2**53": pa.array([1, None, BIG]),
    "unsigned": pa.array([1, None, 2**64 - 1], pa.uint64()),
    "narrow floats": pa.array([0.1, None, 3], pa.float32()),
    "floats": pa.array([0.1, None, float("nan")]),
    "decimals": pa.array([Decimal("1.50"), None, Decimal("0.01")], pa.decimal128(9, 2)),
    "text": pa.array(["00501", None, " "]),
    "large text": pa.array(["00501", None, " "], pa.large_string()),
    "levels": pa.array(["b", None, "a"]).dictionary_encode(),
    "truths": pa.array([True, None, False]),
    "dates": pa.array([datetime(2020, 1, 1), None, datetime(2021, 1, 1)], pa.date32()),  # noqa: DTZ001
    "times": pa.array([1, None, -1], pa.timestamp("ns")),
    "zoned": pa.array([datetime(2020, 7, 1, 12, tzinfo=ZURICH), None, None], pa.timestamp("us", "Europe/Zurich")),
}
TABLE = pa.table(COLUMNS)


def as_parquet(table: pa.Table, path: Path) -> pd.DataFrame:
    parquet.write_table(table, path)
    return read_table(path, "train").frame


@pytest.mark.parametrize("name", list(COLUMNS))
def test_a_column_has_the_cells_it_has_in_parquet(name: str, tmp_path: Path) -> None:
    """Table, record batch, reader and polars frame; oracle: the Parquet file of the same column."""
    table = TABLE.select([name])
    expected = as_parquet(table, tmp_path / "t.parquet")
    reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
    batch = table.combine_chunks().to_batches()[0]
    for source in (table, batch, reader, pl.from_arrow(table)):
        pd.testing.assert_frame_equal(read_table(source, "train").frame, expected)


@pytest.mark.parametrize("name", [name for name in COLUMNS if name != "unsigned"])
def test_a_column_has_the_cells_it_has_in_pandas(name: str) -> None:
    """Oracle: the same column as a pandas frame of Arrow types, and as one of objects; the hash agrees as well."""
    table = TABLE.select([name])
    got = read_table(table, "train")
    frames = [table.to_pandas(types_mapper=pd.ArrowDtype)]
    if name != "beyond 2**53":  # pandas makes floats of these, where one is missing
        frames.append(table.to_pandas(date_as_object=True))
    for frame in frames:
        expected = read_table(frame, "train")
        pd.testing.assert_frame_equal(got.frame, expected.frame)
        assert got.sha256 == expected.sha256
    assert (got.name, got.typed) == ("frame", True)


def test_known_cells() -> None:
    """Worked out by hand: exact integers and decimals as text, times in UTC, null columns missing."""
    frame = pl.DataFrame(
        {
            "big": [1, BIG, None],
            "decimal": [Decimal("1.50"), None, Decimal("2.00")],
            "level": pl.Series(["b", None, "a"], dtype=pl.Categorical),
            "set": pl.Series(["b", None, "a"], dtype=pl.Enum(["a", "b"])),
            "none": [None, None, None],
            "zoned": pl.Series([datetime(2020, 7, 1, 10, tzinfo=UTC)] * 3).dt.convert_time_zone("Europe/Zurich"),
            "took": [timedelta(seconds=90.5), None, timedelta(0)],
        }
    )
    read = read_table(frame, "train").frame
    assert read["big"].tolist() == ["1", str(BIG), None]
    assert read["decimal"].tolist() == ["1.50", None, "2.00"]
    assert read["level"].tolist() == read["set"].tolist() == ["b", None, "a"]
    assert read["none"].tolist() == [None, None, None]
    assert read["zoned"].tolist() == [pd.Timestamp("2020-07-01 10:00")] * 3
    assert read["took"].tolist()[::2] == [90.5, 0.0]
    assert read["took"].isna().tolist() == [False, True, False]


def test_wide_decimals_lose_nothing() -> None:
    """Sixty digits stay sixty digits."""
    value = Decimal("1" * 58 + ".25")
    table = pa.table({"d": pa.array([value, None], pa.decimal256(60, 2))})
    assert read_table(table, "train").frame["d"].tolist() == [str(value), None]


def test_a_lazy_frame_is_collected() -> None:
    """The rows of the query; a failure is told by its type, as what polars says may quote a cell."""
    lazy = pl.LazyFrame({"a": [1, 2, 3]})
    assert read_table(lazy.filter(pl.col("a") > 1), "train").frame["a"].tolist() == [2, 3]
    with pytest.raises(InputError) as caught:
        read_table(pl.LazyFrame({"a": ["secret"]}).select(pl.col("a").cast(pl.Int64)), "train")
    assert str(caught.value) == (
        "SA-118 train frame: a query that fails (InvalidOperationError). Collect it first, and give the data frame."
    )


def test_any_object_with_an_arrow_stream_is_a_frame() -> None:
    """A relation of DuckDB is one."""
    assert read_table(duckdb.sql("SELECT 1 AS a, 'x' AS b"), "train").frame.to_dict("list") == {"a": [1], "b": ["x"]}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pa.table({"a": [[1]]}), "SA-118 train frame, column 1 'a': type bigint[] is not tabular."),
        (pa.table({"a": [{"b": 1}]}), "SA-118 train frame, column 1 'a': type struct is not tabular."),
        (pa.table({"a": [b"secret"]}), "SA-118 train frame, column 1 'a': type blob is not tabular."),
        (pa.table({"a": pa.array([], pa.int64())}), "SA-103 train frame: 0 rows and 1 column; at least 1 of each"),
        (pa.table({}), "SA-103 train frame: 0 rows and 0 columns; at least 1 of each expected."),
        (pa.table([[1], [2]], ["a", "a"]), "SA-132 train frame: columns 1, 2 have the same name."),
        (pa.table({"a": ["x" * (1 << 20) + "x"]}), "SA-156 train frame, column 1 'a': a cell of 1048577 bytes"),
        (pl.DataFrame({"a": [2**70]}, schema={"a": pl.Int128}), "SA-118 train frame: an object of type DataFrame"),
        (pl.Series([1]), "SA-118 train frame: an object of type Series"),
    ],
)
def test_what_is_refused(table: Any, message: str) -> None:
    """Nested and binary columns, nothing at all, twins, a cell too long, a type that Arrow does not know."""
    with pytest.raises(InputError) as caught:
        read_table(table, "train")
    assert str(caught.value).startswith(message)


def test_the_limit_stops_a_stream_that_does_not_end() -> None:
    """Batches are counted as they come: 100 of 8 kB are beyond 500 kB long before the end."""
    batch = pa.record_batch({"a": range(1_000)})
    taken: list[int] = []

    def endless() -> Any:
        while len(taken) < 10_000:
            taken.append(1)
            yield batch

    reader = pa.RecordBatchReader.from_batches(batch.schema, endless())
    with pytest.raises(InputError, match="SA-112 train frame: larger than the limit of 500000 bytes"):
        read_table(reader, "train", options=ReadOptions(max_bytes=500_000))
    assert len(taken) < 100


def test_parquet_of_nanoseconds_and_nulls(tmp_path: Path) -> None:
    """Zoned times in nanoseconds, times of day in nanoseconds and columns of nulls, as pandas and polars write them."""
    table = pa.table(
        {
            "zoned": pa.array([1_500, -1], pa.timestamp("ns", "UTC")),
            "day": pa.array([3_600_000_000_000, None], pa.time64("ns")),
            "none": pa.nulls(2),
        }
    )
    frame = as_parquet(table, tmp_path / "t.parquet")
    assert frame["zoned"].tolist() == [pd.Timestamp("1970-01-01 00:00:00.000001"), pd.Timestamp(-1, unit="us")]
    assert frame["day"].tolist() == ["01:00:00", None]
    assert frame["none"].tolist() == [None, None]


def test_frames_are_told_by_stream_before_type() -> None:
    """A pandas frame, which has a stream as well, is read as before: without pyarrow, index left out and said."""
    frame = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="key"))
    assert read_table(frame, "train").notes[0].startswith("the frame's index is not a column")


def test_a_polars_file_and_frame_agree(tmp_path: Path) -> None:
    """What polars writes to Parquet and to CSV reads like the frame itself."""
    frame = pl.DataFrame({"a": [1, None], "b": ["x", None], "t": [datetime(2020, 1, 1, 1), None]})  # noqa: DTZ001
    buffer = io.BytesIO()
    frame.write_parquet(buffer)
    (tmp_path / "t.parquet").write_bytes(buffer.getvalue())
    expected = read_table(tmp_path / "t.parquet", "train").frame
    pd.testing.assert_frame_equal(read_table(frame, "train").frame, expected)
