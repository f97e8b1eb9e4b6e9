"""The file of all audits: never torn, whatever kills its writers, and equal however it came about."""

import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from synthaudit.errors import CannotFinishError, InputError
from synthaudit.runtime import history_file
from synthaudit.runtime.history_file import read, record, replace_all
from synthaudit.types.history import PastAudit

AUDIT = PastAudit(
    evidence_sha256="0" * 64,
    created_utc="2026-11-30T09:00:00Z",
    dataset="Patients",
    release="r.csv",
    vendor="Acme",
    train_sha256="a" * 64,
    holdout_sha256="b" * 64,
    release_sha256="c" * 64,
    n_releases=1,
    synthaudit_version="0.1.0",
    seed="0",
    setup_sha256="d" * 64,
    policy="partner",
    policy_sha256="e" * 64,
    tpr_limit=0.05,
    outcome="pass",
    tpr=0.0123,
    tpr_low=0.0045,
    tpr_high=0.03,
    attack="dcr/cells",
    n_attacks=36,
    n_found=12,
    n_members=1000,
    n_nonmembers=999,
    tpr_at_10=0.12,
)


def numbered(n: int) -> PastAudit:
    """A later audit, of other evidence."""
    moment = f"2026-11-{1 + n // 1440:02}T{n // 60 % 24:02}:{n % 60:02}:00Z"
    return replace(AUDIT, evidence_sha256=f"{n:064x}", created_utc=moment)


def dump(path: Path) -> list[str]:
    """Every statement that makes the file, and what says whose it is."""
    with sqlite3.connect(path) as database:
        marks = [str(database.execute(f"PRAGMA {name}").fetchone()) for name in ("application_id", "user_version")]
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return [*marks, *database.iterdump()]


def test_what_was_recorded_is_read(tmp_path: Path) -> None:
    """Every field to the last bit, the oldest first, each audit once; the file is for its owner alone."""
    path = tmp_path / "a #?%20ü.db"
    missing = replace(
        AUDIT, evidence_sha256="f" * 64, tpr=None, n_found=None, release="\u202e'; DROP TABLE audits; --\0"
    )
    assert record(path, [numbered(2), missing, numbered(1)]) == 3
    assert record(path, [numbered(1), numbered(3)]) == 1
    assert read(path) == (numbered(1), numbered(2), numbered(3), missing)
    assert path.stat().st_mode & 0o777 == 0o600


def test_rebuilt_is_equal_in_whatever_order(tmp_path: Path) -> None:
    """One by one, all at once, backwards, and over a file that held others: the same rows of the same file."""
    audits = [numbered(n) for n in range(20)]
    for audit in audits:
        record(tmp_path / "one", [audit])
    record(tmp_path / "back", audits[::-1])
    assert replace_all(tmp_path / "other", [numbered(77), numbered(78)]) == 0
    assert replace_all(tmp_path / "other", [*audits, *audits]) == 2
    assert dump(tmp_path / "one") == dump(tmp_path / "back") == dump(tmp_path / "other")


def writing(path: Path, told: int, audits: Iterable[PastAudit]) -> None:
    """Record one after the other, telling of each that is done."""
    for n, audit in enumerate(audits):
        record(path, [audit])
        os.write(told, n.to_bytes(4))


@pytest.mark.skipif(sys.platform == "win32", reason="kills by signal")
def test_a_killed_writer_leaves_a_whole_file(tmp_path: Path) -> None:
    """Killed at 50 moments, from before the file is there on: what was told is there, and rebuilt it is equal."""
    path, rng, n_mid_write = tmp_path / "history.db", np.random.default_rng(0), 0
    done = 0
    for _ in range(50):
        reading, told = os.pipe()
        child = os.fork()
        if child == 0:
            writing(path, told, (numbered(n) for n in range(done, done + 10_000)))
            os._exit(0)
        os.close(told)
        time.sleep(float(rng.uniform(0, 0.3)))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        n_told = len(os.read(reading, 1 << 20)) // 4
        os.close(reading)
        n_mid_write += Path(f"{path}-journal").exists()
        try:
            audits = read(path)
        except InputError:
            # Killed before there was anything in it.
            assert done + n_told == 0
            continue
        # At most one more than it had told of.
        assert done + n_told <= len(audits) <= done + n_told + 1
        assert audits == tuple(numbered(n) for n in range(len(audits)))
        done = len(audits)
    assert done >= 20
    # Else no moment was a telling one.
    assert n_mid_write > 0
    assert replace_all(tmp_path / "again.db", [numbered(n) for n in range(done)]) == 0
    assert dump(path) == dump(tmp_path / "again.db")


