"""The audited copy: what was audited of a release, and nothing beyond."""

import hashlib
import io
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from tables import mixed

import synthaudit
from synthaudit.adapters.alignment.align import RealTables, align_real, with_synthetic
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.readers.tables import read_table
from synthaudit.commands.audited_copy import audited_copy
from synthaudit.errors import InputError
from synthaudit.evidence import to_json
from synthaudit.types import AuditReport

QUICK: Mapping[str, Any] = {"policy": "internal", "profile": "quick", "jobs": 1}


def visits(n: int, rng: np.random.Generator) -> pd.DataFrame:
    """Every kind of column, as text: identifiers that repeat nothing, money in dress, limits, dates, notes."""
    lead = rng.lognormal(0, 1, n).round(1)
    return pd.DataFrame(
        {
            "key": [f"K-{x:07d}" for x in rng.permutation(10**6)[:n]],
            "person": [f"p{x}" for x in rng.integers(0, 10**8, n)],
            "age": [f"{x:.1f}" for x in rng.normal(40, 9, n)],
            "cost": [f"${x:,.2f}" for x in rng.lognormal(6, 1, n)],
            "lead": ["<0.5" if x < 0.5 else f"{x}" for x in lead],
            "site": rng.choice(["North", "South", "East"], n),
            "day": [f"2020-0{m}-{d:02d}" for m, d in zip(rng.integers(1, 9, n), rng.integers(1, 29, n), strict=True)],
            "note": [f"Patient {x} came. All is well." for x in rng.integers(0, 10**6, n)],
            "ok": rng.choice(["Yes", "No"], n),
        }
    )


def aligned(train: pd.DataFrame, **options: Any) -> RealTables:
    return align_real(read_table(train, "train"), options=AlignOptions(**options))


def as_dict(report: AuditReport, *left_out: str) -> dict[str, Any]:
    """The evidence without what names the file."""
    evidence = json.loads(to_json(report))
    for finding in evidence["findings"]:
        del finding["seconds"]
    return {k: v for k, v in evidence.items() if k not in {"provenance", "tables", "delivered", "vendor", *left_out}}


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_an_audit_of_the_copy_is_the_same_audit(tmp_path: Path, ending: str) -> None:
    """With nothing beyond: every figure, reason and line. The copy of the copy has the same bytes and the same hash."""
    rng = np.random.default_rng(0)
    train, holdout, release = (mixed(250, rng).drop(columns=["c2", "c3"]) for _ in range(3))
    first, second = (tmp_path / f"{name}{ending}" for name in "ab")
    audited = synthaudit.audit(train, release, holdout, audited_copy=first, **QUICK)
    again = synthaudit.audit(train, first, holdout, audited_copy=second, **QUICK)
    assert audited.delivered is not None
    assert again.delivered is not None
    assert audited.delivered.beyond == again.delivered.beyond == ()
    assert as_dict(audited.report) == as_dict(again.report)
    assert first.read_bytes() == second.read_bytes()
    assert audited.delivered.copy == again.delivered.copy
    assert audited.delivered.copy is not None
    assert audited.delivered.copy.sha256 == hashlib.sha256(first.read_bytes()).hexdigest()
    assert audited.delivered.copy.n_rows == 250


def test_what_the_delivered_file_holds_beyond_is_told_first_and_is_not_in_the_copy(tmp_path: Path) -> None:
    """Digits and letters that no distance sees are listed; the search of the delivered cells alone may differ.

    So may what is planted among them: its pieces are looked for in the words that the copy hides.
    """
    rng = np.random.default_rng(1)
    train, holdout, release = (visits(250, rng).drop(columns=["person", "key"]) for _ in range(3))
    release["age"] = [f"{float(age) + rng.uniform(-0.04, 0.04):.9f}" for age in release["age"]]
    release.loc[3, "site"] = "Jane Doe lives here"
    options = {**QUICK, "schema": {"note": {"kind": "text"}}}
    audited = synthaudit.audit(train, release, holdout, audited_copy=tmp_path / "a.csv", **options)
    assert audited.delivered is not None
    told = [(one.kind, one.column, one.n) for one in audited.delivered.beyond]
    n_new = int((~release["note"].isin([*train["note"], *holdout["note"]])).sum())
    assert told[:3] == [("levels", "site", 1), ("words", "note", n_new), ("decimals", "age", 250)]
    again = synthaudit.audit(train, tmp_path / "a.csv", holdout, audited_copy=tmp_path / "b.csv", **options)
    assert again.delivered is not None
    assert again.delivered.beyond == ()
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
    differing = ("cells", "controls", "reasons", "uses", "coverage")
    assert as_dict(audited.report, *differing) == as_dict(again.report, *differing)
    assert "Jane" not in (tmp_path / "a.csv").read_text()
    passed = [use.deciding for use in audited.uses if use.outcome == "pass"]
    assert all("This pass is for the audited copy, not for the delivered file" in deciding for deciding in passed)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_every_kind_of_column_comes_back(ending: str) -> None:
    """Dresses, limits, keys of persons, running numbers: the copy is read as it was audited, in an order of its own."""
    rng = np.random.default_rng(2)
    train, release = visits(80, rng), visits(60, rng)
    release["key"] = [str(i) for i in range(60)]
    release.loc[:3, "note"] = ["A  NOTE", "b\u200bc", "PATIENT 1 came; all is well", "ÉTÉ ½"]
    real = aligned(train, entity="person")
    copies = []
    for rows in (release, release.sample(frac=1, random_state=0)):
        data = with_synthetic(real, read_table(rows, "synthetic"))
        copies.append(audited_copy(real, data, ending))
    if ending == ".csv":
        header, *lines = copies[0][0].decode().splitlines()
        assert header == "key,person,age,cost,lead,site,day,note,ok"
        assert sorted(lines, key=lambda line: int(line.split(",")[0])) == lines
        assert sum(",<0.5," in line for line in lines) == (release["lead"] == "<0.5").sum()
    assert copies[0] == copies[1]
    assert copies[0][1].n_rows == 60


