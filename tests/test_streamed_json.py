"""JSON lines read in batches: the cells and the errors of a file that is read whole."""

import json
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.readers import jsonlines
from synthaudit.adapters.readers.raw import ReadOptions
from synthaudit.adapters.readers.source import open_source
from synthaudit.adapters.readers.streams import parsed
from synthaudit.adapters.readers.tables import copied
from synthaudit.commands.audit import open_real
from synthaudit.commands.read_release import align_release
from synthaudit.commands.request import request
from synthaudit.errors import InputError

ROWS = 3_000
AT_ONCE = 1_000
BIG = 2**53 + 1


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonlines, "BATCH", 700)


def lines(path: Path, records: list[dict[str, Any]]) -> Path:
    """A blank line after every tenth record."""
    text = "".join(json.dumps(record) + ("\n  \n" if i % 10 == 0 else "\n") for i, record in enumerate(records))
    path.write_text(text)
    return path


def record(i: int) -> dict[str, Any]:
    """Every type of cell that JSON has, alone and mixed, some of them only far down."""
    return {
        "whole": i - 7,
        "gaps": None if i % 3 else i,
        "float": i / 7,
        "zero": -0.0,
        "both": i if i % 2 else i + 0.5,
        "nan": float("nan") if i % 5 else 1.0,
        "infinite": float("inf") if i == ROWS - 1 else 2,
        "big": BIG if i == ROWS - 1 else i,
        "huge": 10**40 if i == 5 else i + 0.5,
        "truth": bool(i % 2),
        "mixed": "x" if i == ROWS - 1 else i if i % 2 else i + 0.25 if i % 3 else bool(i % 4),
        "text": ["00501", "", " ", 'a"b,\n', "\x00", "\U0001f600", "é"][i % 7],
        "none": None,
        **({"late": i} if i > ROWS - 100 else {}),
    }


def test_batches_and_picked_rows_hold_what_a_whole_read_does(tmp_path: Path) -> None:
    """Columns in order of appearance, cells of every type, names that records lack."""
    path, options = lines(tmp_path / "t.jsonl", [record(i) for i in range(ROWS)]), ReadOptions()
    with copied(path, "synthetic", options) as copy:
        held = parsed(copy, options)
        opened = open_source(copy, options, AT_ONCE)
        assert opened is not None
        assert (opened.names, opened.n_rows) == (tuple(held.frame.columns), ROWS)
        batches = list(opened.batches(range(len(opened.names))))
        assert [len(batch[0]) for batch in batches] == [700] * 4 + [200]
        joined = pd.concat([pd.concat(batch, axis=1) for batch in batches], ignore_index=True)
        pd.testing.assert_frame_equal(joined.set_axis(held.frame.columns, axis=1), held.frame, check_dtype=False)
        for i, name in enumerate(opened.names):
            pd.testing.assert_series_equal(opened.column(i).frame[name], held.frame[name], check_dtype=False)
        rows = np.sort(np.random.default_rng(0).permutation(ROWS)[:40])
        picked = opened.pick(rows)
        expected = held.frame.iloc[rows].reset_index(drop=True)
        pd.testing.assert_frame_equal(picked.frame, expected, check_dtype=False)
        assert (picked.name, picked.sha256, picked.typed) == (held.name, held.sha256, True)


def test_long_text_closes_a_batch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch holds no more text than is allowed, and no row is lost."""
    monkeypatch.setattr(jsonlines, "BATCH_CHARACTERS", 10_000)
    path = lines(tmp_path / "t.jsonl", [{"a": "x" * 1_000, "b": i} for i in range(1_200)])
    options = ReadOptions()
    with copied(path, "synthetic", options) as copy:
        opened = open_source(copy, options, AT_ONCE)
        assert opened is not None
        sizes = [len(batch[0]) for batch in opened.batches([1])]
    assert (max(sizes), sum(sizes)) == (10, 1_200)


def test_few_records_are_read_whole(tmp_path: Path) -> None:
    """As many rows as may be held at once are no large table, whatever the blank lines between them."""
    path, options = lines(tmp_path / "t.jsonl", [{"a": i} for i in range(AT_ONCE)]), ReadOptions()
    with copied(path, "synthetic", options) as copy:
        assert open_source(copy, options, AT_ONCE) is None


def twice(text: str) -> str:
    return text.rstrip("}") + ', "a": 2}'


FAULTS: dict[str, Callable[[str], str]] = {
    "SA-124 not JSON": lambda text: text[:-1],
    "SA-124 no object": lambda _: "[1, 2]",
    "SA-127": lambda _: '{"a": 1, "b": "secret \\ud800"}',
    "SA-132": twice,
    "SA-118": lambda _: '{"a": 1, "b": {"secret": 1}}',
    "SA-133": lambda _: '{"a": 1, "A": 1}',
    "SA-134": lambda _: '{"a": 1, " ": 1}',
    "SA-137": lambda _: json.dumps({f"c{i}": i for i in range(5_001)}),
    "SA-156": lambda _: json.dumps({"a": 1, "b": "é" * 600_000}),
    "SA-139": lambda _: '{"a": 1, "b": 1, "more": 1}',
    "SA-145": lambda _: '{"a": Infinity}',
    "SA-144": lambda _: '{"a": "secret"}',
    "SA-142": lambda _: '{"a": true}',
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_far_down_is_the_same_error(tmp_path: Path, fault: str) -> None:
    """What is wrong with one record of thousands is told as if the file were read whole, and quotes no cell."""
    rng = np.random.default_rng(1)
    train = pd.DataFrame({"a": rng.normal(size=300), "b": rng.choice(["u", "v"], 300)})
    records = [json.dumps({"a": float(i), "b": "uv"[i % 2]}) for i in range(ROWS)]
    records[ROWS - 7] = FAULTS[fault](records[ROWS - 7])
    path = tmp_path / "t.jsonl"
    path.write_text("\n".join(records))
    messages = []
    for rows in (AT_ONCE, "all"):
        asked = request(train, None, release_rows=rows)
        real = open_real(asked)
        with ExitStack() as open_copies, pytest.raises(InputError) as error:
            align_release(real, path, asked, open_copies)
        messages.append(str(error.value))
    assert messages[0] == messages[1]
    assert "secret" not in messages[0]
    if fault != "SA-142":
        assert messages[0].startswith(fault[:6])
