"""The study of the forecast: a share is near or it is not, and what has not run is not met."""

from itertools import product

import pandas as pd
import pytest
from study.forecast import AUDITS, NEAR, PEOPLE, POLICIES, PROFILES, markdown, planned_chance


def forecast(people: int, policy: str) -> float:
    """Mean over the profiles."""
    return sum(planned_chance(people, profile, policy) for profile in PROFILES) / len(PROFILES)


def outcomes(apart: float, n: int = AUDITS) -> pd.DataFrame:
    """So many audits of each number of people, whose passes are so far from the forecast, towards one half."""
    rows = []
    for people in PEOPLE:
        passes = {}
        for policy in POLICIES:
            expected = forecast(people, policy)
            passes[policy] = round(n * (expected + (apart if expected < 0.5 else -apart)))
        for i in range(n):
            said = {policy: "pass" if i < passes[policy] else "inconclusive" for policy in POLICIES}
            rows.append({"people": people, "profile": PROFILES[i % 2], "seed": i, "commit": "c", **said})
    return pd.DataFrame(rows)


def states(rows: pd.DataFrame) -> list[str]:
    return [
        line.split(" | ")[-1].rstrip(" |")
        for line in markdown(rows)[0].splitlines()
        if line[:3] in ("| 5", "| 1", "| 2")
    ]


@pytest.mark.parametrize(("apart", "state"), [(0.0, "MET"), (NEAR - 0.01, "MET"), (NEAR + 0.01, "MISSED")])
def test_a_figure_is_met_up_to_eight_points(apart: float, state: str) -> None:
    """Every number of people under every policy."""
    rows = outcomes(apart)
    expected = [state] * len(list(product(PEOPLE, POLICIES)))
    assert states(rows) == expected
    assert markdown(rows)[1] == expected.count("MISSED")


def test_what_has_not_run_is_not_met() -> None:
    """No audit, and one too few of each."""
    assert set(states(outcomes(0.0, AUDITS - 1))) == {"not yet run"}
    assert set(states(outcomes(0.0)[:0])) == {"not yet run"}
