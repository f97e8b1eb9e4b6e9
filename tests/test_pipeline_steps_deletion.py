"""People said to be deleted: found where the release knows them, and nothing else changed by asking."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from counting_generator import without_error_budget
from scipy import stats
from tables import three
from test_audit import comparable
from test_cli import SECRET, call

import synthaudit
from synthaudit.adapters.alignment.align import with_synthetic
from synthaudit.adapters.alignment.deleted import with_deleted
from synthaudit.adapters.readers.tables import read_table
from synthaudit.commands.audit import open_real
from synthaudit.commands.request import request
from synthaudit.errors import InputError
from synthaudit.evidence import to_json
from synthaudit.pipeline.steps.deletion import measure_deleted
from synthaudit.report.exports import junit_xml, summary_md
from synthaudit.report.render import render_report
from synthaudit.report.sections import subgroups
from synthaudit.report.summary import summarise
from synthaudit.types import DeletedCopies

QUICK: dict[str, Any] = {"profile": "quick", "jobs": 1}
SENTENCE = "The release still knows people who were said to be deleted."


def tables(seed: int, listed: int = 40) -> list[pd.DataFrame]:
    return three((400, 600, 400, listed), np.random.default_rng(seed))


def lines(found: synthaudit.Audit, test: str) -> list[Any]:
    return [line for line in found.coverage if line.test == test]


def test_people_whose_rows_are_in_the_release_are_found() -> None:
    """30 of 40 copied, one cell nudged: known, leakage detected, no pass; the sentence is in report and reasons."""
    train, holdout, release, listed = tables(0)
    release.iloc[:30] = listed.iloc[:30]
    release.loc[:29, "x0"] += 0.001
    found = synthaudit.audit(train, release, holdout, deleted=listed, **QUICK)
    assert found.deleted is not None
    assert (found.deleted.n_tested, found.deleted.copied, found.deleted.direction) == (40, 0, "near")
    assert (found.deleted.known, found.leakage_detected) == (True, True)
    assert found.outcome == "inconclusive"
    assert SENTENCE in found.reasons
    assert "still knows people who were said to be deleted" in render_report(found.report)
    assert {t.role: t.n_rows for t in found.tables}["deleted"] == 40


def test_a_list_that_the_release_does_not_know() -> None:
    """No sign, with the AUC that so many could have shown; every other figure is that of an audit without a list, but
    for what rests on the error that the list takes from the attacks.
    """
    train, holdout, release, listed = tables(1)
    listed["x2"] = listed["x2"] + 0.123_456
    release.iloc[:10] = train.iloc[:10]
    without = comparable(synthaudit.audit(train, release, holdout, **QUICK))
    found = synthaudit.audit(train, release, holdout, deleted=listed, **QUICK)
    assert found.deleted is not None
    assert not found.deleted.known
    assert 0.6 < found.deleted.smallest_auc < 0.8
    (said,) = lines(found, "people said to be deleted")
    assert f"40 people could show an AUC of {found.deleted.smallest_auc:.2f} at 80 % power" in said.reason
    with_list = comparable(found)
    for evidence in (without, with_list):
        for key in ("deleted", "coverage", "tables", "provenance", "uses", "reasons"):
            evidence.pop(key)
    assert without_error_budget(with_list) == without_error_budget(without)


def in_train(n: int, of: int) -> str:
    return f"{n} of the {of} people on the list are in train: they were not deleted, or the list is another one."


def test_people_of_the_list_who_are_in_train_are_said_first_and_tested_like_the_others() -> None:
    """By equal rows without an entity column, by key with one; the first reason, and no pass."""
    train, holdout, release, listed = tables(2)
    listed.iloc[:3] = train.iloc[:3]
    found = synthaudit.audit(train, release, holdout, deleted=listed, **QUICK)
    (said,) = lines(found, "deletion")
    assert (f"{said.reason}.", said.blocks_pass) == (in_train(3, 40), True)
    assert found.deleted is not None
    assert (found.deleted.n_in_train, found.deleted.n_tested, found.deleted.known) == (3, 40, False)
    assert (found.outcome, found.reasons[0]) == ("inconclusive", in_train(3, 40))
    keyed = [table.assign(person=np.arange(len(table)) // 2 + first) for table, first in ((train, 0), (holdout, 5_000))]
    named = tables(3)[3].assign(person=np.r_[0, 0, 7, np.arange(37) // 2 + 9_000])
    by_key = synthaudit.audit(keyed[0], release, keyed[1], deleted=named, entity="person", **QUICK)
    assert by_key.deleted is not None
    assert (by_key.deleted.n_listed, by_key.deleted.n_in_train, by_key.deleted.n_tested) == (21, 2, 21)


def test_a_list_of_training_rows_is_said_everywhere_and_counted() -> None:
    """40 of 40 in train, ten of them copied: the first words of every output, and a release that knows them."""
    train, holdout, release, _ = tables(12)
    release.iloc[:10] = train.iloc[:10]
    found = synthaudit.audit(train, release, holdout, deleted=train.iloc[:40], **QUICK)
    assert found.deleted is not None
    assert (found.deleted.n_tested, found.deleted.copied, found.deleted.copied_in_train) == (40, 10, 10)
    assert (found.deleted.known, found.leakage_detected) == (True, True)
    assert found.reasons[0] == in_train(40, 40)
    assert SENTENCE in found.reasons or found.outcome == "fail"
    summary = summarise(found.report)
    assert summary.lead == in_train(40, 40)
    assert not any("on the list" in line for line in summary.more_reasons)
    assert summary.next_steps[1].startswith("Find out why people of the list of deleted people are in the training")
    assert summary_md(found.report).partition("Leakage: ")[2].split("\n- ")[1] == in_train(40, 40)
    coverage = ElementTree.fromstring(junit_xml(found.report)).find("testcase[@name='coverage']/error")
    assert coverage is not None
    assert coverage.get("message") == in_train(40, 40)
    shown = subgroups.view(found.report).deleted
    assert shown is not None
    assert shown.text[0] == (
        f"{in_train(40, 40)} The release holds 10 of them word for word. They are tested like the others of the list."
    )


def test_one_person_who_is_in_train_is_said_too() -> None:
    """A list of one is too short to conclude from, and is not passed over."""
    train, holdout, release, _ = tables(13)
    found = synthaudit.audit(train, release, holdout, deleted=train.iloc[[5]], **QUICK)
    assert found.reasons[0] == (
        "The one person on the list is in train: this person was not deleted, or the list is another one."
    )
    assert lines(found, "people said to be deleted")[0].status == "ran_low_power"


def test_a_list_of_the_whole_training_table_is_tested() -> None:
    """Nobody of train is left to play the attacker's sample with; no leak, so no sign, and no pass all the same."""
    train, holdout, release, _ = tables(14)
    found = synthaudit.audit(train, release, holdout, deleted=train, **QUICK)
    assert found.deleted is not None
    assert (found.deleted.n_in_train, found.deleted.n_nonmembers, found.deleted.known) == (400, 600, False)
    assert (found.outcome, found.reasons[0]) == ("inconclusive", in_train(400, 400))


