"""What the attacker holds before and after the release arrives: tables encoded once, neighbours found once.

``Attacker`` is everything that does not depend on the release; ``look_at`` adds a release and gives the
``AttackerView`` that every attack reads. The same attacker looks at the release under audit, at shadow releases
and at releases with a planted leak.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from synthaudit.encoding import VIEWS, QuantileSpace, number_columns
from synthaudit.linkage.agreement import RULES, SUM_RULES, Agreement, Rule, agree, prepare
from synthaudit.neighbours import RowIndex
from synthaudit.types import (
    AgreementSums,
    AttackerView,
    Cells,
    FloatArray,
    IntArray,
    Neighbours,
    NeighbourView,
    Points,
    Schema,
    ShadowScores,
    SharedValues,
)

K_NEIGHBOURS = 20
K_SPARE = 12
"""Neighbours kept beyond those that attacks read, so that a list survives the removal of a few rows."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AllRows:
    """A release of which only a sample is held: its rows, and what was searched among all of them."""

    n: int
    parts: Callable[[], Iterator[tuple[Cells, Points]]]
    """Reads all rows anew, so many at a time as are held."""
    neighbours: Mapping[str, Neighbours]
    """By view; the rows are -1, for a position among all rows is none in the sample."""
    value_counts: IntArray
    """(n, d) how many of them hold each candidate's value in its column."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attacker:
    """The unlabelled candidates and the reference, ready to meet a release."""

    schema: Schema
    space: QuantileSpace
    candidates: Cells
    reference: Cells
    reference_is_candidates: bool
    candidate_points: Points
    reference_points: Points
    agreement: Mapping[Rule, Agreement]
    agreement_reference: Mapping[Rule, FloatArray]
    """(n,) log-sums over the reference, by the rules whose sums are read."""
    rivals: Mapping[Rule, Agreement]
    """The people of the reference, who compete with the candidates; empty where nobody competes."""
    competing: tuple[Rule, ...]
    """The rules by which claims are made."""
    to_reference: Mapping[str, Neighbours]
    jobs: int
    shared: SharedValues | None = None

    def look_at(
        self,
        synthetic: Cells,
        shadows: Mapping[str, ShadowScores] | None = None,
        *,
        views: tuple[str, ...] = tuple(VIEWS),
        rules: tuple[Rule, ...] = RULES,
        whole: AllRows | None = None,
    ) -> AttackerView:
        """The view of one release: its neighbours, agreement sums and claims, and the shadows made for it.

        Where ``synthetic`` is a sample of the ``whole``, these are the neighbours, sums and claims of all its rows.
        """
        points = self.space.points(synthetic)
        if whole is not None:
            sums, claims = self.agree_with_all(whole, rules)
            return self.assemble(synthetic, points, whole.neighbours, sums, shadows, claims, whole)
        rows = RowIndex(points)
        to_synthetic = {
            view: rows.nearest(self.candidate_points, K_NEIGHBOURS + K_SPARE, norm=norm, jobs=self.jobs)
            for view, norm in VIEWS.items()
            if view in views and view in self.to_reference
        }
        sums, claims = self.agree(synthetic, rules)
        return self.assemble(synthetic, points, to_synthetic, sums, shadows, claims)

    def agree_with_all(
        self, whole: AllRows, rules: tuple[Rule, ...] = RULES
    ) -> tuple[dict[Rule, FloatArray], dict[Rule, FloatArray]]:
        """What :meth:`agree` gives for all rows of a release, which are read part by part."""
        sums: dict[Rule, FloatArray] = {}
        claims: dict[Rule, FloatArray] = {}
        for cells, _ in whole.parts():
            of_part, shares = self.agree(cells, rules)
            sums = {rule: np.logaddexp(sums.get(rule, -np.inf), total) for rule, total in of_part.items()}
            claims = {rule: np.maximum(claims.get(rule, -np.inf), share) for rule, share in shares.items()}
        return sums, claims

    def agree(
        self, release: Cells, rules: tuple[Rule, ...] = RULES
    ) -> tuple[dict[Rule, FloatArray], dict[Rule, FloatArray]]:
        """Log-sums of the candidates' agreement with a release, and the claims they can make on its rows, by rule."""
        # One pass for all of them: how much two rows agree by one rule is nearly known from another.
        asked = [rule for rule in rules if rule in SUM_RULES or rule in self.competing]
        others = [
            self.rivals.get(rule, self.agreement[rule].nobody()) if rule in self.competing else None for rule in asked
        ]
        sums_and_shares = agree([self.agreement[rule] for rule in asked], others, release, jobs=self.jobs)
        sums = {rule: total for rule, (total, _) in zip(asked, sums_and_shares, strict=True)}
        claims = {
            rule: share for rule, (_, share) in zip(asked, sums_and_shares, strict=True) if rule in self.competing
        }
        return sums, claims

    def sums(self, rules: Sequence[Rule], rows: Cells) -> dict[Rule, FloatArray]:
        """Log-sums of the candidates' agreement with ``rows`` by rule."""
        if not rules:
            return {}
        sums_and_shares = agree([self.agreement[rule] for rule in rules], [None] * len(rules), rows, jobs=self.jobs)
        return {rule: total for rule, (total, _) in zip(rules, sums_and_shares, strict=True)}

    def assemble(
        self,
        synthetic: Cells,
        points: Points,
        to_synthetic: Mapping[str, Neighbours],
        sums: Mapping[Rule, FloatArray],
        shadows: Mapping[str, ShadowScores] | None = None,
        claims: Mapping[Rule, FloatArray] | None = None,
        whole: AllRows | None = None,
    ) -> AttackerView:
        """The view from neighbours and sums that are known already."""
        return AttackerView(
            schema=self.schema,
            synthetic=synthetic,
            reference=self.reference,
            reference_is_candidates=self.reference_is_candidates,
            points={"candidates": self.candidate_points, "synthetic": points, "reference": self.reference_points},
            agreement={
                rule: AgreementSums(synthetic=sums[rule], reference=self.agreement_reference[rule])
                for rule in SUM_RULES
                if rule in sums
            },
            claims=dict((claims or {}).items()),
            neighbours={
                view: _neighbour_view(view, nearest, self.to_reference[view]) for view, nearest in to_synthetic.items()
            },
            n_whole=None if whole is None else whole.n,
            parts=None if whole is None else whole.parts,
            value_counts=None if whole is None else whole.value_counts,
            shadows=shadows or {},
            jobs=self.jobs,
            shared=self.shared,
        )


