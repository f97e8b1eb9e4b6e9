"""Releases, and runs, that try to get past the audit: none may pass, and none may stop it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tables import mixed, three

import synthaudit
from synthaudit.errors import InputError
from synthaudit.files import dated_folders

QUICK: dict[str, Any] = {"profile": "quick", "jobs": 1, "policy": "internal"}


@pytest.fixture(scope="module")
def real() -> list[pd.DataFrame]:
    """Train, holdout and an honest release: numbers and categories, correlated."""
    return three((500, 800, 500), np.random.default_rng(0))


DISGUISES = {
    "other units": lambda t: t.assign(**{c: t[c] * 10 + 100 for c in t if c.startswith("x")}),
    "exponential, labels rotated": lambda t: t.assign(
        **{c: np.exp(t[c].clip(-5, 5)) for c in t if c.startswith("x")},
        **{
            c: t[c].map(dict(zip(sorted(t[c].unique()), [*sorted(t[c].unique())[1:], "level 0"], strict=True)))
            for c in t
            if c.startswith("c")
        },
    ),
    "signs turned": lambda t: t.assign(**{c: -t[c] for c in t if c.startswith("x")}),
    "signs turned, numbers alone": lambda t: t.assign(**{c: -t[c] for c in t if c.startswith("x")}),
    "levels respelled but for one row": lambda t: pd.concat(
        [t[:1], t[1:].assign(**{c: "L" + t[c][1:] for c in t if c.startswith("c")})], ignore_index=True
    ),
}


@pytest.mark.parametrize("disguise", DISGUISES)
def test_a_disguised_copy_does_not_pass(real: list[pd.DataFrame], disguise: str) -> None:
    """Rows rewritten so that nobody is near them are not taken for rows that are near nobody."""
    columns = [c for c in real[0] if str(c).startswith("x") or "alone" not in disguise]
    train, holdout, _ = (table[columns] for table in real)
    assert synthaudit.audit(train, DISGUISES[disguise](train), holdout, **QUICK).outcome != "pass"


def test_a_mirrored_copy_of_symmetric_numbers_is_seen() -> None:
    """Normal columns turned around have the law of the real ones, and each row is still somebody's."""
    rng = np.random.default_rng(8)
    train, holdout = (pd.DataFrame(rng.normal(size=(n, 6)).round(4), columns=list("abcdef")) for n in (600, 900))
    for turned in (-train, -10 * train**3):
        result = synthaudit.audit(train, turned, holdout, **QUICK)
        assert result.outcome == "fail"
        assert any(finding.view.endswith("_by_rank") for finding in result.report.findings)
    fresh = pd.DataFrame(rng.normal(size=(600, 6)).round(4), columns=list("abcdef"))
    honest = synthaudit.audit(train, fresh, holdout, **QUICK)
    assert [c.blocks_pass for c in honest.coverage if c.test == "disguise"] == [False]


def test_a_release_that_names_everybody_fails(real: list[pd.DataFrame]) -> None:
    """The keys of all members stand in an otherwise honest release: declaring the key must not hide that."""
    train, holdout, release = real
    keys = [f"P{i:05d}" for i in np.random.default_rng(1).permutation(90_000)[:1_300]]
    named = release.assign(who=[f"p-{key[1:]}" for key in reversed(keys[:500])])
    result = synthaudit.audit(
        train.assign(who=keys[:500]), named, holdout.assign(who=keys[500:]), entity="who", **QUICK
    )
    assert (result.outcome, result.leakage_detected) == ("fail", True)
    assert (result.copies.train, result.copies.holdout) == (500, 0)


def test_a_running_number_names_nobody(real: list[pd.DataFrame]) -> None:
    """A release that counts its own rows in the key column is not accused of knowing the keys."""
    train, holdout, release = real
    result = synthaudit.audit(
        train.assign(who=np.arange(500)), release.assign(who=np.arange(500)), holdout.assign(who=np.arange(500, 1_300)),
        entity="who", **QUICK,
    )  # fmt: skip
    assert result.copies.train == 0
    assert result.outcome != "fail"


