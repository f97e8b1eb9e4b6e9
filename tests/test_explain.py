"""What attacks say of themselves: on the command line, in the documentation and in the report the same."""

from dataclasses import fields, replace

import attack_docs
import pytest
from click.testing import CliRunner

from synthaudit.adapters.policy import load_policy, policies
from synthaudit.attacks import ATTACKS, BESIDE
from synthaudit.attacks.common.declared import Beside
from synthaudit.cli.main import cli
from synthaudit.pipeline.suite import chosen_attacks, left_out
from synthaudit.report.charts import attack_label
from synthaudit.report.explain import HOLDS, short
from synthaudit.report.words import view_name
from synthaudit.settings import Settings
from synthaudit.types import Attack

EXPLAINED: list[Attack | Beside] = [*ATTACKS, *BESIDE]
NAMES = list(dict.fromkeys(attack.name for attack in EXPLAINED))
STANDARD = Settings(policy=load_policy("partner"), built_in=policies())
QUICK_PROFILE = replace(STANDARD, profile="quick")
CHEAP = {
    *(f"{name}/quantile_l2" for name in ("dcr", "nndr", "dcr_difference", "log_dcr_ratio", "knn_density_ratio")),
    *("ball_count/quantile_l2", "dpi/quantile_l2", "linkage_sum/cells", "linkage_tolerant/cells", "value_reuse/cells"),
    *("linkage_claim/blended", "shifted_claim/blended", "pair_claim/near_in_all"),
    *(f"cell_likelihood/{order}_way" for order in (1, 2, 3, 4)),
}


