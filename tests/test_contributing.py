"""What CONTRIBUTING.md tells a newcomer to type works as it stands there."""

import doctest
import importlib.util
import re
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
from attack_cases import cells_view
from example_report import PASS
from scipy import stats
from verdict_cases import CAN, CANARIES, CLEAN, PARTNER

from synthaudit.adapters.readers.frames import frame_hash
from synthaudit.adapters.readers.tables import read_table
from synthaudit.pipeline.diagnosis import SIGHTS
from synthaudit.report.exports import junit_xml
from synthaudit.report.page import page
from synthaudit.types import Estimate, NotEstimable
from synthaudit.verdict import judge
from synthaudit.verdict.gates import GATES

TEXT = (Path(__file__).parent.parent / "CONTRIBUTING.md").read_text("utf-8")
Load = Callable[[str, str], Any]


def blocks(heading: str) -> list[str]:
    """The Python code of one section."""
    section = TEXT.split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [dedent(code) for code in re.findall(r"(?ms)^ *```python\n(.*?)^ *```$", section)]


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


def test_the_attack_scores_a_small_example(load: Load) -> None:
    """Columns shared with the best row, by hand; its sight is one of the words that there are."""
    attack = load(blocks("Adding an attack")[0], "columns_in_common").ColumnsInCommon()
    people = pd.DataFrame({"a": ["x", "y", "z"], "b": ["p", "q", None], "c": [1.0, 2.0, 3.0]})
    release = pd.DataFrame({"a": ["x", "x", "y"], "b": ["p", "q", "p"], "c": [1.0, 2.0, 9.0]})
    cells, view = cells_view(people, release, None)
    # x, p, 1 is there whole; of y, q, 2 the second row has two; z stands alone.
    assert attack.score(cells, view, np.random.default_rng(0)).tolist() == [3.0, 2.0, 0.0]
    (name, sight) = re.findall(r'`"(\w+)": "(\w+)"`', TEXT)[0]
    assert (name, sight in SIGHTS.values()) == (attack.name, True)


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


def test_the_gate_takes_part_in_every_verdict(load: Load, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its file and one line in ``GATES``: above, at and below the limit, in words, on the page and as JUnit."""
    gate = load(blocks("Adding a gate")[0], "synthaudit.verdict.gates.canaries").canaries
    monkeypatch.setattr("synthaudit.verdict.outcome.GATES", (*GATES, gate))
    told = [
        (0.601, 0.7, "fail", "is at least 0.601 for"),
        (0.6, 0.7, "inconclusive", "may be as high as 0.700 for"),
        (0.5, 0.599, "pass", "is at most 0.599 (95 %) for"),
    ]
    for low, high, outcome, words in told:
        auc = Estimate(value=0.55, low=low, high=high, confidence_level=0.95, n=80)
        verdict = judge(PARTNER, replace(CLEAN, canaries=replace(CANARIES, known=False, auc=auc)), CAN)
        added, sentence = verdict.gates[-1], f"The AUC among canaries {words} the attack fixed beforehand;"
        assert verdict.outcome == added.outcome == outcome
        assert added.reason == f"{sentence} the partner limit is 0.6."
        assert (added.limit, added.value, added.lower_bound, added.upper_bound) == (0.6, 0.55, low, high)
        report = replace(PASS, uses=(verdict,))
        table = page(report).gates
        assert table is not None
        assert table.rows[-1][0] == "Canaries"
        assert 'name="canaries"' in junit_xml(report)
    assert judge(PARTNER, CLEAN, CAN).outcome == "pass"


def test_every_path_that_the_page_names_is_there() -> None:
    """Files, folders and names of code; placeholders aside."""
    root = Path(__file__).parent.parent
    named = set(re.findall(r"`((?:synthaudit|tests|docs)/[\w./]+)`", TEXT))
    assert {"synthaudit/pipeline/diagnosis.py", "synthaudit/adapters/readers/tables.py", "docs/statistics.md"} <= named
    mine = {name for name in named if "NAME" not in name}
    assert [name for name in sorted(mine) if not (root / name).exists()] == []
    source = "\n".join(path.read_text("utf-8") for path in (root / "synthaudit").rglob("*.py"))
    for name in (
        "ATTACKS",
        "SIGHTS",
        "GENERATORS",
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
