"""Epsilon from tables: releases of known epsilon, noise, and claims in every form."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from figures import Record
from joblib import Parallel, delayed
from tables import mixed, schema_of

from synthaudit.adapters.config import Claims, parse_claims
from synthaudit.attacker.candidates import make_pile
from synthaudit.attacker.view import attacker
from synthaudit.attacks.linkage import LinkageClaim
from synthaudit.checks.epsilon import ATTACK, bound_epsilon, convert_claim, judge_claim
from synthaudit.encoding import canonical_order, fit_cells, fit_space, joined
from synthaudit.errors import InputError
from synthaudit.sealed_split.manifest import PARTS, draw
from synthaudit.types import AuditData, Design, EpsilonBound, NotEstimable, Release, SealedSplit

N = 250


def sealed_data(i: int, design: Design, epsilon: float | None) -> AuditData:
    """A table split by coins, and a release: fresh rows, or randomised response about every row of the table.

    Randomised response releases a row that is in with the odds exp(epsilon), one that is out with the inverse: exactly
    epsilon for a row added or removed, and for pairs, of whom one answer in two is given, epsilon for one replaced.
    """
    rng = np.random.default_rng([23, i])
    whole = mixed(N, rng)
    drawn = draw(N, design, f"{i:064x}", 0.5)
    rows = {role: np.flatnonzero(drawn.part == k) for k, role in enumerate(PARTS)}
    if epsilon is None:
        release = mixed(N, rng)
    else:
        q = 1 / (1 + np.exp(-epsilon))
        told = np.where(rng.random(N) < q, drawn.part == 0, drawn.part != 0)
        if design == "pairs":
            # One answer a pair: the partner says the opposite.
            for pair in np.unique(drawn.pair[drawn.pair >= 0]):
                one, two = np.flatnonzero(drawn.pair == pair)
                told[two] = not told[one]
        release = pd.concat([whole[told & (drawn.part < 2)], mixed(N // 5, rng)], ignore_index=True)
    parts = {role: whole.iloc[at].reset_index(drop=True) for role, at in rows.items()}
    return AuditData(
        schema=schema_of(whole),
        synthetic=release,
        train=parts["train"],
        holdout=parts["holdout"],
        reference=parts["reference"],
        sealed=SealedSplit(design=design, commitment="0" * 64),
        pair={role: drawn.pair[rows[role]] for role in ("train", "holdout")},
    )


def bounded(i: int, design: Design, epsilon: float | None) -> EpsilonBound:
    """The bound as the audit makes it, from the one attack that it reads."""
    data = sealed_data(i, design, epsilon)
    assert data.holdout is not None
    assert data.reference is not None
    encoder = fit_cells(data.schema, [data.train, data.holdout, data.reference], [data.synthetic])
    train, holdout, reference, synthetic = map(
        encoder.encode, (data.train, data.holdout, data.reference, data.synthetic)
    )
    rng = np.random.default_rng(i)
    pile = make_pile(train, holdout, reference, train_entity=None, holdout_entity=None, rng=rng)
    assert pile.reference is not None
    synthetic = synthetic.take(canonical_order(synthetic))
    space = fit_space(data.schema, joined(pile.candidates, pile.reference), synthetic)
    attacking = attacker(data.schema, space, pile.candidates, pile.reference, views=(), competing=("blended",))
    view = attacking.look_at(synthetic, views=(), rules=("blended",))
    scores = LinkageClaim("blended").score(pile.candidates, view, rng)[None]
    bound = bound_epsilon(data, pile, [ATTACK], scores, rng.permutation(len(pile.is_member)), 0.0)
    assert isinstance(bound, EpsilonBound)
    return bound


@pytest.mark.parametrize(("design", "relation"), [("coins", "add_remove"), ("pairs", "replace_one")])
def test_published_answers_are_bounded(design: Design, relation: str) -> None:
    """A release that tells who was in at epsilon 5 shows more than 1, less than 5, of the relation that coins test."""
    bound = bounded(0, design, 5.0)
    assert 1.0 < bound.lower_bound < 5.0
    assert bound.lower_bound <= bound.ceiling
    assert bound.relation == relation
    assert bound.n_coins == {"coins": 200, "pairs": 100}[design]


@pytest.mark.parametrize("design", ["coins", "pairs"])
def test_noise_is_not_accused(design: Design) -> None:
    """Fresh rows give 0 in at least 36 of 40 releases (95 % and three standard errors)."""
    assert sum(bounded(100 + i, design, None).lower_bound == 0 for i in range(40)) >= 34


@pytest.mark.statistics
@pytest.mark.parametrize("design", ["coins", "pairs"])
def test_known_epsilon_is_rarely_exceeded(design: Design, record_figure: Record) -> None:
    """Randomised response at epsilon 1: exceeded in at most 29 of 400 runs; noise: 0 in at least 380."""
    found = Parallel(n_jobs=2)(delayed(bounded)(1_000 + i, design, 1.0) for i in range(400))
    exceeded = sum(bound.lower_bound > 1.0 for bound in found)
    silent = Parallel(n_jobs=2)(delayed(bounded)(2_000 + i, design, None) for i in range(400))
    zero = sum(bound.lower_bound == 0 for bound in silent)
    record_figure(f"400 releases of epsilon 1, {design}, reference set aside first: exceeded", exceeded, "at most 29")
    record_figure(f"400 leak-free releases, {design}, reference set aside first: bound is 0", zero, "at least 380")
    assert exceeded <= 29
    assert zero >= 380


def test_without_coins_there_is_no_bound() -> None:
    """A fixed-size draw, or somebody else's, does not qualify."""
    data = sealed_data(0, "coins", None)
    for sealed in (None, SealedSplit(design="fixed", commitment="0" * 64)):
        other = AuditData(schema=data.schema, train=data.train, synthetic=data.synthetic, sealed=sealed)
        found = bound_epsilon(other, None, [], np.zeros((0, 0)), np.zeros(0, dtype=np.int64), 0.0)  # type: ignore[arg-type]
        assert isinstance(found, NotEstimable)
        assert "not drawn by coins" in found.not_estimable


