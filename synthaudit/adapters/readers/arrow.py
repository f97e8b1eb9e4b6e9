"""polars and Arrow frames, by the Arrow C stream: written to a private Parquet file and read as any other."""

from dataclasses import replace
from typing import Any

from synthaudit.adapters.readers.compression import DEFAULT_MAX_BYTES
from synthaudit.adapters.readers.extras import need
from synthaudit.adapters.readers.frames import frame_hash
from synthaudit.adapters.readers.leave_out import NOT_READ
from synthaudit.adapters.readers.raw import RawTable, ReadOptions, TableRole, check_count, named, plural, where_of
from synthaudit.errors import InputError
from synthaudit.files import create_private, machine_faults, private_temporary
from synthaudit.files.catalogue import N_

_RAISE = N_("Raise --max-bytes.")
_CONVERT = N_("Convert it to numbers, text or times.")
_WIDEST_DECIMAL = 38
_TICKS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}


def read_arrow(source: Any, role: TableRole, options: ReadOptions) -> RawTable:
    """Read an object with ``__arrow_c_stream__``, or a polars LazyFrame, which is collected.

    Raises
    ------
    InputError
        SA-103 nothing in it, SA-112 or SA-113 beyond the limit, SA-114 pyarrow is missing, SA-118 columns that are no
        plain values, SA-132 to SA-137 names, SA-156 a cell too long.
    """
    where = where_of(role, "frame")
    need("pyarrow", "arrow", where)
    import pyarrow as pa
    from pyarrow import parquet

    from synthaudit.adapters.readers.typed import read_parquet

    limit = DEFAULT_MAX_BYTES if options.max_bytes is None else options.max_bytes
    stream = _stream(source, where)
    names = named(list(stream.schema.names), where, options)
    kinds = [_stored(field.type, options.leaves_out(name)) for name, field in zip(names, stream.schema, strict=True)]
    schema = pa.schema([pa.field(name, kind) for name, kind in zip(names, kinds, strict=True)])
    n_rows = n_bytes = 0
    try:
        with private_temporary(".parquet") as copy:
            with (
                machine_faults(),
                create_private(copy) as file,
                parquet.ParquetWriter(file, schema) as writer,
            ):
                for batch in stream:
                    n_rows += batch.num_rows
                    n_bytes += batch.nbytes
                    if n_bytes > limit:
                        raise InputError(
                            "SA-112", where, N_("larger than the limit of {limit} bytes").format(limit=limit), _RAISE
                        )
                    columns = [_plain(column, kind) for column, kind in zip(batch.columns, kinds, strict=True)]
                    writer.write_batch(pa.record_batch(columns, schema=schema))
            if not n_rows or not names:
                got = N_("{rows} and {columns}; at least 1 of each expected").format(
                    rows=plural(n_rows, "row"), columns=plural(len(names), "column")
                )
                raise InputError("SA-103", where, got, N_("Export the table again."))
            # Whoever holds the table in memory sees its names.
            frame = read_parquet(copy, where, limit, replace(options, has_header=True))
            check_count(where, n_rows, len(frame))
    except pa.ArrowException as error:
        got = N_("a column is of a type that is not tabular ({kind})").format(kind=type(error).__name__)
        raise InputError("SA-118", where, got, _CONVERT) from None
    return RawTable(frame=frame, name="frame", role=role, sha256=frame_hash(frame), typed=True)


def _stream(source: Any, where: str) -> Any:
    import pyarrow as pa

    try:
        # A LazyFrame is a query of the user's own that has not run yet.
        table = source if hasattr(source, "__arrow_c_stream__") else source.collect()
    except Exception as error:
        # What a query says of its failure may quote a cell.
        got = N_("a query that fails ({kind})").format(kind=type(error).__name__)
        raise InputError("SA-118", where, got, N_("Collect it first, and give the data frame.")) from None
    try:
        return pa.RecordBatchReader.from_stream(table)
    except pa.ArrowException:
        got = N_("an object of type {kind} with a type that is not tabular, or that is no table").format(
            kind=type(source).__name__
        )
        raise InputError("SA-118", where, got, _CONVERT) from None


def _stored(kind: Any, is_left_out: bool = False) -> Any:
    """The type that a column is written with: levels as their values, durations in seconds as pandas frames have."""
    import pyarrow as pa

    if is_left_out and _is_no_value(kind):
        return pa.string()
    if pa.types.is_dictionary(kind):
        return _stored(kind.value_type)
    if pa.types.is_string_view(kind):
        return pa.large_string()
    if pa.types.is_duration(kind):
        return pa.float64()
    # Parquet readers turn wider decimals into floats.
    wide = pa.types.is_decimal(kind) and kind.precision > _WIDEST_DECIMAL
    return pa.string() if wide else kind


def _is_no_value(kind: Any) -> bool:
    """Whether cells of a type are lists, records, bytes or of somebody's own making."""
    import pyarrow as pa

    binary = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_binary_view)
    return pa.types.is_nested(kind) or isinstance(kind, pa.BaseExtensionType) or any(test(kind) for test in binary)


def _plain(column: Any, kind: Any) -> Any:
    import pyarrow as pa
    from pyarrow import compute

    if pa.types.is_dictionary(column.type):
        return _plain(column.dictionary, kind).take(column.indices)
    if pa.types.is_duration(column.type):
        ticks = column.cast(pa.int64()).cast(pa.float64(), safe=False)
        return compute.divide(ticks, _TICKS[column.type.unit])
    if pa.types.is_string(kind) and _is_no_value(column.type):
        # All that is told of a cell that is left out is that it is there.
        return compute.if_else(column.is_valid(), NOT_READ, pa.scalar(None, pa.string()))
    return column if column.type == kind else column.cast(kind)
