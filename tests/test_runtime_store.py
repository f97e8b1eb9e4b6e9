"""A store gives back what was put in, believes nothing else, and holds nothing that could run."""

import os
import pickle
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from synthaudit.errors import InputError
from synthaudit.generators.cart import Cart
from synthaudit.runtime.store import Store, key_of
from synthaudit.runtime.user_key import keyed_digest


def canonical() -> pd.DataFrame:
    """Every kind of canonical column, with everything awkward a cell can be."""
    times = np.array(["2020-01-01T00:00:00.000001", "NaT", "1677-09-22"], dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "number": [0.1, np.nan, -0.0],
            "time": times,
            "text": pd.Series(["a\0b\ud800", None, ""], dtype=object),
            "empty": pd.Series([None] * 3, dtype=object),
            'na"me\n': [1e308, 5e-324, np.inf],
        }
    )


def entry(store: Store) -> Path:
    (path,) = store.folder.glob("*.fit")
    return path


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(folder=tmp_path / "shadows")


def test_what_is_read_is_what_was_written(store: Store) -> None:
    """Cells, missing cells, dtypes and order of columns, to the bit; arrays too."""
    store.write("k", canonical())
    read = store.read("k")
    assert isinstance(read, pd.DataFrame)
    pd.testing.assert_frame_equal(read, canonical(), check_exact=True)
    assert np.signbit(read["number"][2])
    assert [type(cell) for cell in read["text"]] == [str, type(None), str]
    arrays = (np.array([0.1, np.nan]), np.arange(6).reshape(2, 3))
    store.write("a", arrays)
    back = store.read("a")
    assert isinstance(back, tuple)
    assert [part.tobytes() for part in back] == [part.tobytes() for part in arrays]
    assert [part.shape for part in back] == [(2,), (2, 3)]


def test_nobody_else_can_read_it(store: Store) -> None:
    """Real values may be in it: 0600 in 0700."""
    store.write("k", canonical())
    assert store.folder.stat().st_mode & 0o777 == 0o700
    assert entry(store).stat().st_mode & 0o777 == 0o600


def test_every_flipped_byte_is_noticed(store: Store) -> None:
    """Whichever byte of an entry changes, it is set aside, and there is nothing to read."""
    store.write("k", pd.DataFrame({"x": [1.0]}))
    path, whole = entry(store), entry(store).read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert store.read("k") is None, place
        assert not path.exists()
    assert [old.name for old in (store.folder / "previous").iterdir()] == [path.name]


@pytest.mark.parametrize("cut", [0, 1, 30, 100, -1])
def test_a_torn_entry_is_none(store: Store, cut: int) -> None:
    """An entry that is cut short, or has something behind it, is set aside."""
    store.write("k", canonical())
    whole = entry(store).read_bytes()
    entry(store).write_bytes(whole[:cut] if cut != -1 else whole + b"\0")
    assert store.read("k") is None


def test_an_entry_of_another_key_is_none(store: Store) -> None:
    """A shadow of other people under this name would answer for these."""
    store.write("k", canonical())
    entry(store).rename(store.folder / "other.fit")
    assert store.read("other") is None


class Runs:
    """Leaves a mark when it is unpickled."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return (os.mkdir, (str(self.mark),))


def sealed(head: bytes, payload: bytes) -> bytes:
    """An entry of the key ``k`` forged behind the head of a genuine one: its digest is over key and content."""
    return head[:-65] + keyed_digest(b"k" + payload).encode() + b"\n" + payload


def test_a_planted_pickle_never_runs(store: Store, tmp_path: Path) -> None:
    """Neither as a whole entry, nor as an array of objects within a sealed one, nor behind a link."""
    mark = tmp_path / "ran"
    store.write("k", canonical())
    path = entry(store)
    genuine = path.read_bytes()
    head = genuine.index(b"PK\x03\x04")
    assert sealed(genuine[:head], genuine[head:]) == genuine
    path.write_bytes(pickle.dumps(Runs(mark)))
    assert store.read("k") is None

    objects = tmp_path / "objects.npz"
    np.savez(objects, names=np.array([Runs(mark)], dtype=object))  # numpy pickles these
    payload = objects.read_bytes()
    path.write_bytes(sealed(genuine[:head], payload))
    assert store.read("k") is None

    path.symlink_to(objects)
    assert store.read("k") is None
    assert not mark.exists()


def test_a_folder_that_others_may_write_to_is_not_believed(tmp_path: Path) -> None:
    """Whoever writes there decides what an audit finds: refused where it was named, left alone where it was not."""
    folder = tmp_path / "shared"
    store = Store(folder=folder)
    store.write("k", canonical())
    folder.chmod(0o770)
    assert store.read("k") is None
    with pytest.raises(InputError) as refused:
        Store.given(folder)
    assert str(refused.value) == (
        f"SA-217 --shadow-store {folder}: others may write to this folder. Run chmod 700 on it, or choose a folder of"
        " your own."
    )


def test_fresh_believes_only_itself(store: Store) -> None:
    """What an earlier run left is not read; what this one wrote is."""
    store.write("old", canonical())
    fresh = Store(folder=store.folder, fresh=True)
    assert fresh.read("old") is None
    fresh.write("new", canonical())
    assert fresh.read("new") is not None
    assert store.read("old") is not None


def test_a_store_that_cannot_be_written_stops_nothing(tmp_path: Path) -> None:
    """Keeping shadows is a convenience: without it there are none to read, and no error."""
    (tmp_path / "file").write_text("in the way")
    store = Store(folder=tmp_path / "file" / "shadows")
    store.write("k", canonical())
    assert store.read("k") is None


def test_keys_tell_everything_apart() -> None:
    """One cell, one dtype, one parameter, the order of rows, the place in a random stream: another key each."""
    table = canonical()
    other = table.copy()
    other.loc[0, "text"] = "b"
    used = np.random.default_rng(1)
    used.random()
    spawned = np.random.default_rng(1)
    spawned.spawn(1)
    values = [
        *(None, 0, 0.0, -0.0, "", "0", b"", (), {}, True, ("a", "b"), ("ab",), {"a": "b"}),
        *(np.zeros(2), np.zeros(2, dtype=np.float32), np.zeros((2, 1)), np.zeros(3)),
        *(table, other, table[::-1], table[["time", "number", "text", "empty", 'na"me\n']]),
        *(Cart(), Cart(leaf=6), np.random.default_rng(0), np.random.default_rng(1), used, spawned),
    ]
    assert len({key_of(value) for value in values}) == len(values)
    assert key_of(table, Cart(), np.random.default_rng(3)) == key_of(table.copy(), Cart(), np.random.default_rng(3))


def test_what_has_no_content_has_no_key() -> None:
    """A function may do anything tomorrow."""
    with pytest.raises(TypeError, match="a function has no key"):
        key_of(lambda: None)
