"""What CONTRIBUTING.md tells a newcomer to type works as it stands there."""

import doctest
import importlib.util
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from synthaudit.adapters.readers.frames import frame_hash
from synthaudit.adapters.readers.tables import read_table
from synthaudit.types import Estimate, NotEstimable

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
Load = Callable[[str, str], Any]


def section(heading: str) -> str:
    """From one heading to the next of its level."""
    return TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def blocks(heading: str) -> list[str]:
    """The Python code of one section."""
    return [dedent(code) for code in re.findall(r"(?ms)^ *```python\n(.*?)^ *```$", section(heading))]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Code written to a file, and imported under a name."""

    def loaded(code: str, name: str) -> ModuleType:
        path = tmp_path / "added.py"
        path.write_text(code, "utf-8")
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, name, module)
        spec.loader.exec_module(module)
        return module

    return loaded


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The package, its tests and its documentation, to be changed; with compiled kernels, which are found by time."""
    for name in ("synthaudit", "tests", "docs"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def run(command: str, folder: Path, *more: str) -> str:
    """What a command of the page prints in this folder."""
    line = [sys.executable, *shlex.split(command.removeprefix(".venv/bin/python ")), *more]
    done = subprocess.run(
        line, cwd=folder, env={**os.environ, "PYTHONPATH": str(folder)}, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_attack_takes_one_file_one_line_and_one_test(copy: Path) -> None:
    """Typed into a copy of the repository as the page has it: its test and those of every attack pass there by the
    page's own commands, and the documentation holds it."""
    text, (code, entry, test) = section("Adding an attack"), blocks("Adding an attack")
    for path, content in zip(re.findall(r"file\*\* `([\w/]+\.py)`", text), (code, test), strict=True):
        (copy / path).write_text(content, "utf-8")
    registry = copy / "synthaudit" / "attacks" / "__init__.py"
    imports, family, shadows = re.split(r"(?ms)(^ATTACKS:.*?)(?=^    \*SHADOW_ATTACKS)", registry.read_text("utf-8"))
    added = f"from synthaudit.attacks.columns_in_common import {entry.split('(')[0]}\n"
    first = imports.index("from synthaudit.attacks")
    lines = (imports[:first], added, imports[first:], family, indent(entry, "    "), shadows)
    registry.write_text("".join(lines), "utf-8")
    ((write, check),) = (block.splitlines() for block in re.findall(r"(?ms)^```bash\n(.*?)^```$", text))
    run(write, copy)
    assert "### `columns_in_common`: Columns in common\n" in (copy / "docs" / "attacks.md").read_text("utf-8")
    passed = re.findall(r"(?m)^PASSED tests/\w+\.py::(\S+)", run(check, copy, "-rp"))
    assert {
        "test_a_small_example_by_hand",
        "test_scores_are_finite_when_tables_are_tiny_or_constant[columns_in_common-cells]",
        "test_verbatim_copies_score_highest[columns_in_common-cells]",
        "test_every_attack_of_ours_has_its_words[columns_in_common-cells]",
        "test_sentences[columns_in_common]",
        "test_the_documentation_says_what_the_attacks_say",
    } <= set(passed)


def test_the_door_reads_what_a_frame_would(load: Load) -> None:
    """An object with ``to_pandas`` through the branch that the page shows: the cells and the hash of its frame."""
    code, branch = blocks("Adding a door for tables")
    load(code, "synthaudit.adapters.to_pandas")
    entered: dict[str, Any] = {}
    exec(f"def enter(source, role):\n{indent(branch, '    ')}", entered)
    frame = pd.DataFrame({"zip": ["00501", None], "age": [34, 35]})
    read, plain = entered["enter"](SimpleNamespace(to_pandas=lambda: frame), "train"), read_table(frame, "train")
    assert frame_hash(read.frame) == frame_hash(plain.frame) == read.sha256
    assert (read.where, read.typed, read.notes) == (plain.where, plain.typed, plain.notes)


def test_the_statistic_is_a_share_with_its_interval(load: Load) -> None:
    """3 of 4 named people are members, ties by the given order: Clopper and Pearson by scipy; its example runs."""
    module = load(blocks("Adding a statistic")[0], "precision_at")
    assert doctest.testmod(module).failed == 0
    scores, label = [5.0, 5.0, 4.0, 4.0, 4.0, 1.0], [True, True, True, False, False, True]
    found = module.precision_at(scores, label, 4, order=np.array([0, 1, 4, 2, 3, 5]))
    expected = stats.binomtest(2, 4).proportion_ci(0.95, "exact")
    assert found == Estimate(value=0.5, low=found.low, high=found.high, confidence_level=0.95, n=4)
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))
    found = module.precision_at(scores, label, 4, order=np.arange(6))
    expected = stats.binomtest(3, 4).proportion_ci(0.95, "exact")
    assert (found.value, found.low, found.high) == pytest.approx((0.75, expected.low, expected.high))
    assert isinstance(module.precision_at(scores, label, 7, order=np.arange(6)), NotEstimable)


def test_every_path_that_the_page_names_is_there() -> None:
    """Files, folders and names of code; placeholders aside."""
    named = set(re.findall(r"`((?:synthaudit|tests|docs)/[\w./]+)`", TEXT))
    assert {
        "synthaudit/attacks/common/declared.py",
        "synthaudit/adapters/readers/tables.py",
        "docs/statistics.md",
    } <= named
    mine = {name for name in named if "NAME" not in name and "columns_in_common" not in name}
    assert [name for name in sorted(mine) if not (ROOT / name).exists()] == []
    source = "\n".join(path.read_text("utf-8") for path in (ROOT / "synthaudit").rglob("*.py"))
    for name in ("ATTACKS", "GENERATORS", "BESIDE", "_FORMATS", "def parsed", "def _read_named", "def need"):
        assert name in source