def test_writers_wait_for_each_other(tmp_path: Path) -> None:
    """Four at once, ten audits each: all forty are there."""
    path = tmp_path / "history.db"
    threads = [
        threading.Thread(target=lambda k=k: [record(path, [numbered(10 * k + n)]) for n in range(10)]) for k in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert read(path) == tuple(numbered(n) for n in range(40))


def test_a_file_that_is_held_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After as long as a writer waits; nothing is written."""
    path = tmp_path / "history.db"
    record(path, [numbered(1)])
    monkeypatch.setattr(history_file, "_PATIENCE", 0.05)
    with sqlite3.connect(path, isolation_level=None) as database:
        database.execute("BEGIN IMMEDIATE")
        with pytest.raises(CannotFinishError, match=r"SA-309 history history\.db: another process holds the file"):
            record(path, [numbered(2)])
        database.execute("ROLLBACK")
    database.close()
    assert read(path) == (numbered(1),)


def foreign(path: Path) -> None:
    database = sqlite3.connect(path)
    database.execute("CREATE TABLE audits (evidence_sha256)")
    database.commit()
    database.close()


BROKEN: dict[str, Callable[[Path], object]] = {
    "text": lambda path: path.write_text("a,b\n1,2\n" * 99),
    "random": lambda path: path.write_bytes(np.random.default_rng(0).bytes(9_999)),
    "another database": foreign,
    "a folder": lambda path: path.mkdir(),
    "a link": lambda path: path.symlink_to(path.with_name("elsewhere")),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_no_history_is_refused_and_left_alone(tmp_path: Path, name: str) -> None:
    """With an error of ours, and not a byte of it changes."""
    path = tmp_path / "history.db"
    BROKEN[name](path)
    before = path.read_bytes() if path.is_file() else None
    asks: tuple[Callable[[], object], ...] = (
        lambda: record(path, [AUDIT]),
        lambda: replace_all(path, [AUDIT]),
        lambda: read(path),
    )
    for ask in asks:
        with pytest.raises((InputError, CannotFinishError), match=r"SA-424|SA-304"):
            ask()
    assert (path.read_bytes() if path.is_file() else None) == before
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audits SET n_found = 'many'",
        "UPDATE audits SET outcome = 'splendid'",
        "UPDATE audits SET tpr = x'00'",
        "UPDATE audits SET n_members = 9223372036854775807",
        "UPDATE audits SET tpr_limit = 9e999",
        "ALTER TABLE audits DROP COLUMN tpr",
        "DROP TABLE audits",
        "PRAGMA user_version=2",
        "PRAGMA application_id=7",
    ],
)
def test_a_row_that_no_audit_made_is_refused(tmp_path: Path, statement: str) -> None:
    """A column holds anything in SQLite: what is read is what can be written."""
    path = tmp_path / "history.db"
    record(path, [AUDIT])
    database = sqlite3.connect(path)
    database.execute(statement)
    database.commit()
    database.close()
    with pytest.raises(InputError, match=r"SA-424 history history\.db: "):
        read(path)


def test_a_cut_or_missing_file_is_told(tmp_path: Path) -> None:
    """Cut anywhere it is refused or, where nothing was cut, read; one that is not there is no empty history."""
    path = tmp_path / "history.db"
    with pytest.raises(InputError, match=r"SA-424 history history\.db: there is no such file"):
        read(path)
    record(path, [numbered(n) for n in range(100)])
    data = path.read_bytes()
    for size in (0, 1, 99, 4096, len(data) // 2, len(data) - 4096):
        path.write_bytes(data[:size])
        with pytest.raises(InputError, match="SA-424"):
            read(path)