def in_code(release: pd.DataFrame, members: pd.DataFrame, way: int) -> pd.DataFrame:
    """A release whose made-up keys and notes say members' records, each by another code that no attack reads."""
    records = ["|".join(row) for row in members.astype(str).itertuples(index=False)]
    hashed = [hashlib.sha256(f"{way}{record}".encode()).hexdigest() for record in records]
    words = [
        " ".join(text[i : i + 8].translate(str.maketrans("0123456789", "ghijklmnop")) for i in (0, 8))
        for text in hashed
    ]
    notes = [f"Patient {word} came. All is {way}{word[:3]} well." for word in words]
    return release.assign(key=hashed, person=[f"p{text[:20]}" for text in hashed], note=notes)


@pytest.mark.parametrize("entity", [None, "person"])
def test_what_a_vendor_makes_up_is_not_in_the_copy(entity: str | None) -> None:
    """The same bytes whatever identifiers, keys and words of notes say, where as many are different; it is listed."""
    rng = np.random.default_rng(5)
    train, release = visits(80, rng), visits(60, rng)
    real = aligned(train, entity=entity, overrides={"note": ColumnOverride(kind="text")})
    copies = []
    for way in range(2):
        data = with_synthetic(real, read_table(in_code(release, train[:60], way), "synthetic"))
        assert {("identifiers", "key", 60), ("identifiers", "person", 60), ("words", "note", 60)} <= {
            (one.kind, one.column, one.n) for one in data.beyond
        }
        copies.append(audited_copy(real, data, ".csv")[0])
    assert copies[0] == copies[1]
    assert b"patient * came. all is * well. *" in copies[0]


def test_rows_that_share_a_made_up_key_share_it_in_the_copy() -> None:
    """Which of the made-up ones are the same still shows, and known ones keep their names."""
    rng = np.random.default_rng(6)
    train, release = visits(80, rng), visits(60, rng)
    release["person"] = [*train["person"][:2], *(f"x{i // 3}" for i in range(58))]
    real = aligned(train, entity="person")
    data = with_synthetic(real, read_table(release, "synthetic"))
    assert ("identifiers", "person", 58) in {(one.kind, one.column, one.n) for one in data.beyond}
    copy = pd.read_csv(io.BytesIO(audited_copy(real, data, ".csv")[0]), dtype=str)
    pairs = release[["person"]].assign(cost=release["cost"].str.strip("$").str.replace(",", "").astype(float))
    given, copied = (table.groupby("person")["cost"].apply(sorted) for table in (pairs, copy.astype({"cost": float})))
    assert sorted(given) == sorted(copied)
    assert set(train["person"][:2]) <= set(copied.index)


def test_the_order_of_the_copy_is_its_own(tmp_path: Path) -> None:
    """Neither that of the release nor that of train leaves a trace."""
    rng = np.random.default_rng(3)
    train, release = visits(60, rng), visits(60, rng)
    copies = [
        audited_copy(real, with_synthetic(real, read_table(release, "synthetic")), ".csv")[0]
        for real in (aligned(train), aligned(train.sample(frac=1, random_state=1)))
    ]
    assert copies[0] == copies[1]


@pytest.mark.parametrize(
    ("name", "code"), [("copy.xlsx", "SA-180"), ("copy", "SA-180"), ("there.csv", "SA-196"), ("link.csv", "SA-196")]
)
def test_what_is_no_place_for_a_copy_is_refused_before_anything_is_read(tmp_path: Path, name: str, code: str) -> None:
    """Another format, and whatever is there already."""
    (tmp_path / "there.csv").write_text("a\n1\n")
    (tmp_path / "link.csv").symlink_to(tmp_path / "nowhere")
    with pytest.raises(InputError) as refused:
        synthaudit.audit(tmp_path / "no.csv", tmp_path / "no.csv", audited_copy=tmp_path / name)
    assert refused.value.code == code


def test_several_releases_and_streamed_ones_have_no_copy(tmp_path: Path) -> None:
    """One table is one copy; of a streamed release only a sample is held."""
    rng = np.random.default_rng(4)
    train, holdout, one, two = (mixed(n, rng) for n in (60, 60, 60, 60))
    large = mixed(1_200, rng)
    large.to_csv(tmp_path / "large.csv", index=False)
    cases: tuple[tuple[Any, Any], ...] = (([one, two], "all"), (tmp_path / "large.csv", 1_000))
    for release, rows in cases:
        with pytest.raises(InputError) as refused:
            synthaudit.audit(train, release, holdout, audited_copy=tmp_path / "a.csv", release_rows=rows, **QUICK)
        assert refused.value.code == "SA-197"
    assert not (tmp_path / "a.csv").exists()
