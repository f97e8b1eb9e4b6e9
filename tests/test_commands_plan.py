"""What can be decided, before an audit and before anybody is asked for data."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner
from tables import mixed

from synthaudit.attacker.candidates import EVERYBODY, make_pile
from synthaudit.cli.main import cli
from synthaudit.commands.audit import audit_request
from synthaudit.commands.plan import plan_audit, plan_people
from synthaudit.commands.plan_cost import processor_seconds
from synthaudit.commands.request import request
from synthaudit.encoding import fit_cells
from synthaudit.pipeline.suite import chosen_attacks
from synthaudit.statistics.power import decidable
from synthaudit.types import Schema

PARTNER = request("t.csv").settings


def split_tables(n: int, n_holdout: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    return mixed(n, rng), mixed(n_holdout, rng), mixed(n, rng)


@pytest.mark.parametrize("profile", ["quick", "standard"])
@pytest.mark.parametrize("policy", ["internal", "partner", "public"])
def test_people_needed_are_those_of_both_sides_of_an_audit(profile: str, policy: str) -> None:
    """Of single rows a sealed split attacks everybody: half of them on each side, as the audit itself counts."""
    settings = request("t.csv", profile=profile, policy=policy).settings
    planned = plan_people(1_000, settings).uses[0]
    n_secrets = 10 if profile == "standard" else 0
    audited = decidable(settings.policy, 500, 500, len(chosen_attacks(settings)), n_secrets)
    assert audited.n_needed is not None
    assert (planned.use, planned.pass_probability) == (policy, audited.pass_probability)
    assert planned.people_needed == 2 * audited.n_needed


@pytest.mark.parametrize("n_people", [40, 1_000, 1_102, 1_104, 3_000])
def test_several_rows_a_person_leave_as_many_as_an_audit_leaves(n_people: int) -> None:
    """The audit's own draw of candidates is the oracle."""
    planned = plan_people(n_people, PARTNER, per_person=2)
    rng = np.random.default_rng(1)
    tables = [mixed(2 * n, rng) for n in (planned.n_train, planned.n_holdout)]
    schema = Schema(columns=())
    train, holdout = (fit_cells(schema, tables, tables).encode(table) for table in tables)
    pile = make_pile(
        train,
        holdout,
        None,
        train_entity=np.arange(len(train)) // 2,
        holdout_entity=np.arange(len(holdout)) // 2,
        rng=rng,
        sampling=EVERYBODY,
    )
    attacked = int(pile.is_member.sum()), int((~pile.is_member).sum())
    assert (planned.n_members, planned.n_nonmembers) == attacked


def test_more_people_than_are_attacked_make_no_difference() -> None:
    """A plan keeps to the most that an audit attacks."""
    few = request("t.csv", candidates=1_000).settings
    plan = plan_people(5_000, few)
    assert (plan.n_members, plan.n_nonmembers) == (1_000, 1_000)
    strict = plan_people(5_000, request("t.csv", candidates=1_000, policy="public").settings)
    assert strict.uses[0].people_needed is None


@pytest.mark.parametrize(("n", "n_holdout"), [(300, 300), (600, 900)])
def test_the_plan_of_tables_is_what_the_audit_says_first(n: int, n_holdout: int) -> None:
    """Who is attacked, who was set aside, and the chances, word for word; and the tests that then ran."""
    train, holdout, release = split_tables(n, n_holdout)
    asked = request(train, holdout, profile="quick", jobs=1)
    plan = plan_audit(asked, release)
    said: list[str] = []
    report = audit_request(asked, release, notify=said.append)
    assert plan.people in said
    assert plan.n_attacks == len({finding.attack + finding.view for finding in report.findings})
    aside = n_holdout >= 552
    assert ("set aside" in plan.people) is aside


def test_a_gap_is_planned_with_its_reason() -> None:
    """Whatever rules out a pass before any attack."""
    train, _, release = split_tables(300, 300)
    plan = plan_audit(request(train, profile="quick"), release)
    assert plan.people == "no holdout: membership cannot be measured, and nothing passes"
    assert (plan.n_attacks, "A/A control" in plan.steps) == (0, False)
    train, holdout, release = split_tables(300, 300)
    named = request(train, holdout, profile="quick", attacks=["dcr"], jobs=1)
    planned = plan_audit(named, release)
    assert [line.test for line in planned.blocking] == ["attack suite"]
    assert "ruled out" in planned.people


ERRORS = (
    ((), "Give --people N, or the tables of the audit: --train, --synthetic and --holdout."),
    (("--people", "1500", "--synthetic", "s.csv"), "Give --people, or tables, not both."),
    (("--people", "1500", "--train", "t.csv"), "Give --people, or tables, not both."),
    (("--people", "1500", "--holdout", "h.csv"), "Give --people, or tables, not both."),
)


@pytest.mark.parametrize(("flags", "message"), ERRORS)
def test_what_is_asked_wrongly(flags: tuple[str, ...], message: str) -> None:
    """By usage, with exit code 2."""
    result = CliRunner().invoke(cli, ["plan", *flags])
    assert (result.exit_code, message in result.output) == (2, True)


MEASURED = (("quick", 2_000, 4.2), ("quick", 50_000, 20.0), ("standard", 10_000, 32.5), ("standard", 50_000, 102.0))
"""Processor seconds of whole audits of three tables of so many rows, 15 columns (docs/sizing.md)."""


@pytest.mark.parametrize(("profile", "n_rows", "seconds"), MEASURED)
def test_the_cost_is_near_what_was_measured(profile: str, n_rows: int, seconds: float) -> None:
    """By the people whom the profile attacks; and the figures are those of the page."""
    settings = request("t.csv", profile=profile).settings
    most = settings.candidates or n_rows
    planned = processor_seconds(settings, 2 * min(n_rows, most), n_rows, 15)
    assert abs(np.log(planned / seconds)) < np.log(1.25)
    page = (Path(__file__).parent.parent / "docs" / "sizing.md").read_text("utf-8")
    assert f"| 3 x {n_rows:,} | `{profile}` | {seconds:g} s |" in page


def test_the_words_of_a_plan(tmp_path: Path) -> None:
    """People: uses and holdouts; tables: rows, people, tests and gaps."""
    said = CliRunner().invoke(cli, ["plan", "--people", "1500"]).output
    plan = plan_people(1_500, PARTNER)
    assert said.startswith("1,500 people: 750 for the vendor, 750 held out, drawn by synthaudit split\n")
    for use in plan.uses:
        assert f"{use.use:<12}{f'{100 * use.pass_probability:.0f} in 100 audits':<28}{use.people_needed:,}\n" in said
    for n, smallest in plan.smaller:
        assert f"{n:<12,}{1000 * smallest.tpr_at_fpr:.0f} of 1,000 members" in said
    assert [n for n, _ in plan.smaller] == [750, 375, 187, 93]
    for name, table in zip(("t", "h", "s"), split_tables(300, 300), strict=True):
        table.to_csv(tmp_path / f"{name}.csv", index=False)
    files = ["--train", f"{tmp_path}/t.csv", "--holdout", f"{tmp_path}/h.csv", "--synthetic", f"{tmp_path}/s.csv"]
    said = CliRunner().invoke(cli, ["plan", *files, "--profile", "quick"]).output
    assert "tables    train 300 rows, holdout 300 rows, synthetic 300 rows\n" in said
    assert "cost      about 3 s of one core, within a factor of 3\n" in said
    assert "left out  combination of attacks: the profile quick trains no model" in said