@pytest.mark.parametrize("change", [lambda s: s + ".", lambda s: "Dr " * 0 + s.replace(" ", "  "), lambda s: s.upper()])
def test_names_with_other_punctuation_are_still_names(real: list[pd.DataFrame], change: Any) -> None:
    """Text is compared by its letters and digits, so a full stop hides nobody."""
    train, holdout, release = real
    rng = np.random.default_rng(2)
    words = np.array([f"{a}{b}" for a in ("Ka", "Lo", "Mi", "Nu", "Po") for b in ("ra", "sen", "ti", "vo", "zek")])

    def names(n: int) -> list[str]:
        return [
            f"{first} {last} {i}"
            for i, (first, last) in enumerate(zip(rng.choice(words, n), rng.choice(words, n), strict=True))
        ]

    mine, theirs = names(500), [f"{name} junior" for name in names(800)]
    result = synthaudit.audit(
        train.assign(name=mine),
        release.assign(name=[change(name) for name in mine]),
        holdout.assign(name=theirs),
        **QUICK,
    )
    assert (result.outcome, result.leakage_detected) == ("fail", True)


def test_a_reference_that_overlaps_is_refused(real: list[pd.DataFrame]) -> None:
    """A reference that is the holdout, or the train table, would turn every ratio into a false alarm."""
    train, holdout, release = real
    for reference in (
        train,
        holdout,
        pd.concat([train[:100], mixed(300, np.random.default_rng(3))], ignore_index=True),
    ):
        with pytest.raises(InputError, match="SA-175"):
            synthaudit.audit(train, release, holdout, reference=reference, **QUICK)


def test_a_jittered_reference_does_not_fail_an_honest_release(real: list[pd.DataFrame]) -> None:
    """The blind baseline sees that the reference knows one side, and membership figures become invalid."""
    train, holdout, release = real
    reference = train.assign(x0=train["x0"] + 1e-4)
    result = synthaudit.audit(train, release, holdout, reference=reference, **QUICK)
    assert result.outcome == "inconclusive"
    assert result.controls is not None
    assert result.controls.blind_baseline.status == "failed"


def test_families_of_another_size_are_no_random_split() -> None:
    """Six rows a person in train and one in the holdout: an honest release is not failed for it."""
    rng = np.random.default_rng(4)
    size = rng.integers(2, 7, 200)
    train = mixed(int(size.sum()), rng).assign(fam=np.repeat(np.arange(200), size))
    holdout = mixed(400, rng).assign(fam=np.arange(1_000, 1_400))
    result = synthaudit.audit(train, mixed(600, rng), holdout, entity="fam", **QUICK)
    assert result.outcome == "inconclusive"
    assert result.controls is not None
    assert result.controls.blind_baseline.status == "failed"


def test_an_honest_split_of_a_small_alphabet_is_not_refused() -> None:
    """Rows collide by nature; in none of 40 random splits is the holdout called overlapping."""
    from synthaudit.adapters.alignment.overlap import overlap_of

    rng = np.random.default_rng(5)
    rows = [np.minimum(rng.geometric(0.5, (5_000, 5)), 8) @ 8 ** np.arange(5) for _ in range(40)]
    assert not any(overlap_of(codes[1_000:], codes[:1_000]).is_excess for codes in rows)


def test_a_table_of_identifiers_alone_is_judged_by_copies() -> None:
    """Nothing to measure a distance on: a verbatim copy fails, another release does not pass, neither crashes."""
    keys = [f"user-{i:06d}@mail.example" for i in np.random.default_rng(6).permutation(10**6)[:1_500]]
    train, holdout, fresh = (pd.DataFrame({"id": keys[i : i + 500]}) for i in (0, 500, 1_000))
    assert synthaudit.audit(train, train, holdout, **QUICK).outcome == "fail"
    assert synthaudit.audit(train, fresh, holdout, **QUICK).outcome != "pass"


@pytest.fixture
def files(real: list[pd.DataFrame], tmp_path: Path) -> Path:
    """The three tables as files, the release in a folder of releases."""
    (tmp_path / "releases").mkdir()
    for name, table in zip(("train", "holdout", "releases/good"), real, strict=True):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    return tmp_path


def batch(files: Path) -> Any:
    return synthaudit.audit_batch(
        files / "releases", files / "train.csv", files / "holdout.csv", output=files / "out", **QUICK
    )