def attacker(
    schema: Schema,
    space: QuantileSpace,
    candidates: Cells,
    reference: Cells | None,
    *,
    jobs: int = 1,
    views: tuple[str, ...] = tuple(VIEWS),
    competing: tuple[Rule, ...] = RULES,
    shared: SharedValues | None = None,
) -> Attacker:
    """Encode the candidates and the reference and search the one in the other.

    Parameters
    ----------
    candidates : Cells
        Members and non-members shuffled together.
    reference : Cells or None
        The attacker's own population sample; None = the unlabelled candidates, each without itself.
    competing : tuple of str
        Rules by which claims are wanted: each costs a pass of candidates and reference over the release.
    shared : SharedValues, optional
        What audits of the same real people need once.
    """
    itself = reference is None
    reference = candidates if reference is None else reference
    candidate_points, reference_points = space.points(candidates), space.points(reference)
    rows = RowIndex(reference_points)
    numeric = number_columns(schema)
    rules = [rule for rule in RULES if rule in SUM_RULES or rule in competing]
    agreement: dict[Rule, Agreement] = {
        rule: prepare(rule, candidates, reference, numeric, reference_is_candidates=itself) for rule in rules
    }
    summed = agree([agreement[rule] for rule in SUM_RULES], [None, None], reference, exclude_self=itself, jobs=jobs)
    rivals: dict[Rule, Agreement] = {
        rule: prepare(rule, reference, reference, numeric, reference_is_candidates=True)
        for rule in competing
        if not itself
    }
    return Attacker(
        schema=schema,
        space=space,
        candidates=candidates,
        reference=reference,
        reference_is_candidates=itself,
        candidate_points=candidate_points,
        reference_points=reference_points,
        agreement=agreement,
        agreement_reference={rule: total for rule, (total, _) in zip(SUM_RULES, summed, strict=True)},
        rivals=rivals,
        competing=competing,
        to_reference={
            view: rows.nearest(candidate_points, K_NEIGHBOURS, norm=VIEWS[view], exclude_self=itself, jobs=jobs)
            for view in views
        },
        jobs=jobs,
        shared=shared,
    )


def smallest_positive(*distances: FloatArray) -> float:
    """The smallest finite distance above zero, 1 where there is none."""
    pooled = np.concatenate(distances)
    pooled = pooled[(pooled > 0) & np.isfinite(pooled)]
    return float(pooled.min()) if len(pooled) else 1.0


def _neighbour_view(name: str, to_synthetic: Neighbours, to_reference: Neighbours) -> NeighbourView:
    floor = smallest_positive(to_synthetic.distance[:, 0], to_reference.distance[:, 0])
    return NeighbourView(name=name, to_synthetic=to_synthetic, to_reference=to_reference, smallest_positive=floor)
