"""The profile quick is quick at any size: it imports little, and of many people it attacks a sample."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pytest
from tables import three

from synthaudit.commands.request import request

HEAVY = (
    *("sklearn", "scipy.stats", "scipy.optimize", "scipy.signal", "scipy.spatial", "scipy.sparse"),
    *("faker", "torch", "vl_convert"),
)
"""Each takes longer to import than most steps of a small audit take to run; charts are drawn by another process."""
UNASKED = (
    *("synthaudit.report.comparison_page", "synthaudit.report.history_page", "synthaudit.report.letter"),
    *("synthaudit.report.vendor_edition", "synthaudit.risks.measure"),
)
"""Pages that an audit does not render, and what quick does not measure."""
PROGRAM = """
import json, sys
from synthaudit.cli.main import main
try:
    main()
finally:
    print(json.dumps(sorted(sys.modules)))
"""


@dataclass(frozen=True)
class Ended:
    """An audit by the command line in a process of its own."""

    modules: frozenset[str]
    errors: list[str]
    coverage: Mapping[str, str]


@pytest.fixture(scope="module")
def quick(tmp_path_factory: pytest.TempPathFactory) -> Ended:
    """7,000 members, 9,000 non-members, and a release of 1,000 rows."""
    folder = tmp_path_factory.mktemp("quick")
    files = []
    tables = three((7_000, 9_000, 1_000), np.random.default_rng(0), numbers=2, categories=2)
    for role, table in zip(("train", "holdout", "synthetic"), tables, strict=True):
        table.to_csv(folder / f"{role}.csv", index=False)
        files += [f"--{role}", str(folder / f"{role}.csv")]
    arguments = ["audit", *files, "--profile", "quick", "--jobs", "1", "-o", str(folder / "out")]
    ended = subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, *arguments], capture_output=True, encoding="utf-8", check=False
    )
    assert ended.returncode in (0, 1, 3), ended.stderr
    assert (folder / "out" / "report.html").exists()
    evidence = json.loads((folder / "out" / "evidence.json").read_text("utf-8"))
    return Ended(
        modules=frozenset(json.loads(ended.stdout.splitlines()[-1])),
        errors=ended.stderr.splitlines(),
        coverage={line["test"]: line["reason"] for line in evidence["coverage"]},
    )


@pytest.mark.parametrize("name", HEAVY + UNASKED)
def test_what_no_step_of_quick_uses_is_not_imported(quick: Ended, name: str) -> None:
    """From reading to the report: neither the library nor any part of it."""
    assert [module for module in quick.modules if module == name or module.startswith(f"{name}.")] == []


def test_at_most_5_000_people_a_side_are_attacked(quick: Ended) -> None:
    """1,500 are set aside, 656 members and 844 others; of the rest a sample. Told first, and in the coverage."""
    assert quick.coverage["candidates"] == (
        "5,000 of 6,344 members and 5,000 of 8,156 non-members, drawn at random, were attacked; --candidates all"
        " attacks everybody"
    )
    (told,) = [line for line in quick.errors if "chance of a pass" in line]
    assert told.startswith(
        "synthaudit: 5,000 members, 5,000 non-members of 6,344 and 8,156, drawn at random (656 and 844 more are set"
        " aside as reference); chance of a pass if nothing leaks: partner"
    )


@pytest.mark.parametrize(
    ("profile", "candidates", "attacked"),
    [
        ("quick", None, 5_000),
        ("standard", None, 20_000),
        ("thorough", None, 20_000),
        ("quick", 30_000, 30_000),
        ("quick", "all", None),
    ],
)
def test_candidates_by_profile_and_as_asked_for(
    profile: str, candidates: int | str | None, attacked: int | None
) -> None:
    """The option decides where it is given."""
    asked = request("train.csv", profile=profile, candidates=candidates)
    assert asked.settings.candidates == attacked
