"""``compare`` from the folders of audits: the same people where there are scores, intervals where there are none."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner
from tables import three

import synthaudit
from synthaudit.cli.main import cli
from synthaudit.commands.compare import Compared, compare_releases
from synthaudit.commands.person_scores import read_scores
from synthaudit.errors import InputError
from synthaudit.types import Estimate

OPTIONS: dict[str, Any] = {"profile": "quick", "jobs": 1, "policy": "internal", "scores": True}


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clean release, one that is train with a little noise, and the clean one under another seed."""
    folder = tmp_path_factory.mktemp("audits")
    train, holdout, clean = three((700, 1_200, 400), np.random.default_rng(0))
    leaky = clean.copy()
    leaky.iloc[:200] = train.iloc[:200].to_numpy()
    for name, release, seed in (("clean", clean, 0), ("leaky", leaky, 0), ("seed", clean, 1)):
        synthaudit.audit(train, release, holdout, output=folder / name, seed=seed, vendor=name, **OPTIONS)
    return folder


@pytest.fixture
def copied(audits: Path, tmp_path: Path) -> Path:
    """The same in a folder of one's own, to be changed."""
    shutil.copytree(audits, tmp_path / "audits")
    return tmp_path / "audits"


def compared(folder: Path, *names: str) -> Compared:
    return compare_releases([folder / name for name in names], folder / "compare.html")


def test_the_same_people_are_compared_where_there_are_scores(copied: Path) -> None:
    """The leaky release stands last, with a letter of its own, and links lead to both reports."""
    result = compared(copied, "leaky", "clean")
    assert result.exit_code == 0
    assert result.comparison.unpaired == ""
    assert [release.folder for release in result.comparison.releases] == ["clean", "leaky"]
    assert result.comparison.letters == (("a",), ("b",))
    page = result.page.read_text("utf-8")
    assert 'href="./clean/report.html"' in page
    assert 'href="./leaky/report.html"' in page
    assert "The same people, one by one" in page


def test_the_scores_read_are_those_that_the_audit_counted(audits: Path) -> None:
    """As many people as the evidence says, with the share found by the attack that it names."""
    report = compare_releases([audits / "clean", audits / "leaky"], audits / "page.html").comparison.releases[1].report
    people = read_scores(audits / "leaky" / "scores.parquet", by_person=False)
    assert report.worst is not None
    assert isinstance(report.worst.auc, Estimate)
    assert people.scores.shape == (len(report.findings), report.worst.auc.n)


def test_a_folder_may_be_called_as_it_likes(copied: Path) -> None:
    """Names that a database takes for patterns, and that a link must not act by, are names."""
    odd = copied / "a[1]*%20'\"<b>"
    (copied / "clean").rename(odd)
    result = compared(copied, odd.name, "leaky")
    assert result.comparison.unpaired == ""
    assert 'href="./a%5B1%5D%2A%2520%27%22%3Cb%3E/report.html"' in result.page.read_text("utf-8")


def test_intervals_are_compared_where_scores_are_missing(copied: Path) -> None:
    """Without scores, with scores that were changed, or that no seal covers, the page says so and is careful."""
    (copied / "clean" / "scores.parquet").rename(copied / "kept.parquet")
    assert compared(copied, "clean", "leaky").comparison.unpaired == "not every audit has its scores beside it"
    (copied / "clean" / "scores.parquet").write_bytes((copied / "kept.parquet").read_bytes() + b" ")
    result = compared(copied, "clean", "leaky")
    assert result.comparison.unpaired == "scores are not as an audit wrote them"
    assert "Intervals were compared" in result.page.read_text("utf-8")


def test_another_seed_is_not_comparable(copied: Path) -> None:
    """Exit code 3, and no letters; the page is written all the same."""
    result = compared(copied, "clean", "seed")
    assert result.exit_code == 3
    assert [difference.what for difference in result.comparison.differences] == ["the seed"]
    assert set(result.comparison.letters) == {()}
    assert "Not comparable" in result.page.read_text("utf-8")


def test_a_person_of_several_rows_is_compared_once(tmp_path: Path) -> None:
    """Scores of rows become the largest and the mean of each person, as the evidence has them."""
    train, holdout, release = three((900, 1_200, 300), np.random.default_rng(2))
    for table, first in ((train, 0), (holdout, 10_000)):
        table["person"] = first + np.arange(len(table)) // 3
    result = synthaudit.audit(train, release, holdout, output=tmp_path / "out", entity="person", **OPTIONS)
    people = read_scores(tmp_path / "out" / "scores.parquet", by_person=True)
    assert people.scores.shape[0] == len(result.findings)
    assert set(people.unit % 3) == {0}
    for side in (people.is_member, ~people.is_member):
        assert len(np.unique(people.unit[side])) == side.sum()
    assert result.smallest_detectable is not None
    assert people.is_member.sum() == result.smallest_detectable.n_members


