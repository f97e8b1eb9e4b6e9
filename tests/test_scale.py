"""The bench of speed measures what it says: limits hold, memory is the child's own, growth and ratios are right."""

import json
import os
import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from scale import measure, tables
from scale.children import own_environment
from scale.cluster import different
from scale.measure import Outcome, Run, climb, extrapolated, growth, measured
from scale.ours import differs, scan
from scale.peers import one_hot
from scale.report import Figure, Series, ratio, time_of
from scipy.spatial.distance import cdist

from synthaudit.neighbours import nearest
from synthaudit.types import Neighbours, Points

PYTHON = [sys.executable, "-c"]


def run_of(seconds: float, outcome: Outcome = "finished") -> Run:
    return Run(outcome=outcome, seconds=seconds, gigabytes=0.5)


# --- child processes ------------------------------------------------------------------------------------


def test_what_takes_too_long_is_stopped_with_all_that_it_started(tmp_path: Path) -> None:
    """A sleeping child ends at the limit, which is then a lower bound of its seconds, and so does its own child."""
    program = "import pathlib, subprocess, sys, time; child = subprocess.Popen(['sleep', '300']); "
    program += "pathlib.Path(sys.argv[1]).write_text(str(child.pid)); time.sleep(300)"
    run = measured([*PYTHON, program, tmp_path / "pid"], 3)
    assert (run.outcome, run.seconds, run.finished) == ("stopped", 3, False)
    with pytest.raises(ProcessLookupError):
        _still_runs(int((tmp_path / "pid").read_text()))


def _still_runs(pid: int) -> None:
    stat = Path(f"/proc/{pid}/stat")
    # Killed, it may wait for somebody to take note.
    if stat.exists() and stat.read_text().rpartition(")")[2].split()[0] == "Z":
        raise ProcessLookupError
    os.kill(pid, 0)


def test_the_limit_is_that_of_the_work(tmp_path: Path) -> None:
    """Of a start of 2 s and work without end at a limit of 1 s, the start is let pass and the work is stopped."""
    tool = "lambda job, rows: time.sleep(0 if rows.stop else 2) or (lambda: rows.stop or time.sleep(job['nap']))"
    program = f"import sys, time; from scale.peers import main; main({{'nap': {tool}}}, 'nap', sys.argv[1])"
    job = tmp_path / "job.json"
    found = []
    for nap in (0, 300):
        job.write_text(json.dumps({"limit": 1, "nap": nap}), encoding="utf-8")
        found.append(measured([*PYTHON, program, job], 1, start=60, env=own_environment()))
    assert [run.outcome for run in found] == ["finished", "stopped"]
    assert found[0].seconds < 1


def test_memory_is_the_child_s_own() -> None:
    """A child that holds 200 MB is charged with them, and not with the 400 MB of the process that measures."""
    held = np.ones(50_000_000)
    peaks = [measured([*PYTHON, f"held = bytearray(b'1') * {n}"], 60).gigabytes for n in (1, 200_000_000)]
    assert held.nbytes == 400_000_000
    assert peaks[0] < 0.1
    assert 0.2 < peaks[1] < 0.3


def test_out_of_memory_is_told_from_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """A child over the limit of memory says so; one that raises ends with its last line; other exit codes may do."""
    monkeypatch.setattr(measure, "SHARE_OF_MEMORY", 0.05)
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert measured([*PYTHON, f"bytearray({whole})"], 60).outcome == "out of memory"
    failed = measured([*PYTHON, "raise ValueError('no such column')"], 60)
    assert (failed.outcome, failed.why) == ("failed", "ValueError: no such column")
    assert measured([*PYTHON, "raise SystemExit(3)"], 60, exits=(0, 3)).finished


# --- growth and ratios ----------------------------------------------------------------------------------


@pytest.mark.parametrize("power", [1.0, 1.5, 2.0])
def test_growth_is_the_power_of_the_last_two_sizes(power: float) -> None:
    """Seconds 3 n^b give b, whatever a smaller size took, and seconds at any larger size; one size gives neither."""
    runs = {n: run_of(3 * n**power) for n in (2_000, 10_000, 50_000)} | {200_000: run_of(120, "stopped")}
    assert growth({500: run_of(1e9), **runs}) == pytest.approx(power, abs=1e-12)
    assert extrapolated(runs, 10**6) == pytest.approx(3 * 10 ** (6 * power))
    assert growth({2_000: run_of(1)}) is None


def test_a_climb_ends_where_a_run_does_not_finish() -> None:
    """Sizes above the first that is stopped are not tried; one finished size is joined by the geometric middle."""

    def until(most: int) -> dict[int, Run]:
        return climb((2_000, 10_000, 50_000), lambda n: run_of(n) if n <= most else run_of(120, "stopped"))

    assert [*until(50_000)] == [2_000, 10_000, 50_000]
    assert [*until(10_000)] == [2_000, 10_000, 50_000]
    assert [*until(4_500)] == [2_000, 4_500, 10_000]
    assert growth(until(4_500)) == pytest.approx(1.0)
    assert [*until(0)] == [2_000]


