"""Members' cells hidden in one column of a release whose other columns are fresh: each kind is a function."""

import string
import zlib
from base64 import b32encode, b64encode
from collections.abc import Callable, Iterable, Mapping
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.commands.audit import open_real
from synthaudit.commands.read_release import align_release, search_for
from synthaudit.commands.request import request
from synthaudit.pipeline.step import Result
from synthaudit.pipeline.steps.cell_search import measure_cells
from synthaudit.types import AuditData, CellSearch

_LETTERS = list("abcdefghiklmnoprstuw")
WORDS = ["".join(word) for word in np.random.default_rng(5).choice(_LETTERS, (400, 6))]
NAMES = ["".join(name) for name in np.random.default_rng(6).choice(_LETTERS, (300, 7))]


def texts(cells: Iterable[str]) -> pd.Series:
    return pd.Series(list(cells), dtype=object)


def people(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Numbers, categories, a level of 700, an address, a note and a key."""
    streets = zip(rng.choice(NAMES, n), rng.choice(WORDS, n), strict=True)
    places = zip(streets, rng.integers(1, 300, n), rng.choice(NAMES[:40], n), strict=True)
    return pd.DataFrame(
        {
            "age": rng.integers(18, 90, n),
            "pay": np.round(rng.lognormal(10, 0.6, n)).astype(int),
            "bmi": np.round(rng.normal(27, 4, n), 1),
            "sex": texts(rng.choice(["m", "f"], n)),
            "town": texts(rng.choice(NAMES[:40], n)),
            "group": texts(rng.choice(list("abcdefg"), n)),
            "address": texts(f"{a.title()} {b} Street {number}, {town}" for (a, b), number, town in places),
            "note": texts("patient with " + " ".join(rng.choice(WORDS, 14)) + " seen today" for _ in range(n)),
            "key": texts(f"K{number:09}" for number in rng.integers(0, 10**9, n)),
            "level": texts(f"c{level:03}" for level in rng.integers(0, 700, n)),
        }
    )


def _records(members: pd.DataFrame, columns: list[str], between: str) -> pd.Series:
    return texts(between.join(map(str, row)) for row in members[columns].itertuples(index=False))


def _mostly(hidden: pd.Series, fresh: pd.Series, rng: np.random.Generator) -> pd.Series:
    """Seven of ten cells hidden ones: a release without a single level of train is refused."""
    return hidden.where(rng.random(len(fresh)) < 0.7, fresh)


def _respelled(note: str, rng: np.random.Generator) -> str:
    words = note.split()
    place = int(rng.integers(2, len(words) - 2))
    words[place] = words[place][::-1]
    return " ".join(words)


Plant = Callable[[pd.DataFrame, pd.DataFrame, np.random.Generator], Mapping[str, Any]]
PLANTS: Mapping[str, Plant] = {
    "record in an identifier": lambda _, members, __: {
        "key": _records(members, ["age", "pay", "sex", "town", "group", "bmi"], "|")
    },
    "record in a level": lambda fresh, members, rng: {
        "level": _mostly(_records(members, ["age", "pay", "group"], "-"), fresh["level"], rng)
    },
    "notes with one word respelled": lambda _, members, rng: {
        "note": texts(_respelled(note, rng) for note in members["note"])
    },
    "addresses backwards": lambda _, members, __: {"address": texts(address[::-1] for address in members["address"])},
    "decimals beyond those of train": lambda fresh, members, __: {
        "bmi": texts(
            f"{bmi:.1f}{age:02}{pay:06}"
            for bmi, age, pay in zip(fresh["bmi"], members["age"], members["pay"], strict=True)
        )
    },
    "record as digits of an identifier": lambda _, members, __: {
        "key": texts(
            f"K{age:02}{pay}{10 * bmi:.0f}"
            for age, pay, bmi in zip(members["age"], members["pay"], members["bmi"], strict=True)
        )
    },
    "key cut over two columns": lambda fresh, members, rng: {
        "key": texts(key[:5] for key in members["key"]),
        "level": _mostly(texts(key[5:] for key in members["key"]), fresh["level"], rng),
    },
}
"""By name, what takes the place of columns of a fresh release; it is handed fresh rows, as many members, and draws."""
HELD_IN: Mapping[str, set[str]] = {
    "record in an identifier": {"key"},
    "record in a level": {"level"},
    "notes with one word respelled": {"note"},
    "addresses backwards": {"address"},
    "decimals beyond those of train": {"bmi"},
    "record as digits of an identifier": {"key"},
    "key cut over two columns": {"key", "level"},
}
"""The columns of the release that hold it."""

_ROT13 = {code: code + (13 if chr(code).lower() < "n" else -13) for code in map(ord, string.ascii_letters)}
_RECORD = ["age", "pay", "sex", "town", "group", "bmi"]
CODES: Mapping[str, Plant] = {
    "record in base64 as an identifier": lambda _, members, __: {
        "key": texts(b64encode(record.encode()).decode() for record in _records(members, _RECORD, "|"))
    },
    "record packed within a note": lambda fresh, members, _: {
        "note": texts(
            f"{note} ref {b64encode(zlib.compress(record.encode())).decode()}"
            for note, record in zip(fresh["note"], _records(members, _RECORD, "|"), strict=True)
        )
    },
    "note in hexadecimal as a level": lambda fresh, members, rng: {
        "level": _mostly(texts(note.encode().hex() for note in members["note"]), fresh["level"], rng)
    },
    "key in base32 within an address": lambda fresh, members, _: {
        "address": texts(
            f"{address} {b32encode(f'{key} {age}'.encode()).decode()}"
            for address, key, age in zip(fresh["address"], members["key"], members["age"], strict=True)
        )
    },
    "notes by half the alphabet": lambda _, members, __: {
        "note": texts(note.translate(_ROT13) for note in members["note"])
    },
    "keys with their digits turned": lambda _, members, __: {
        "key": texts(key.translate(str.maketrans("0123456789", "9876543210")) for key in members["key"])
    },
}
"""The same in codes without a key; what is hidden stands in the one column that is replaced."""


def tables(n: int, seed: int, plant: str | None = None) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Train, holdout and release, n rows each."""
    rng = np.random.default_rng([seed, 77])
    train, holdout, release = (people(n, rng) for _ in range(3))
    if plant is not None:
        members = train.iloc[rng.permutation(n)].reset_index(drop=True)
        release = release.assign(**{**PLANTS, **CODES}[plant](release, members, rng))
    return train, holdout, release


def aligned(train: Any, holdout: Any, release: Any, **options: Any) -> tuple[AuditData, Any]:
    """Tables as an audit has them, searched as they were delivered, and the settings."""
    asked = request(train, holdout, **{"profile": "quick", "jobs": 1, **options})
    real = open_real(asked)
    search = search_for(real, asked)
    with ExitStack() as kept:
        data = align_release(real, release, asked, kept, lambda: search)
        assert search is not None
        return replace(data, pieces=search.pieces, found=search.found()), asked.settings


def searched(train: Any, holdout: Any, release: Any, **options: Any) -> Result[CellSearch]:
    """What an audit's search of cells gives, without the rest of the audit."""
    data, settings = aligned(train, holdout, release, **options)
    return measure_cells(data, settings, np.random.default_rng(1))