def test_what_cannot_be_compared_is_refused(copied: Path) -> None:
    """Too few, too many, one twice, evidence that was changed, and names that the page may not have."""
    page, clean, leaky = copied / "compare.html", copied / "clean", copied / "leaky"
    refused: list[tuple[list[Path], Path, str]] = [
        ([clean], page, "SA-410"),
        ([clean] * 13, page, "SA-410"),
        ([clean, clean / "evidence.json"], page, "SA-410"),
        ([clean, leaky], copied / "evidence.json", "SA-412"),
        ([clean, leaky], clean / "report.html", "SA-412"),
        ([clean, leaky], copied / "index.html", "SA-412"),
        ([clean, leaky], copied / "none" / "compare.html", "SA-412"),
        ([clean, copied / "none"], page, "SA-101"),
    ]
    for paths, output, code in refused:
        with pytest.raises(InputError) as error:
            compare_releases(paths, output)
        assert error.value.code == code
    evidence = clean / "evidence.json"
    evidence.write_text(evidence.read_text().replace('"profile": "quick"', '"profile": "thorough"'))
    with pytest.raises(InputError, match="SA-404"):
        compare_releases([clean, leaky], page)
    assert not page.exists()


@pytest.mark.parametrize(
    "change",
    [
        "SELECT * EXCLUDE unit FROM scores",
        "SELECT * REPLACE (score / 0 AS score) FROM scores",
        "SELECT * REPLACE (NULL AS score) FROM scores",
        "SELECT * FROM scores WHERE NOT (attack = 'dcr' AND row = (SELECT max(row) FROM scores))",
        "SELECT * FROM scores UNION ALL SELECT * FROM scores",
        "SELECT * REPLACE ('other' AS \"table\") FROM scores",
        "SELECT * REPLACE (-1::BIGINT AS unit) FROM scores",
        "SELECT * FROM scores WHERE false",
    ],
)
def test_scores_that_no_audit_wrote_are_refused(audits: Path, tmp_path: Path, change: str) -> None:
    """SA-411, and never a traceback, or a cell of the file."""
    whole, path = audits / "clean" / "scores.parquet", tmp_path / "scores.parquet"
    with duckdb.connect() as duck:
        duck.execute(f"CREATE TABLE scores AS SELECT * FROM '{whole}'")
        duck.execute(f"COPY ({change}) TO '{path}' (FORMAT parquet)")
    with pytest.raises(InputError, match=r"^SA-411 "):
        read_scores(path, by_person=False)


def test_a_file_that_is_no_parquet_is_refused(tmp_path: Path) -> None:
    """SA-411 too."""
    path = tmp_path / "scores.parquet"
    path.write_text("<script>")
    with pytest.raises(InputError, match=r"^SA-411 [^<]*$"):
        read_scores(path, by_person=False)


def test_the_command_says_where_the_page_is(copied: Path) -> None:
    """A line a release, the page, and the exit code of what became of it."""
    page = copied / "c.html"
    runner = CliRunner()
    result = runner.invoke(cli, ["compare", str(copied / "clean"), str(copied / "leaky"), "-o", str(page)])
    assert result.exit_code == 0, result.output
    assert f"comparison: {page}" in result.output
    assert "letters: b" in result.output
    apart = runner.invoke(cli, ["compare", str(copied / "clean"), str(copied / "seed"), "-o", str(page)])
    assert apart.exit_code == 3
    assert "The seed differs: release 1; release 2." in apart.output


def test_evidence_without_a_holdout_has_no_letters(copied: Path) -> None:
    """Where nothing could be tested, nothing is told apart, and the page is there."""
    for name in ("clean", "leaky"):
        path = copied / name / "evidence.json"
        evidence = json.loads(path.read_text())
        evidence["worst"] = None
        path.write_text(json.dumps(evidence))
        (copied / name / "seal.json").unlink()
    result = compared(copied, "clean", "leaky")
    assert result.comparison.letters == ((), ())
    assert "No two of them could be tested against each other." in result.page.read_text("utf-8")
    assert len(result.doubts) == 1