def test_training_rows_on_a_list_are_not_accused_where_nothing_leaks() -> None:
    """30 lists of training rows, releases that know nobody: p is below .05 as seldom as chance has it."""
    pvalues = []
    for seed in range(30):
        train, holdout, release = three((150, 200, 150), np.random.default_rng([7, seed]))
        asked = request(train=train, holdout=holdout, deleted=train.iloc[:40], jobs=1)
        real = with_deleted(open_real(asked), read_table(train.iloc[:40], "deleted"))
        data = with_synthetic(real, read_table(release, "synthetic"))
        pvalues.append(measure_deleted(data, asked.settings, np.random.default_rng(seed))[0].pvalue)
    assert sum(pvalue <= 0.05 for pvalue in pvalues) <= stats.binom.isf(0.001, 30, 0.05)


def test_where_rows_are_often_equal_a_row_in_train_proves_nothing() -> None:
    """Two columns of few levels: rows of the list stand in train by chance; said, and nobody is left out."""
    rng = np.random.default_rng(10)

    def few(n: int) -> pd.DataFrame:
        levels = np.array(["a", "b", "c"], dtype=object)
        return pd.DataFrame({"c0": rng.choice(levels, n), "c1": rng.choice(levels, n), "x": rng.integers(4, size=n)})

    found = synthaudit.audit(few(300), few(300), few(400), deleted=few(40), **QUICK)
    assert found.deleted is not None
    assert (found.deleted.n_in_train, found.deleted.n_tested, found.deleted.known) == (0, 40, False)
    (said,) = lines(found, "deletion")
    assert (said.status, said.blocks_pass) == ("ran_low_power", False)


