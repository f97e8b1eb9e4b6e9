"""A family is recognised by its releases alone: no label, no order of rows, no worker plays a part."""

from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from counting_generator import evidence_of
from tables import mixed, schema_of

import synthaudit
from synthaudit.adapters.policy import policies
from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.view import attacker
from synthaudit.checks.two_sample import tell_apart
from synthaudit.encoding import canonical_order, fit_cells, fit_space
from synthaudit.generators import GENERATORS, families, generator_by_name
from synthaudit.generators.auto import Auto
from synthaudit.generators.cart import Cart
from synthaudit.generators.marginals import Marginals
from synthaudit.report import render_report
from synthaudit.settings import Settings
from synthaudit.shadows.choose import Choice, choose_family, judge_choice
from synthaudit.shadows.target import Target
from synthaudit.types import AuditData, Estimate, FamilyFit, NotEstimable

FAMILIES = Auto(candidates=tuple(GENERATORS[name] for name in ("cart", "marginals", "smote", "kde")))


class Broken:
    """A family that cannot be fitted."""

    name = "broken"

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        raise ValueError("Ms 4711")


def choose(family: str, n: int = 400, auto: Auto = FAMILIES, *, swap: bool = False) -> Choice:
    """The choice for a release of one family; ``swap`` hands the labels to the other half of the pile."""
    rng = np.random.default_rng(5)
    train, holdout = mixed(n, rng), mixed(n, rng)
    release = GENERATORS[family].fit_sample(train, n, rng)
    schema = schema_of(train)
    data = AuditData(schema=schema, train=train, holdout=holdout, synthetic=release)
    encoder = fit_cells(schema, [train, holdout], [release])
    members, others, synthetic = (encoder.encode(table) for table in (train, holdout, release))
    reference, rng = members.take(np.arange(5)), np.random.default_rng(1)
    pile = make_pile(members, others, reference, train_entity=None, holdout_entity=None, rng=rng)
    if swap:
        pile = replace(pile, is_member=~pile.is_member)
    synthetic = synthetic.take(canonical_order(synthetic))
    space = fit_space(schema, pile.candidates, synthetic)
    settings = Settings(policy=policies()[0], built_in=policies(), jobs=2)
    rng = np.random.default_rng(2)
    attacking = attacker(schema, space, pile.candidates, pile.reference)
    target = Target(
        data=data, pile=pile, attacking=attacking, encoder=encoder, settings=settings, progress=lambda *_: None
    )
    return choose_family(target, synthetic, auto, rng)


@pytest.mark.parametrize("family", ["cart", "marginals", "smote", "kde"])
def test_a_family_is_recognised_by_its_release(family: str) -> None:
    """Of four families the one that made the release is hardest to tell from it."""
    choice = choose(family)
    assert choice.generator == GENERATORS[family]
    assert [one.generator for one in choice.compared] == ["cart", "marginals", "smote", "kde"]
    assert all(isinstance(one.auc, Estimate) for one in choice.compared)


def test_labels_play_no_part() -> None:
    """With members and non-members exchanged the choice and every figure are the same."""
    assert choose("kde").compared == choose("kde", swap=True).compared


def test_a_family_that_cannot_be_fitted_is_not_chosen() -> None:
    """It says so without a word of the generator's message; with none left the first is assumed and a gap is named."""
    choice = choose("cart", auto=Auto(candidates=(Broken(), Cart())))
    assert choice.generator == Cart()
    assert choice.compared[0].auc == NotEstimable(not_estimable="the generator broken stopped with ValueError")
    nothing = choose("cart", auto=Auto(candidates=(Broken(),)))
    reason = "none of broken could be compared with the release; broken is assumed"
    assert judge_choice(nothing) == ("ran_low_power", reason)


def test_a_release_like_none_is_said() -> None:
    """The nearest family is taken all the same, and the coverage record calls its attacks weaker."""

    def fit(name: str, value: float) -> FamilyFit:
        auc = Estimate(value=value, low=value - 0.01, high=value + 0.01, confidence_level=0.95, n=100)
        return FamilyFit(generator=name, auc=auc)

    far = Choice(generator=Cart(), compared=(fit("cart", 0.95), fit("marginals", 0.98)))
    assert judge_choice(far) == (
        "ran_low_power",
        "none of cart, marginals resembles the release; cart comes nearest (AUC 0.95, 0.94 to 0.96): shadow attacks are"
        " weaker",
    )
    near = Choice(generator=Marginals(), compared=(fit("cart", 0.7), fit("marginals", 0.55)))
    assert judge_choice(near) == (
        "ran",
        "of cart, marginals, releases of marginals are hardest to tell from this one (AUC 0.55, 0.54 to 0.56)",
    )


def test_equal_releases_cannot_be_told_apart() -> None:
    """Two tables of one law: the interval holds .5; of laws that one column alone tells with an AUC of .999: near 1."""
    rng = np.random.default_rng(0)
    pool, one, other = mixed(500, rng), mixed(500, rng), mixed(500, rng)
    far = other.assign(x0=other["x0"] + 5)
    schema = schema_of(pool)
    encoder = fit_cells(schema, [pool], [one, other, far])
    cells = encoder.encode(pool)
    space = fit_space(schema, cells, encoder.encode(one))
    same = tell_apart(space, cells, encoder.encode(one), encoder.encode(other), rng)
    apart = tell_apart(space, cells, encoder.encode(one), encoder.encode(far), rng)
    assert isinstance(same, Estimate)
    assert isinstance(apart, Estimate)
    assert same.low < 0.5 < same.high
    assert apart.low > 0.95


def test_the_audit_chooses_and_says_so() -> None:
    """``generator="auto"``: family and rivals stand in the evidence, shadows are of it, jobs change nothing."""
    rng = np.random.default_rng(3)
    train, holdout = mixed(200, rng), mixed(200, rng)
    release = GENERATORS["smote"].fit_sample(train, 200, rng)

    def audit(jobs: int) -> Any:
        return synthaudit.audit(train, release, holdout, profile="quick", generator="auto", shadows=4, jobs=jobs)

    found = audit(1)
    assert found.shadows.generator == "smote"
    assert [one.generator for one in found.shadows.compared][:4] == ["cart", "marginals", "smote", "kde"]
    line = next(line for line in found.coverage if line.test == "generator family")
    assert line.reason.startswith("of cart, marginals, smote, kde")
    assert "its releases are hardest to tell from the one under audit" in render_report(found.report)
    assert evidence_of(audit(2).to_json()) == evidence_of(found.to_json())


def test_auto_has_the_families_that_cost_seconds() -> None:
    """The four of a plain install; no network is trained to find out."""
    auto = generator_by_name("auto")
    assert auto == families()
    assert isinstance(auto, Auto)
    names = [one.name for one in auto.candidates]
    assert names[:4] == ["cart", "marginals", "smote", "kde"]
    assert set(names[4:]) <= {"gaussian_copula"}


def test_without_a_holdout_nothing_is_chosen() -> None:
    """Hints about the kind of generator need a name."""
    rng = np.random.default_rng(3)
    train = mixed(200, rng)
    found = synthaudit.audit(train, mixed(200, rng), profile="quick", generator="auto")
    line = next(line for line in found.coverage if line.test == "kind of generator on halves of train")
    assert line.reason.startswith("the family is chosen beside a holdout")
