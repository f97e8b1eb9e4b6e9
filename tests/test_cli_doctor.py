"""``doctor`` says what is there, what is not, and how to get it."""

import re
import shutil
from collections import namedtuple
from importlib import metadata

import pytest
from click.testing import CliRunner

from synthaudit.cli import doctor
from synthaudit.cli.main import cli

Usage = namedtuple("Usage", "total used free")


def told() -> tuple[int, dict[str, str]]:
    """Exit code, and what is said of each thing."""
    result = CliRunner().invoke(cli, ["doctor"])
    lines = [re.match(r"(\S+) +(.*)", line) for line in result.output.splitlines()]
    return result.exit_code, {line[1]: line[2] for line in lines if line is not None}


def test_a_machine_with_everything() -> None:
    """Every library of a plain install with its version, and 0."""
    code, lines = told()
    assert code == 0
    libraries = dict(pair.rsplit(" ", 1) for pair in lines["libraries"].split(", "))
    assert libraries == {name: metadata.version(name) for name in doctor.required()}
    assert {"numpy", "pandas", "duckdb"} <= set(libraries)
    assert set(doctor.EXTRAS) <= {name.strip("[]") for name in lines}


def test_an_optional_part_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """It says how to get it, and nothing is wrong."""
    monkeypatch.setattr(doctor, "version", lambda name: None if name == "weasyprint" else "1.0")
    code, lines = told()
    assert code == 0
    assert lines["[pdf]"] == 'not installed: pip install "synthaudit-privacy[pdf]"'
    assert lines["[excel]"] == "python-calamine 1.0"


def test_a_library_that_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without it no audit runs: 4."""
    monkeypatch.setattr(doctor, "version", lambda name: None if name in ("numba", "scipy") else "1.0")
    code, lines = told()
    assert code == 4
    assert lines["missing"] == "numba, scipy"
    assert lines["not"] == "well: missing. Install synthaudit-privacy again, or make room."


@pytest.mark.parametrize(("free", "code"), [(doctor.LEAST_FREE, 0), (doctor.LEAST_FREE - 1, 4)])
def test_room_for_temporary_files(free: int, code: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """One gibibyte is enough, less is not."""
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: Usage(0, 0, free))
    ended, lines = told()
    assert ended == code
    assert lines["room"].startswith("1.1 GB free in ")


def test_every_extra_that_a_user_chooses_is_looked_at() -> None:
    """All of the distribution but those of the tests, and the old name of ``arrow``."""
    offered = set(metadata.metadata(doctor.DISTRIBUTION).get_all("Provides-Extra") or ())
    assert set(doctor.EXTRAS) == offered - {"dev", "io"}
