"""Promises of object stores and URLs of files: the checks of local files, and no key anywhere."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from pyarrow import fs

from synthaudit.adapters.readers.objects import read_from
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import CannotFinishError, InputError

CSV = b"zip,age\n00501,34\n,35\n"


def store(folder: Path, **objects: bytes) -> fs.FileSystem:
    """A store that keeps its objects in a folder; ``__`` stands for the dot and ``_of_`` for the slash."""
    for name, data in objects.items():
        path = folder / name.replace("__", ".").replace("_of_", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return fs.SubTreeFileSystem(str(folder), fs.LocalFileSystem())


def refused(held: Any, path: str, options: ReadOptions | None = None) -> str:
    with pytest.raises(InputError) as caught:
        read_from(held, path, "train", options or ReadOptions())
    return str(caught.value)


def test_an_object_is_read_as_the_file(tmp_path: Path) -> None:
    """Cells, name and hash are those of the local file with the same bytes."""
    (tmp_path / "t.csv").write_bytes(CSV)
    local = read_table(tmp_path / "t.csv", "train")
    table = read_from(store(tmp_path / "store", bucket_of_t__csv=CSV), "bucket/t.csv", "train", ReadOptions())
    assert table.frame.equals(local.frame)
    assert (table.name, table.sha256) == ("t.csv", hashlib.sha256(CSV).hexdigest()) == (local.name, local.sha256)


def test_folders_and_patterns_of_objects(tmp_path: Path) -> None:
    """As with local parts: sorted by name, markers left out, other names left alone by a pattern."""
    held = store(tmp_path / "flat", b_of_t_of_p1__csv=b"a\n2\n", b_of_t_of_p0__csv=b"a\n1\n", b_of_t_of__SUCCESS=b"")
    for path in ("b/t", "b/t/", "b/t/p*.csv"):
        assert read_from(held, path, "train", ReadOptions()).frame["a"].tolist() == ["1", "2"]
    got = "0 parts; 1 to 10,000 expected. Give a folder or a pattern of the parts of one table."
    assert refused(held, "b/t/q*.csv") == f"SA-110 train q*.csv: {got}"
    held = store(tmp_path / "deep", b_of_t_of_p0__csv=b"a\n1\n", b_of_t_of_deep_of_p1__csv=b"a\n2\n")
    assert refused(held, "b/t").startswith("SA-104 train deep: a folder among the parts.")


def test_an_object_passes_the_checks_of_a_file(tmp_path: Path) -> None:
    """Name, content, size and existence."""
    held = store(tmp_path, b_of_t__pkl=b"\x80\x04", b_of_t__parquet=CSV, b_of_t__csv=CSV, b_of_e__csv=b"")
    assert refused(held, "b/t.pkl").startswith("SA-107 train t.pkl: format 'pickle' can run code")
    assert refused(held, "b/t.parquet").startswith("SA-108 train t.parquet: content is text, the name says parquet.")
    assert refused(held, "b/t.csv", ReadOptions(max_bytes=5)).startswith("SA-112 train t.csv: larger than the limit")
    assert refused(held, "b/e.csv").startswith("SA-102 train e.csv: 0 bytes.")
    assert refused(held, "b/none.csv") == "SA-101 train none.csv: no such object. Check the address."


def test_a_file_url_is_its_path(tmp_path: Path) -> None:
    """Also of a folder of parts; another machine is refused."""
    (tmp_path / "my table.csv").write_bytes(CSV)
    url = (tmp_path / "my table.csv").as_uri()
    assert "%20" in url
    assert read_table(url, "train").sha256 == hashlib.sha256(CSV).hexdigest()
    assert read_table(tmp_path.as_uri(), "train").frame["zip"].tolist() == ["00501", None]
    with pytest.raises(InputError, match=r"SA-106 train URL: a file on another machine, or with a query\."):
        read_table("file://host/t.csv", "train")


class Broken(io.RawIOBase):
    """An object whose bytes stop coming."""

    def read(self, size: int = -1, /) -> bytes:
        raise OSError("s3cret")


class Failing:
    """A store that fails with words of its own: at once, or while an object is read."""

    def __init__(self, *, at_once: bool) -> None:
        self.at_once = at_once

    def get_file_info(self, path: str) -> fs.FileInfo:
        if self.at_once:
            raise OSError(f"no access to s3://k3y:s3cret@bucket/{path}")
        return fs.FileInfo(path, type=fs.FileType.File)

    def open_input_stream(self, path: str, compression: None) -> Broken:
        return Broken()


def test_no_key_in_a_message() -> None:
    """Whatever the store says: only the type of its failure is told."""
    assert refused(Failing(at_once=True), "bucket/t.csv") == (
        "SA-101 train t.csv: cannot be opened (OSError). Check the address, the network and your credentials."
    )
    with pytest.raises(InputError) as caught:
        read_table("abfs://k3y:s3cret@/?nonsense=s3cret", "train")
    assert "s3cret" not in str(caught.value)


def test_a_network_that_breaks_is_no_fault_of_the_table() -> None:
    """It could not be finished, which is another exit code than a bad table."""
    with pytest.raises(CannotFinishError) as caught:
        read_from(Failing(at_once=False), "bucket/t.csv", "train", ReadOptions())
    assert str(caught.value) == "SA-302 train t.csv: reading stopped (OSError). Check the network, and try again."


def test_an_object_that_ends_early(tmp_path: Path) -> None:
    """As many bytes as the store says, or the network is at fault: a part of a table is no table."""

    class Short:
        """A store that hands out all of an object but its last line."""

        def __init__(self, whole: fs.FileSystem) -> None:
            self.get_file_info = whole.get_file_info

        def open_input_stream(self, path: str, compression: None) -> io.BytesIO:
            return io.BytesIO(CSV[:17])

    held = Short(store(tmp_path, b_of_t__csv=CSV))
    message = r"SA-302 train t\.csv: reading stopped \(17 of 21 bytes\)\. Check the network, and try again\."
    with pytest.raises(CannotFinishError, match=message):
        read_from(held, "b/t.csv", "train", ReadOptions())