# --- claims -----------------------------------------------------------------------------------------------


def claimed(
    design: Design | None,
    *,
    rows: int = 1,
    by_person: bool = False,
    with_canaries: bool = False,
    n_releases: int = 1,
    **claim: Any,
) -> Any:
    table = mixed(4, np.random.default_rng(0))
    entity = np.array([0] * rows + list(range(1, 5 - rows)))
    data = AuditData(
        schema=schema_of(table),
        train=table,
        synthetic=table,
        sealed=None if design is None else SealedSplit(design=design, commitment="0" * 64),
        train_entity=entity if by_person else None,
        canaries=table if with_canaries else None,
        releases=(Release(table=table, sha256=""),) * n_releases if n_releases > 1 else (),
    )
    return convert_claim(Claims(**claim), data, by_person=by_person)


@pytest.mark.parametrize(
    ("design", "claim", "by_person", "expected"),
    [
        ("coins", {"relation": "add_remove"}, False, 1.0),
        ("pairs", {"relation": "add_remove"}, False, 2.0),
        ("pairs", {"relation": "replace_one"}, False, 1.0),
        ("pairs", {}, False, 2.0),
        ("coins", {"relation": "replace_one"}, False, None),
        ("coins", {}, False, None),
        ("coins", {"relation": "add_remove"}, True, 3.0),
        ("coins", {"relation": "add_remove", "unit": "person"}, True, 1.0),
        ("pairs", {"relation": "add_remove"}, True, 6.0),
        ("coins", {"relation": "add_remove", "unit": "person"}, False, 1.0),
        ("pairs", {"relation": "replace_one", "unit": "person"}, True, 1.0),
        # A person of three rows is no replacement of a person of one, row by row.
        ("pairs", {"relation": "replace_one"}, True, None),
        ("pairs", {}, True, None),
    ],
)
def test_claims_are_converted_towards_the_vendor(
    design: Design, claim: dict[str, Any], by_person: bool, expected: float | None
) -> None:
    """A claim of 1 in the terms of the audit; a person has up to three rows."""
    check = claimed(design, rows=3, by_person=by_person, dp_epsilon=1.0, **claim)
    assert check.converted_epsilon == expected
    assert bool(check.conversion) == (expected != 1.0)
    assert check.stands == "not_tested"


