"""Attacks that others have published keep working: a wheel that was built before the code moved runs as it is."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
from tables import three

WHEEL = Path(__file__).parent / "golden" / "synthaudit_twin_distance-1.2.3-py3-none-any.whl"


def call(site: Path, *arguments: object) -> subprocess.CompletedProcess[str]:
    """The command line with a folder of installed packages in front."""
    path = os.pathsep.join(filter(None, [str(site), os.environ.get("PYTHONPATH", "")]))
    command = [sys.executable, "-P", "-W", "ignore", "-m", "synthaudit", *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, capture_output=True, text=True, check=False, env=environment)


def test_a_wheel_of_an_earlier_version_is_part_of_the_audit(tmp_path: Path) -> None:
    """The wheel of the example package, never built again: what it imports is there, its entry point is looked up, its
    attack finds a release that is train itself, and no gap is left."""
    site = tmp_path / "site"
    with zipfile.ZipFile(WHEEL) as wheel:
        wheel.extractall(site)
    for role, table in zip(("train", "holdout"), three((120, 160), np.random.default_rng(0)), strict=True):
        table.to_csv(tmp_path / f"{role}.csv", index=False)
    tables = ["--train", tmp_path / "train.csv", "--holdout", tmp_path / "holdout.csv"]
    release = ["--synthetic", tmp_path / "train.csv", "--attacks", "twin_distance", "--profile", "quick"]
    done = call(site, "audit", *tables, *release, "-o", tmp_path / "out", "--jobs", 1)
    assert done.returncode == 1, done.stderr
    evidence = json.loads((tmp_path / "out" / "evidence.json").read_text("utf-8"))
    (finding,) = evidence["findings"]
    assert (finding["attack"], finding["estimates"]["auc"]["value"]) == ("twin_distance", 1.0)
    assert evidence["provenance"]["libraries"]["synthaudit-twin-distance"] == "1.2.3"
    assert [line for line in evidence["coverage"] if "plug-in" in line["test"] and line["status"] == "not_run"] == []


def test_it_explains_itself(tmp_path: Path) -> None:
    """``explain`` lists the attack with the distribution that it comes from."""
    with zipfile.ZipFile(WHEEL) as wheel:
        wheel.extractall(tmp_path)
    lines = call(tmp_path, "explain").stdout.splitlines()
    (line,) = [line for line in lines if line.startswith("twin_distance")]
    assert line.endswith("(plug-in synthaudit-twin-distance 1.2.3)")