def test_ratios_say_how_they_came_about() -> None:
    """Measured; a lower bound and what growth lets expect where theirs was stopped; nothing from a lack of memory."""
    ours = Series(name="ours", does="", runs={n: run_of(n / 1_000) for n in (1_000, 10_000, 100_000)})
    runs = {1_000: run_of(2), 10_000: run_of(200), 100_000: run_of(500, "stopped")}
    theirs = Series(name="theirs", does="", runs=runs)
    found = [ratio(theirs, ours, n) for n in ours.runs]
    assert found == ["2 x", "20 x", "> 5 x, *about 200 x*"]
    lacking = Series(name="theirs", does="", runs=runs | {100_000: run_of(1, "out of memory")})
    assert ratio(lacking, ours, 100_000) == lacking.at(100_000) == "out of memory"
    below = Series(name="theirs", does="", runs={1_000: run_of(2), 5_000: run_of(50), 10_000: run_of(120, "stopped")})
    assert ratio(below, ours, 100_000) == "*about 200 x*"
    assert below.at(100_000) == "*about 20,000 s*"


def test_figures_say_whether_they_are_met() -> None:
    """At most, at least, both sides of the limit; work that was stopped meets no limit of time."""
    assert str(Figure(what="a", value=9.96, unit="s", most=10)) == "| a | 9.96 s | <= 10 s, met |"
    assert str(Figure(what="a", value=11, unit="s", most=10)) == "| a | 11 s | <= 10 s, MISSED |"
    assert str(Figure(what="a", value=19, unit="x", least=20)) == "| a | 19 x | >= 20 x, MISSED |"
    assert str(Figure(what="a", value=19, unit="x")) == "| a | 19 x |  |"
    stopped = time_of("a", run_of(5, "stopped"), most=10)
    assert str(stopped) == "| a: time | > 5 s, stopped | <= 10 s, MISSED |"
    assert not stopped.met


# --- the same work --------------------------------------------------------------------------------------


def some_points(n: int, rng: np.random.Generator) -> Points:
    return Points(numeric=rng.random((n, 3)).round(1), codes=rng.integers(4, size=(n, 5)).astype(np.int32))


def test_evidence_differs_in_its_figures_and_not_in_its_time() -> None:
    """A p-value and a hash that differ are named by their parts; seconds, time of day and command are not."""
    one = {"findings": [{"pvalue": 0.01, "seconds": 1.0}], "provenance": {"seed": 1, "config": {"command": ["a"]}}}
    later = {"findings": [{"pvalue": 0.01, "seconds": 2.0}], "provenance": {"seed": 1, "config": {"command": ["b"]}}}
    other = {"findings": [{"pvalue": 0.02, "seconds": 1.0}], "provenance": {"seed": 2, "config": {"command": ["a"]}}}
    assert different(one, later) == []
    assert different(one, other) == ["findings", "provenance"]


def test_one_hot_columns_keep_distances() -> None:
    """Euclidean distance between one-hot rows is that of the points, levels of one table alone included."""
    rng = np.random.default_rng(0)
    queries, rows = some_points(20, rng), some_points(30, rng)
    rows.codes[0] = 9
    levels = [np.arange(10)] * 5
    hot = [one_hot(table.numeric, table.codes, levels) for table in (queries, rows)]
    plain = np.array(
        [scan(numeric, codes, rows) for numeric, codes in zip(queries.numeric, queries.codes, strict=True)]
    )
    np.testing.assert_allclose(cdist(hot[0], hot[1], "sqeuclidean"), plain, atol=1e-12)


def test_the_plain_scan_sees_every_bit() -> None:
    """Our search has no difference from it, ties included; another last bit or another of two tied rows has."""
    rng = np.random.default_rng(0)
    queries, rows = some_points(50, rng), some_points(400, rng)
    found = nearest(queries, rows, 5, norm="l2")
    assert not any(differs(queries, rows, i, found) for i in range(50))
    far = Neighbours(distance=np.nextafter(found.distance, np.inf), row=found.row)
    assert all(differs(queries, rows, i, far) for i in range(50))
    assert all(differs(queries, rows, i, Neighbours(distance=found.distance, row=found.row + 1)) for i in range(50))


# --- tables ---------------------------------------------------------------------------------------------


def test_a_large_file_holds_every_chunk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven rows in chunks of three are the three tables one after the other, numbers and text unchanged."""
    monkeypatch.setattr(tables, "CHUNK", 3)
    tables.write_parquet(tmp_path / "rows.parquet", 7, np.random.default_rng(5))
    rng = np.random.default_rng(5)
    expected = pd.concat([tables.people(n, rng) for n in (3, 3, 1)], ignore_index=True)
    with duckdb.connect() as base:
        read = base.execute("SELECT * FROM read_parquet(?)", [str(tmp_path / "rows.parquet")]).df()
    pd.testing.assert_frame_equal(read.astype(expected.dtypes.to_dict()), expected)


def test_our_copula_keeps_margins_and_dependence() -> None:
    """Each column's levels keep their shares and numbers their ranks' correlation, within four standard errors."""
    train = tables.people(4_000, np.random.default_rng(0))
    made = tables.own_copula(train, 4_000, np.random.default_rng(1))
    for name in ("sex", "region"):
        shares, drawn = (table[name].value_counts(normalize=True) for table in (train, made))
        error = np.sqrt(2 * shares * (1 - shares) / len(train))
        assert ((drawn.reindex(shares.index, fill_value=0) - shares).abs() < 4 * error).all()
    rho = [table["income"].corr(table["height"].add(table["age"]), method="spearman") for table in (train, made)]
    assert abs(rho[0] - rho[1]) < 4 * np.sqrt(2 / len(train))
    assert made["income"].isin(train["income"]).all()
