"""One hardened in-memory DuckDB connection: one file, no network, no extensions, no configuration."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from synthaudit.files import create_private

if TYPE_CHECKING:
    import duckdb


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def connection(*paths: Path) -> "Iterator[duckdb.DuckDBPyConnection]":
    """A connection that may touch these files and nothing else; single-threaded, rows in file order."""
    import duckdb

    settings = (
        "SET temp_directory=''",
        "SET autoinstall_known_extensions=false",
        "SET autoload_known_extensions=false",
        # A zoned time is a moment; its text must not depend on where the machine stands.
        "SET TimeZone='UTC'",
        f"SET allowed_paths=[{', '.join(quoted(str(path)) for path in paths)}]",
        "SET enable_external_access=false",
        "SET threads=1",
        "SET enable_progress_bar=false",
        "SET lock_configuration=true",
    )
    duck = duckdb.connect(":memory:")
    try:
        for setting in settings:
            duck.execute(setting)
        yield duck
    except RuntimeError as error:
        # What DuckDB makes of an interruption that comes while it works.
        if str(error) != "Query interrupted":
            raise
        raise KeyboardInterrupt from None
    finally:
        duck.close()


def write_parquet(duck: "duckdb.DuckDBPyConnection", query: str, target: Path) -> int:
    """Write the rows of a query to a private file; the number of rows."""
    # Written into the file that is there: a file of DuckDB's own could be read by everybody.
    create_private(target).close()
    options = "FORMAT parquet, USE_TMP_FILE false"
    return int(duck.execute(f"COPY ({query}) TO {quoted(str(target))} ({options})").fetchall()[0][0])


def values_and_mask(array: Any) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
    """A fetched array as plain values and where they are missing."""
    return np.array(np.ma.getdata(array)), np.array(np.ma.getmaskarray(array))