def test_a_list_that_overlaps_the_holdout_is_refused() -> None:
    """Somebody cannot be compared with oneself: rows or keys of the holdout are an error, told without a cell."""
    train, holdout, release, listed = tables(4)
    listed.iloc[:20] = holdout.iloc[:20]
    with pytest.raises(InputError, match="SA-193 deleted frame: 50 % of rows are also in the holdout"):
        synthaudit.audit(train, release, holdout, deleted=listed, **QUICK)
    train["p"], holdout["p"], listed["p"] = np.arange(400), 1_000 + np.arange(600), 1_599 + np.arange(40)
    with pytest.raises(InputError, match="SA-193 deleted frame: 1 key of 'p' is also in the holdout"):
        synthaudit.audit(train, release, holdout, deleted=listed, entity="p", **QUICK)


@pytest.mark.parametrize("n", [1, 6])
def test_few_people_conclude_nothing(n: int) -> None:
    """Below ten: too weak, and whoever asked gets no pass instead of a silence that looks like one."""
    train, holdout, release, listed = tables(5, n)
    found = synthaudit.audit(train, release, holdout, deleted=listed, **QUICK)
    (said,) = lines(found, "people said to be deleted")
    assert (said.status, said.blocks_pass) == ("ran_low_power", True)
    assert found.deleted is not None
    assert (found.deleted.n_tested, found.deleted.known) == (n, False)


def test_a_list_of_another_population_is_told_from_a_leak() -> None:
    """People who differ without the release prove nothing by their scores: not known, not comparable, no pass."""
    train, holdout, release, listed = tables(6, 120)
    listed["x3"] = listed["x3"] + 3
    found = synthaudit.audit(train, release, holdout, deleted=listed, **QUICK)
    assert found.deleted is not None
    assert (found.deleted.comparable, found.deleted.known) == (False, False)
    (said,) = lines(found, "people said to be deleted")
    assert (said.status, said.blocks_pass) == ("ran_low_power", True)


def counted(found: synthaudit.Audit) -> DeletedCopies:
    assert found.deleted is None
    assert found.report.without_holdout is not None
    assert found.report.without_holdout.deleted is not None
    return found.report.without_holdout.deleted


def test_without_a_holdout_copies_are_counted_and_are_a_finding() -> None:
    """12 of 40 copied: known, leakage detected, no pass; in the reasons, the coverage, the report and the evidence."""
    train, _, release, listed = tables(7)
    release.iloc[:12] = listed.iloc[:12]
    found = synthaudit.audit(train, release, None, deleted=listed, **QUICK)
    deleted = counted(found)
    assert (deleted.n_listed, deleted.n_tested, deleted.copied, deleted.n_in_train) == (40, 40, 12, 0)
    # 400 training rows without a twin: a share of 1 - .01^(1/400) at most.
    chance = 1 - 0.01 ** (1 / 400)
    assert deleted.expected == pytest.approx(40 * chance)
    assert deleted.pvalue == pytest.approx(stats.binom.sf(11, 40, chance))
    assert (deleted.known, found.leakage_detected, found.outcome) == (True, True, "inconclusive")
    assert SENTENCE in found.reasons
    (said,) = lines(found, "people said to be deleted")
    assert said.reason.startswith("the release holds 12 of 40 people of the list word for word")
    assert (said.status, said.blocks_pass) == ("ran", True)
    html = render_report(found.report)
    assert "it holds 12 of 40 records said to be deleted word for word" in html
    from synthaudit.evidence import from_json

    assert from_json(to_json(found.report)) == found.report


def test_without_a_holdout_a_list_that_is_not_copied_is_no_all_clear() -> None:
    """None, and one of 40, which chance may do: counted, no finding, and no pass for what could not be looked for."""
    train, _, release, listed = tables(7)
    for n in (0, 1):
        release.iloc[:n] = listed.iloc[:n]
        found = synthaudit.audit(train, release, None, deleted=listed, **QUICK)
        assert (counted(found).copied, counted(found).known, found.leakage_detected) == (n, False, None)
        (said,) = lines(found, "people said to be deleted")
        assert (said.status, said.blocks_pass) == ("ran_low_power", True)
        assert said.reason.startswith(
            f"{n} of 40 people of the list are in the release word for word; chance explains 0.5"
        )
        assert said.reason.endswith("without a holdout nothing else could be looked for")


