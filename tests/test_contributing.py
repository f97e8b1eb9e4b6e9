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
from dataclasses import replace
from pathlib import Path
from textwrap import dedent, indent
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from example_report import HOSTILE, HOSTILE_TEXT, PASS
from markupsafe import escape
from scipy import stats
from tables import schema_of, three
from verdict_cases import CAN, CANARIES, CLEAN, PARTNER

from synthaudit.adapters.policy import policies
from synthaudit.adapters.readers.frames import frame_hash
from synthaudit.adapters.readers.tables import read_table
from synthaudit.evidence import to_json
from synthaudit.pipeline.context import read_tables
from synthaudit.pipeline.step import line, run_steps
from synthaudit.report.exports import junit_xml
from synthaudit.report.numbers import shown
from synthaudit.report.sections import limits
from synthaudit.settings import Settings
from synthaudit.types import AuditData, Estimate, NotEstimable
from synthaudit.verdict import judge
from synthaudit.verdict.gates import GATES

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
Load = Callable[[str, str], Any]


def section(heading: str) -> str:
    """From one heading to the next of its level."""
    return TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]


def blocks(heading: str, language: str = "python") -> list[str]:
    """The code of one section in one language."""
    return [dedent(code) for code in re.findall(rf"(?ms)^ *```{language}\n(.*?)^ *```$", section(heading))]


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


@pytest.mark.parametrize(("n_blank", "said"), [(2, []), (3, ["3 of 40 rows of the release are blank"])])
def test_the_step_finds_what_was_planted(load: Load, n_blank: int, said: list[str]) -> None:
    """At most one row in twenty blank: not a word; one more: a line that blocks a pass."""
    step = load(blocks("Adding a step")[0], "blank_rows").STEP
    train, holdout, release = three((40, 40, 40), np.random.default_rng(0))
    release.iloc[:n_blank] = None
    data = AuditData(schema=schema_of(train), train=train, holdout=holdout, synthetic=release)
    settings = Settings(policy=policies()[0], built_in=policies())
    ended = run_steps([step], read_tables(data, settings, lambda *_: None, lambda _: None, explaining=False))
    assert ended.results[step] == n_blank
    assert list(ended.coverage) == [line("blank rows", "ran", reason, blocks_pass=True) for reason in said]


def test_the_door_reads_what_a_frame_would(load: Load) -> None:
    """An object with ``to_pandas`` through the branch that the page shows: the cells and the hash of its frame."""
    code, branch = blocks("Adding a door for tables")
    load(code, "synthaudit.adapters.readers.to_pandas")
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


RENDER = """
import sys
from pathlib import Path
from synthaudit.evidence import from_json
from synthaudit.report import render_report
for path in map(Path, sys.argv[1:]):
    path.with_suffix(".html").write_text(render_report(from_json(path.read_text("utf-8"))), "utf-8")
"""


def test_the_report_section_is_on_the_page_of_a_scratch_copy(tmp_path: Path) -> None:
    """View, template and line, typed into a copy: hostile names are text there, and None shows no section."""
    for folder in ("synthaudit", "reports_templates"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    view, line = blocks("Adding a report section")
    (template,) = blocks("Adding a report section", "html")
    (name,) = re.findall(r'template="(\w+)"', line)
    (tmp_path / f"synthaudit/report/sections/{name}.py").write_text(view, "utf-8")
    (tmp_path / f"reports_templates/sections/{name}.html").write_text(template, "utf-8")
    path = tmp_path / "synthaudit/report/page.py"
    imports, last = "from synthaudit.report.sections import (\n", '    Section(anchor="glossary"'
    source = path.read_text("utf-8").replace(imports, f"{imports}    {name},\n").replace(last, f"    {line}{last}")
    path.write_text(source, "utf-8")
    used = tuple(column for column in HOSTILE_TEXT.columns if column.used != "left_out")
    for stem, report in (("hostile", HOSTILE_TEXT), ("all_used", replace(HOSTILE_TEXT, columns=used))):
        (tmp_path / f"{stem}.json").write_text(to_json(report), "utf-8")

    command = [sys.executable, "-P", "-c", RENDER, "hostile.json", "all_used.json"]
    subprocess.run(command, cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(tmp_path)}, check=True)
    page = (tmp_path / "hostile.html").read_text("utf-8")
    section = page.partition('<section id="unused" aria-labelledby="unused-title">')[2].partition("</section>")[0]
    assert '<li><a href="#unused">Left out</a></li>\n<li><a href="#glossary">' in page
    n, of = len(HOSTILE_TEXT.columns) - len(used), len(HOSTILE_TEXT.columns)
    assert f"<p>{n} of {of} columns were in no attack.</p>" in section
    assert f'<th scope="row" class="name">{escape(shown(HOSTILE, 80))}</th><td>text</td>' in section
    assert "<script" not in page
    assert 'href="#unused"' not in (tmp_path / "all_used.html").read_text("utf-8")


def test_the_gate_takes_part_in_every_verdict(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its file and one line in ``GATES``: above, at and below the limit, in words, on the page and as JUnit."""
    gate = load(blocks("Adding a gate")[0], "synthaudit.verdict.gates.canaries").canaries
    monkeypatch.setattr("synthaudit.verdict.outcome.GATES", (*GATES, gate))
    cases = [
        (0.601, 0.7, "fail", "is at least 0.601 for"),
        (0.6, 0.7, "inconclusive", "may be as high as 0.700 for"),
        (0.5, 0.599, "pass", "is at most 0.599 (95 %) for"),
    ]
    for low, high, outcome, words in cases:
        auc = Estimate(value=0.55, low=low, high=high, confidence_level=0.95, n=80)
        verdict = judge(PARTNER, replace(CLEAN, canaries=replace(CANARIES, known=False, auc=auc)), CAN)
        added, sentence = verdict.gates[-1], f"The AUC among canaries {words} the attack fixed beforehand;"
        assert verdict.outcome == added.outcome == outcome
        assert added.reason == f"{sentence} the partner limit is 0.6."
        assert (added.limit, added.value, added.lower_bound, added.upper_bound) == (0.6, 0.55, low, high)
        report = replace(PASS, uses=(verdict,))
        table = limits.view(report).table
        assert table is not None
        assert table.rows[-1][0] == "Canaries"
        assert 'name="canaries"' in junit_xml(report)
    assert judge(PARTNER, CLEAN, CAN).outcome == "pass"


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
    for name in (
        "ATTACKS",
        "GENERATORS",
        "SECTIONS",
        "STEPS",
        "BESIDE",
        "GATES",
        "LIMITS",
        "SENTENCES",
        "CHECKS",
        "GateName",
        "_FORMATS",
        "def parsed",
        "def _read_named",
        "def need",
    ):
        assert name in source