@pytest.mark.parametrize(("relation", "expected"), [("add_remove", 1.0), ("replace_one", None), (None, None)])
def test_canaries_test_adding_a_row(relation: Any, expected: float | None) -> None:
    """A canary is one row, in or not: a claim for rows is not stretched to people, one for replacing is not met."""
    check = claimed("fixed", rows=3, by_person=True, with_canaries=True, dp_epsilon=1.0, unit="row", relation=relation)
    assert check.converted_epsilon == expected


def test_a_claim_for_one_release_counts_for_each() -> None:
    """The union of three releases is attacked, and each may cost what is claimed."""
    check = claimed("coins", n_releases=3, dp_epsilon=1.0, dp_delta=1e-6, relation="add_remove")
    assert check.converted_epsilon == 3.0
    assert check.converted_delta == pytest.approx(3e-6)
    assert "3 are attacked together" in check.conversion[0]


def test_a_unit_that_is_not_known_is_refused() -> None:
    """ "rows" is no unit: taken for people it would accuse."""
    with pytest.raises(InputError, match=r"SA-180.*'unit' must be 'row' or 'person'"):
        parse_claims({"dp_epsilon": 1.0, "unit": "rows"})


def bound_of(value: float, relation: Any, ceiling: float = 5.0) -> EpsilonBound:
    return EpsilonBound(
        lower_bound=value,
        ceiling=ceiling,
        delta=0.0,
        confidence_level=0.95,
        relation=relation,
        units="rows",
        n_coins=100,
        attack=ATTACK,
        tries=(),
    )


@pytest.mark.parametrize(
    ("design", "relation", "bound", "stands"),
    [
        ("coins", "add_remove", 1.5, "refuted"),
        ("coins", "add_remove", 0.9, "not_refuted"),
        # The careless comparison would accuse here: 1 against 1.5, though replacing one may cost 2.
        ("pairs", "add_remove", 1.5, "not_refuted"),
        ("pairs", None, 1.5, "not_refuted"),
        ("pairs", "replace_one", 1.5, "refuted"),
        ("coins", None, 1.5, "not_tested"),
        (None, "add_remove", None, "not_tested"),
    ],
)
def test_only_a_contradicted_claim_is_refuted(design: Any, relation: Any, bound: float | None, stands: str) -> None:
    """The bound is compared with the converted claim, and with nothing that it does not test."""
    check = claimed(design, dp_epsilon=1.0, relation=relation)
    found = NotEstimable(not_estimable="no coins") if bound is None else bound_of(bound, relation)
    assert judge_claim(check, found).stands == stands


def test_a_claim_beyond_the_ceiling_is_not_tested() -> None:
    """Ten coins cannot contradict an epsilon of 8, so silence says nothing."""
    check = judge_claim(claimed("coins", dp_epsilon=8.0, relation="add_remove"), bound_of(0.0, "add_remove"))
    assert check.stands == "not_tested"
    assert "no epsilon above 5.000" in check.reason


def test_what_a_claim_allows_is_printed_in_its_own_terms() -> None:
    """Epsilon 1 for adding or removing allows e FPR under coins, e^2 FPR where the audit replaces."""
    allowed = claimed("coins", dp_epsilon=1.0, relation="add_remove").largest_tpr
    replaced = claimed("fixed", dp_epsilon=1.0, relation="add_remove").largest_tpr
    assert allowed == pytest.approx(np.exp(1) * 0.01)
    assert replaced == pytest.approx(np.exp(1) ** 2 * 0.01)