def test_hostile_cells_and_files_do_not_stop_the_batch(files: Path) -> None:
    """Numbers beyond every number, pipes, links to elsewhere, an index page: each is one bad release."""
    train = pd.read_csv(files / "train.csv").assign(code=[f"{i:05d}" for i in range(500)])
    train.to_csv(files / "train.csv", index=False)
    pd.read_csv(files / "holdout.csv").assign(code=[f"{i:05d}" for i in range(500, 1_300)]).to_csv(
        files / "holdout.csv", index=False
    )
    good = pd.read_csv(files / "releases" / "good.csv").assign(code=[f"{i:05d}" for i in range(2_000, 2_500)])
    good.to_csv(files / "releases" / "good.csv", index=False)
    good.assign(code=["1e9999999", "1e99999999999999999999999", *good["code"][2:]]).to_csv(
        files / "releases" / "exponent.csv", index=False
    )
    good.assign(c0=["a" + "\u0301\u0323" * 50_000, *good["c0"][1:]]).to_csv(
        files / "releases" / "marks.csv", index=False
    )
    (files / "releases" / "index.html").write_text("<html>")
    good.to_csv(files / "releases" / "index.csv", index=False)
    os.mkfifo(files / "releases" / "pipe.csv")
    (files / "releases" / "link.csv").symlink_to(files / "train.csv")
    result = batch(files)
    outcomes = {entry.name: entry.outcome for entry in result.entries}
    assert outcomes["pipe"] == outcomes["link"] == "error"
    assert [item.file for item in result.record.skipped] == ["index.html"]
    assert all(outcomes[name] in ("pass", "inconclusive") for name in ("good", "exponent", "marks"))
    assert result.exit_code == 2
    assert result.index.is_file()


def test_an_old_pass_never_stands_for_a_new_release(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Interrupted between evidence and report, or given a bad table: no verdict of the earlier run is left in place."""
    batch(files)
    out = files / "out" / "good"
    assert json.loads((out / "evidence.json").read_text())["outcome"] in ("pass", "inconclusive")
    (files / "releases" / "good.csv").write_text((files / "train.csv").read_text())

    def interrupt(*_: object) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("synthaudit.commands.audit.render_report", interrupt)
        with pytest.raises(KeyboardInterrupt):
            batch(files)
    assert not (out / "report.html").exists()
    resumed = batch(files)
    assert (resumed.entries[0].outcome, resumed.entries[0].resumed) == ("fail", True)
    assert "Fail for " in (out / "report.html").read_text()
    (files / "releases" / "good.csv").write_text("x0,x1\n1,2\n3\n")
    assert batch(files).entries[0].outcome == "error"
    assert not (out / "evidence.json").exists()
    assert (dated_folders(out)[-1] / "evidence.json").is_file()


def test_a_bad_training_table_leaves_no_verdict_either(files: Path) -> None:
    """An audit that cannot read its tables moves the earlier verdict away before it says so."""
    arguments = (files / "releases" / "good.csv", files / "holdout.csv")
    synthaudit.audit(files / "train.csv", *arguments, output=files / "one", **QUICK)
    with pytest.raises(InputError, match="SA-101"):
        synthaudit.audit(files / "nothing.csv", *arguments, output=files / "one", **QUICK)
    assert [path.name for path in (files / "one").iterdir()] == ["previous"]


def test_a_terminated_run_leaves_no_table_behind(files: Path) -> None:
    """SIGTERM while a table is read: exit code 130, and the temporary folder is empty."""
    temporary = files / "tmp"
    temporary.mkdir()
    big = mixed(60_000, np.random.default_rng(7))
    big.to_csv(files / "big.csv", index=False)
    command = [sys.executable, "-P", "-W", "ignore", "-m", "synthaudit", "audit", "--train", str(files / "big.csv")]
    run = subprocess.Popen(
        [*command, "--synthetic", str(files / "train.csv"), "-o", str(files / "killed"), "--quiet"],
        env={**os.environ, "TMPDIR": str(temporary)},
        stderr=subprocess.DEVNULL,
    )
    while run.poll() is None and not list(temporary.glob("synthaudit-*/*")):
        time.sleep(0.005)
    run.send_signal(signal.SIGTERM)
    assert run.wait(timeout=60) == 130
    assert not list(temporary.glob("synthaudit-*"))