def test_without_a_holdout_people_of_the_list_who_are_in_train_are_told_apart() -> None:
    """In train all the same, by rows or by key: said first, with how many the release holds, and tested as well."""
    train, _, release, listed = tables(2)
    listed.iloc[:5] = train.iloc[:5]
    release.iloc[:3] = train.iloc[:3]
    found = synthaudit.audit(train, release, None, deleted=listed, **QUICK)
    deleted = counted(found)
    assert (deleted.n_in_train, deleted.copied_in_train, deleted.n_tested, deleted.copied) == (5, 3, 40, 3)
    assert deleted.pvalue == pytest.approx(stats.binom.sf(2, 40, 1 - 0.01 ** (1 / 400)))
    assert f"{lines(found, 'deletion')[0].reason}." == found.reasons[0] == in_train(5, 40)
    assert "The release holds 3 of them word for word." in render_report(found.report)
    keyed = train.assign(person=np.arange(400) // 2)
    named = tables(3)[3].assign(person=np.r_[0, 0, 7, np.arange(37) // 2 + 9_000])
    keys = release.assign(person=np.r_[9_001, 9_002, 9_003, 9_004, 50_000 + 7 * np.arange(396)])
    by_key = counted(synthaudit.audit(keyed, keys, None, deleted=named, entity="person", **QUICK))
    assert (by_key.n_listed, by_key.n_in_train, by_key.n_tested, by_key.copied) == (21, 2, 21, 4)
    assert by_key.known


def test_without_a_holdout_equal_rows_prove_nothing_where_rows_are_equal_by_nature() -> None:
    """Two columns of few levels: everybody on the list is in the release, and nothing is concluded of it."""
    rng = np.random.default_rng(11)

    def few(n: int) -> pd.DataFrame:
        levels = np.array(["a", "b", "c"], dtype=object)
        return pd.DataFrame({"c0": rng.choice(levels, n), "c1": rng.choice(levels, n), "x": rng.integers(4, size=n)})

    found = synthaudit.audit(few(300), few(300), None, deleted=few(40), **QUICK)
    deleted = counted(found)
    assert (deleted.copied, deleted.n_in_train, deleted.recognisable, deleted.known) == (40, 0, False, False)
    assert SENTENCE not in found.reasons
    (said,) = lines(found, "people said to be deleted")
    assert (said.status, said.blocks_pass) == ("ran_low_power", True)


def test_the_command_takes_a_list_and_prints_no_cell(tmp_path: Path) -> None:
    """``--deleted``, or ``data.deleted`` of the configuration file."""
    train, holdout, release, listed = tables(8)
    release.iloc[:30] = listed.iloc[:30]
    listed.loc[0, "c0"] = release.loc[0, "c0"] = SECRET
    names = {"train": train, "holdout": holdout, "synthetic": release, "deleted": listed}
    for name, table in names.items():
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    (tmp_path / "c.toml").write_text(
        "version = 1\n[data]\n" + "".join(f'{name} = "{name}.csv"\n' for name in names), encoding="utf-8"
    )
    done = call("audit", "--config", tmp_path / "c.toml", "-o", tmp_path / "out", "--profile", "quick", "--jobs", 1)
    assert SENTENCE in done.stdout
    evidence = json.loads((tmp_path / "out" / "evidence.json").read_text())
    assert evidence["deleted"]["copied"] == 30
    written = "".join(path.read_text() for path in (tmp_path / "out").iterdir() if path.is_file())
    assert SECRET not in written + done.stdout + done.stderr


def test_evidence_without_a_list_is_still_read() -> None:
    """Files of earlier audits have no such field, and an empty list of groups."""
    train, holdout, release, _ = tables(9)
    report = synthaudit.audit(train, release, holdout, **QUICK).report
    old = json.loads(to_json(report))
    assert old.pop("deleted") is None
    old["subgroups"] = []
    from synthaudit.evidence import from_json

    assert from_json(json.dumps(old)).subgroups == ()