def told(*arguments: str) -> str:
    done = CliRunner().invoke(cli, ["explain", *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("name", NAMES)
def test_explain_tells_everything_and_nothing_else(name: str) -> None:
    """Every text of ``about``, who the attacker is in plain words and which views there are, in 100 columns."""
    views = [attack for attack in EXPLAINED if attack.name == name]
    text = told(name)
    assert all(len(line) <= 100 for line in text.splitlines())
    flat = " ".join(text.split())
    about, model = views[0].about, views[0].threat_model
    assert flat.startswith(f"{name}: {about.label} attacker {HOLDS[model]}")
    for field in ("idea", "sees", "misses", "cost", "source"):
        assert f" {field} {getattr(about, field)} " in flat
    assert f"views {', '.join(attack.view for attack in views)} runs " in flat


def test_explain_lists_every_attack_on_a_line() -> None:
    """Name, what the attacker holds, plain name; in the order of the family, then what is beside it."""
    lines = told().splitlines()
    assert [line.split()[0] for line in lines] == NAMES
    for line in lines:
        (attack, *_) = [attack for attack in EXPLAINED if attack.name == line.split()[0]]
        assert short(attack.threat_model) in line
        assert line.endswith(attack.about.label)


def test_an_unknown_attack_is_a_usage_error() -> None:
    """Exit code 2, with the names there are to choose from; what was typed cannot run in a terminal."""
    done = CliRunner().invoke(cli, ["explain", "dcrr\x1b[31m"])
    assert done.exit_code == 2
    assert "no attack 'dcrr\\u001b[31m'" in done.output
    assert ", ".join(NAMES) in done.output


def test_views_of_one_attack_say_the_same() -> None:
    """An attack is explained once, so all its views must agree."""
    said: dict[str, Attack] = {}
    for attack in ATTACKS:
        first = said.setdefault(attack.name, attack)
        assert (attack.about, attack.threat_model) == (first.about, first.threat_model)
    assert len({(attack.name, attack.view) for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("name", NAMES)
def test_sentences(name: str) -> None:
    """Texts are whole sentences; labels are short, have no full stop and name one attack each."""
    about = next(attack.about for attack in EXPLAINED if attack.name == name)
    for field in fields(about):
        text = getattr(about, field.name)
        assert text == " ".join(text.split())
        assert text.endswith(".") == (field.name != "label") or field.name == "source", text
    assert len(about.label) <= 45
    assert {attack.name for attack in EXPLAINED if attack.about.label == about.label} == {name}


def test_the_report_calls_attacks_by_their_labels() -> None:
    """By those of ``about``, up to a comma where a chart has no room for more, and no two attacks share one."""
    shown = {attack.name: attack_label(attack.name, "cells") for attack in ATTACKS}
    for attack in ATTACKS:
        label = attack.about.label
        assert shown[attack.name] == label or label.startswith(f"{shown[attack.name]},")
        assert len(shown[attack.name]) <= 30
    assert len(set(shown.values())) == len(shown)


def test_views_are_told_in_plain_words() -> None:
    """No view is shown by the name that the code gives it, no attack has the same words for two of its views, and a
    view of several attacks the same words in each."""
    assert len({attack_label(attack.name, attack.view) for attack in ATTACKS}) == len(ATTACKS)
    for attack in ATTACKS:
        words = attack_label(attack.name, attack.view).split("\u00a0")[1:]
        assert words == ([view_name(attack.view)] if view_name(attack.view) else [])
        assert view_name(attack.view) == attack.declared.view_labels.get(attack.view, view_name(attack.view))


def test_an_attack_declares_nothing_of_views_that_it_does_not_have() -> None:
    """What is quick, or has words of its own, is a view of that attack in the registry: a slip would go unnoticed."""
    views = {(attack.name, attack.view) for attack in ATTACKS}
    for attack in ATTACKS:
        assert {(attack.name, view) for view in (*attack.declared.quick, *attack.declared.view_labels)} <= views


def test_the_documentation_says_what_the_attacks_say() -> None:
    """``python -P tests/attack_docs.py`` was run after the last change of an attack."""
    page = attack_docs.PAGE.read_text("utf-8")
    assert attack_docs.updated(page) == page
    assert [line.split("`")[1] for line in page.splitlines() if line.startswith("### `")] == NAMES


def test_quick_is_a_part_of_the_family() -> None:
    """The profile runs one pass of each cheap kind and whatever else declares itself quick, distances in one view, and
    says what it leaves out."""
    chosen = chosen_attacks(QUICK_PROFILE)
    assert {f"{attack.name}/{attack.view}" for attack in chosen} >= CHEAP
    assert "quantile_l1" not in {attack.view for attack in chosen}
    (line,) = left_out(QUICK_PROFILE)
    assert (line.status, line.blocks_pass) == ("not_run", False)
    names = {attack.name for attack in chosen}
    missing = {attack.name for attack in chosen_attacks(STANDARD)} - names
    assert all(name in line.reason for name in (*missing, "quantile_l1", "quick"))
    assert not any(f" {name}," in line.reason for name in names)


def test_the_other_profiles_run_everything() -> None:
    """``standard`` runs the family without shadows, ``thorough`` with them; neither leaves anything out."""
    thorough = replace(STANDARD, profile="thorough")
    assert chosen_attacks(thorough) == list(ATTACKS)
    assert chosen_attacks(STANDARD) == [attack for attack in ATTACKS if attack.threat_model != "shadow"]
    assert left_out(STANDARD) == left_out(thorough) == ()


def test_an_attack_that_is_named_runs_in_any_profile() -> None:
    """``--attacks`` goes beyond the profile, in every view, and then the profile leaves nothing out."""
    asked = replace(QUICK_PROFILE, attacks=("kde_ratio", "dcr"))
    assert [(a.name, a.view) for a in chosen_attacks(asked)] == [
        ("dcr", "quantile_l2"),
        ("dcr", "quantile_l1"),
        ("kde_ratio", "principal_axes"),
    ]
    assert left_out(asked) == ()


def test_shadows_asked_for_run_in_quick_too() -> None:
    """``--profile quick --shadows 16``: what is asked for on top of the profile is not left out."""
    asked = chosen_attacks(replace(QUICK_PROFILE, shadows=16))
    assert [a for a in asked if a.threat_model == "shadow"] == [a for a in ATTACKS if a.threat_model == "shadow"]
