"""The tests of the test: silent where nothing leaks, loud where a leak was planted, never vacuous."""

import numpy as np
import pandas as pd
import pytest
from planted_cases import ready
from tables import mixed

from synthaudit.attacker.view import K_NEIGHBOURS
from synthaudit.attacks import ATTACKS
from synthaudit.pipeline.steps.controls import a_a, blind_baseline, null, score_all
from synthaudit.pipeline.steps.planted_leaks import plant_leaks, planting, with_planted
from synthaudit.pipeline.steps.stand_in import stand_in
from synthaudit.types import Cells


def tables(seed: int, n: int = 400) -> list[pd.DataFrame]:
    rng = np.random.default_rng(seed)
    return [mixed(n, rng, numbers=6, categories=4) for _ in range(4)]


@pytest.mark.parametrize("size", [3, 60, 400])
def test_merged_neighbours_are_those_of_a_new_search(size: int) -> None:
    """Planting by merging gives what searching the planted release from scratch would."""
    members, strangers, release, reference = tables(0)
    # Repeats make the removed rows carry nearly the whole sum of some candidates.
    release = pd.concat([release[:350], members[:50]], ignore_index=True)
    setup, view = ready(members, strangers, release, reference)
    copies = setup.attacker.candidates.take(np.arange(size))
    merged = with_planted(setup.attacker, view, planting(view, copies, np.random.default_rng(1)))
    fresh = setup.attacker.look_at(merged.synthetic)
    np.testing.assert_array_equal(
        merged.neighbours["quantile_l2"].to_synthetic.distance[:, :K_NEIGHBOURS],
        fresh.neighbours["quantile_l2"].to_synthetic.distance[:, :K_NEIGHBOURS],
    )
    for rule in ("surprisal", "tolerant"):
        np.testing.assert_allclose(merged.agreement[rule].synthetic, fresh.agreement[rule].synthetic, rtol=1e-8)
    assert len(merged.synthetic) == len(release)


def test_planted_leaks_are_found_in_a_clean_release_and_strict_ones_stand_for_loose_ones() -> None:
    """10 % of the members are found in at least 8 plantings; found at the strictest limit, the loosest is covered."""
    members, strangers, release, reference = tables(2, 800)
    setup, view = ready(members, strangers, release, reference)
    leaks = plant_leaks(setup, view, {"strict": 0.10, "loose": 0.20}, (), np.random.default_rng(3))
    assert [(leak.kind, leak.share, leak.found >= 8, leak.gates) for leak in leaks] == [
        ("verbatim", 0.10, True, ("strict", "loose"))
    ]


def test_a_leak_of_the_release_itself_does_not_count_as_found() -> None:
    """The release is the training table: planting 0.1 % more is not found because everything else leaks."""
    members, strangers, _, reference = tables(4)
    setup, view = ready(members, strangers, members, reference)
    leaks = plant_leaks(setup, view, {"use": 0.0025}, (), np.random.default_rng(5))
    assert max(leak.found for leak in leaks) <= 1


def test_nobody_is_found_where_nothing_is_planted_to_speak_of() -> None:
    """One member in 400 is below what any attack can see."""
    members, strangers, release, reference = tables(6)
    setup, view = ready(members, strangers, release, reference)
    leaks = plant_leaks(setup, view, {"use": 0.0025}, (), np.random.default_rng(7))
    assert max(leak.found for leak in leaks) <= 1


def test_controls_are_silent_on_a_random_split() -> None:
    """A/A, null, blind baseline and stand-in see nothing where there is nothing."""
    members, strangers, release, reference = tables(10)
    setup, view = ready(members, strangers, release, reference)
    rng = np.random.default_rng(11)
    attacks = [attack for attack in ATTACKS if attack.threat_model != "shadow"]
    scores, names = score_all(attacks, view, setup.attacker.candidates, rng, setup.by_unit)
    controls = [a_a(setup, scores, names, rng), null(setup, rng), blind_baseline(setup, rng), stand_in(setup, rng)]
    assert {control.status for control in controls} <= {"ok", "noted"}


def test_the_blind_baseline_fails_where_the_holdout_is_another_population() -> None:
    """Half a standard deviation apart: told apart without the release, so membership figures are invalid."""
    members, strangers, release, reference = tables(12)
    shifted = strangers.assign(x0=strangers["x0"] + 0.6)
    setup, _ = ready(members, shifted, release, reference)
    control = blind_baseline(setup, np.random.default_rng(13))
    assert control.status == "failed"
    assert control.pvalue is not None
    assert control.pvalue < 0.001


@pytest.mark.parametrize("given", [True, False])
@pytest.mark.parametrize("relatives", ["across", "within"])
def test_members_in_place_of_the_release_show_relatives_in_the_real_tables(given: bool, relatives: str) -> None:
    """Every non-member a relative of a member, or every member of another: found at .001, with 999 permutations asked
    for; with a reference that is given, and where the candidates serve."""
    members, strangers, release, reference = tables(12)
    rng = np.random.default_rng(13)

    def near(table: pd.DataFrame) -> pd.DataFrame:
        numbers = table.select_dtypes("number")
        return pd.concat([numbers + 0.1 * rng.normal(size=numbers.shape), table.drop(columns=numbers.columns)], axis=1)

    if relatives == "across":
        strangers = near(members)
    else:
        members = pd.concat([members[:200], near(members[:200])], ignore_index=True)
    setup, _ = ready(members, strangers, release, reference if given else None)
    control = stand_in(setup, rng)
    assert control.status == "failed"
    assert control.pvalue == pytest.approx(2 / 3_000)
    assert control.reason == (
        "Members and non-members, half of the members as release, can be told apart (p = 0.00067), which chance does"
        " once in a thousand audits."
    )


def test_a_few_members_cannot_stand_in() -> None:
    """Below 20 there is no half to speak of; 20 will do."""
    members, strangers, release, reference = tables(14, 30)
    control = stand_in(ready(members[:19], strangers, release, reference)[0], np.random.default_rng(15))
    assert (control.status, control.pvalue) == ("not_run", None)
    assert control.reason == "Half of fewer than 20 members cannot play the release."
    assert (
        stand_in(ready(members[:20], strangers, release, reference)[0], np.random.default_rng(15)).status != "not_run"
    )


def test_the_null_control_says_when_it_cannot_run() -> None:
    """Without a reference of its own there is nothing to cut in two."""
    members, strangers, release, _ = tables(14)
    setup, _ = ready(members, strangers, release, None)
    control = null(setup, np.random.default_rng(15))
    assert (control.status, control.pvalue) == ("not_run", None)


def test_a_release_of_one_row_can_be_planted_into() -> None:
    """No more rows are planted than the release has."""
    members, strangers, release, reference = tables(16, 100)
    setup, view = ready(members, strangers, release[:1], reference)
    copies: Cells = setup.attacker.candidates.take(np.arange(5))
    planted = planting(view, copies, np.random.default_rng(17))
    assert len(with_planted(setup.attacker, view, planted).synthetic) == 1
