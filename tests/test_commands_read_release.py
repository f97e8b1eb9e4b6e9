"""A release that is read while another one is audited: the same data, read once, and let go where nobody asks."""

from concurrent.futures import wait
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tables import three

from synthaudit.adapters.alignment.align import RealTables
from synthaudit.commands import read_release as module
from synthaudit.commands.audit import open_real
from synthaudit.commands.read_release import ReadAhead, read_release
from synthaudit.commands.request import Request, request
from synthaudit.errors import InputError
from synthaudit.types import AuditData


@pytest.fixture(scope="module")
def tables() -> tuple[pd.DataFrame, ...]:
    """Train, holdout, and two releases."""
    rng = np.random.default_rng(0)
    return (*three((120, 120, 90), rng), three((1, 1, 80), rng)[2])


@pytest.fixture
def source(tables: tuple[pd.DataFrame, ...], tmp_path: Path) -> tuple[RealTables, Request, Path, Path]:
    """The real tables, what is asked, and two releases as files."""
    train, holdout, *releases = tables
    asked = request(train, holdout, profile="quick")
    files = [tmp_path / f"v{i}.csv" for i in range(2)]
    for file, table in zip(files, releases, strict=True):
        table.to_csv(file, index=False)
    return open_real(asked), asked, *files  # type: ignore[return-value]


def finish(ahead: ReadAhead) -> None:
    """Wait until what was begun is read."""
    wait(ahead._begun.values())


def same(data: AuditData, other: AuditData) -> None:
    """Cells, bytes and rare pieces of two readings agree."""
    pd.testing.assert_frame_equal(data.synthetic, other.synthetic)
    assert data.sha256 == other.sha256
    assert data.found is not None
    assert other.found is not None
    np.testing.assert_array_equal(data.found.bits, other.found.bits)
    np.testing.assert_array_equal(data.found.places, other.found.places)


def test_what_is_read_ahead_is_what_reading_now_would_give(
    source: tuple[RealTables, Request, Path, Path],
    tables: tuple[pd.DataFrame, ...],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The second release is read before anybody asks, and once; one that was changed since is read again."""
    real, asked, first, second = source
    reads: list[str] = []

    def reading(real: RealTables, sources: Any, asked: Request, resources: ExitStack) -> AuditData:
        reads.append(sources[0].stem)
        return read_release(real, sources, asked, resources)

    monkeypatch.setattr(module, "read_release", reading)
    with ReadAhead() as ahead, ExitStack() as kept:
        expected = read_release(real, [second], asked, kept)
        ahead.upcoming = second
        same(ahead.read(real, [first], asked, kept), read_release(real, [first], asked, kept))
        finish(ahead)
        assert reads == ["v0", "v1"]
        same(ahead.read(real, [second], asked, kept), expected)
        finish(ahead)
        assert reads == ["v0", "v1", "v1"]
        # Begun again, for it is still the upcoming one; and then replaced.
        tables[2].to_csv(second, index=False)
        ahead.upcoming = None
        same(ahead.read(real, [second], asked, kept), read_release(real, [second], asked, kept))
        assert reads == ["v0", "v1", "v1", "v1"]
        assert ahead.read(real, [second], asked, kept).sha256["synthetic"] != expected.sha256["synthetic"]


def test_an_error_is_raised_where_the_release_is_asked_for(source: tuple[RealTables, Request, Path, Path]) -> None:
    """It stops neither the audit beside which it was read, nor the next one."""
    real, asked, first, second = source
    second.write_text("x0,x1\n1,2\n3\n", encoding="utf-8")
    with ReadAhead() as ahead, ExitStack() as kept:
        ahead.upcoming = second
        ahead.read(real, [first], asked, kept)
        finish(ahead)
        ahead.upcoming = None
        with pytest.raises(InputError, match="synthetic"):
            ahead.read(real, [second], asked, kept)
        assert len(ahead.read(real, [first], asked, kept).synthetic) == 90


def test_what_lies_on_the_disk_goes_with_the_one_who_asked_or_with_the_batch(
    source: tuple[RealTables, Request, Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a large release: as long as the audit that uses it, and no longer than the batch where none does."""
    real, asked, first, second = source
    closed: list[str] = []

    def reading(real: RealTables, sources: Any, asked: Request, resources: ExitStack) -> AuditData:
        resources.callback(closed.append, sources[0].stem)
        return read_release(real, sources, asked, resources)

    monkeypatch.setattr(module, "read_release", reading)
    with ReadAhead() as ahead:
        ahead.upcoming = second
        with ExitStack() as kept:
            ahead.read(real, [first], asked, kept)
        assert closed == ["v0"]
        with ExitStack() as kept:
            ahead.read(real, [second], asked, kept)
            assert closed == ["v0"]
        assert closed == ["v0", "v1"]
        # Begun after the last one, and never asked for; what is asked for next is another.
        finish(ahead)
        with ExitStack() as kept:
            ahead.read(real, [first], asked, kept)
            assert closed == ["v0", "v1", "v1"]
        finish(ahead)
    assert closed == ["v0", "v1", "v1", "v0", "v1"]
