"""Cases of known answer that several attacks are put to."""

from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd
from scipy.stats import mannwhitneyu, norm
from sklearn.metrics import roc_auc_score
from tables import mixed, schema_of

from synthaudit.attacker.view import Attacker, attacker
from synthaudit.encoding import fit_cells, fit_space, joined
from synthaudit.linkage.agreement import RULES
from synthaudit.types import Attack, AttackerView, Cells, FloatArray, IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """What an attacker holds once the release is out, and the reference that it was given."""

    ready: Attacker
    view: AttackerView
    reference: Cells | None

    def scores(self, attack: Attack, *, seed: int = 0) -> FloatArray:
        return attack.score(self.ready.candidates, self.view, np.random.default_rng(seed))

    def swapped(self) -> "Case":
        """Release and reference change places, on the same scale, which is fitted on the real tables."""
        assert self.reference is not None
        return _case(self.ready, self.ready.candidates, self.reference, self.view.synthetic)

    def shuffled(self, rng: np.random.Generator) -> tuple["Case", IntArray]:
        """The rows of every table in another order, and the order of the candidates."""
        candidates, release, reference = self.ready.candidates, self.view.synthetic, self.reference
        order = rng.permutation(len(candidates))
        reference = None if reference is None else reference.take(rng.permutation(len(reference)))
        release = release.take(rng.permutation(len(release)))
        return _case(self.ready, candidates.take(order), release, reference), order


def case(
    candidates: pd.DataFrame, synthetic: pd.DataFrame, reference: pd.DataFrame | None, *, competing: bool = False
) -> Case:
    """Encode the tables as an audit does; claims, which cost most, only where people compete for rows."""
    schema = schema_of(candidates)
    real = [candidates] if reference is None else [candidates, reference]
    encoder = fit_cells(schema, real, [synthetic])
    encoded, release = [encoder.encode(table) for table in real], encoder.encode(synthetic)
    space = fit_space(schema, joined(*encoded), release)
    given = None if reference is None else encoded[1]
    ready = attacker(schema, space, encoded[0], given, competing=RULES if competing else ())
    return Case(ready=ready, view=ready.look_at(release), reference=given)


def cells_view(
    candidates: pd.DataFrame, synthetic: pd.DataFrame, reference: pd.DataFrame | None
) -> tuple[Cells, AttackerView]:
    """The candidates and the view of attacks that read nothing but cells, without neighbours and agreement."""
    schema = schema_of(candidates)
    encoder = fit_cells(schema, [candidates] if reference is None else [candidates, reference], [synthetic])
    x = encoder.encode(candidates)
    view = AttackerView(
        schema=schema,
        synthetic=encoder.encode(synthetic),
        reference=x if reference is None else encoder.encode(reference),
        reference_is_candidates=reference is None,
    )
    return x, view


def _case(like: Attacker, candidates: Cells, release: Cells, reference: Cells | None) -> Case:
    ready = attacker(like.schema, like.space, candidates, reference, competing=like.competing)
    return Case(ready=ready, view=ready.look_at(release), reference=reference)


@cache
def strangers(seed: int, *, m: int = 120, n_reference: int = 120) -> Case:
    """Candidates, release and reference of one law, independent of each other."""
    rng = np.random.default_rng([1, seed])
    return case(mixed(200, rng), mixed(m, rng), mixed(n_reference, rng))


@cache
def release_is_reference(seed: int) -> Case:
    """S = R."""
    rng = np.random.default_rng([2, seed])
    candidates, reference = mixed(200, rng), mixed(150, rng)
    return case(candidates, reference, reference)


@cache
def planted(seed: int, with_reference: bool) -> tuple[Case, IntArray]:
    """250 members, 250 strangers, and the positions of the members whose copies are 30 per cent of the release."""
    n, rng = 250, np.random.default_rng([3, seed])
    members, others, reference, fresh = (mixed(n, rng) for _ in range(4))
    drawn = np.unique(rng.integers(n, size=int(0.3 * n)))
    release = pd.concat([members.iloc[drawn], fresh[len(drawn) :]], ignore_index=True)
    candidates = pd.concat([members, others], ignore_index=True)
    return case(candidates, release, reference if with_reference else None), drawn


def planted_auc(attack: Attack, *, with_reference: bool) -> float:
    """AUC of copied members against strangers, 1 where the attack finds every copy.

    The share f of all members that was copied gives an AUC of f times this plus (1 - f)/2, as nothing separates the
    others from strangers.
    """
    found = []
    for seed in range(2):
        one, drawn = planted(seed, with_reference)
        scores = one.scores(attack)
        is_copied = np.repeat([True, False], [len(drawn), 250])
        found.append(float(roc_auc_score(is_copied, np.r_[scores[drawn], scores[250:]])))
    return float(np.mean(found))


@cache
def unknown(seed: int, with_reference: bool) -> Case:
    """A release that knows none of the 200 candidates."""
    rng = np.random.default_rng([4, seed])
    candidates, release, reference = mixed(200, rng), mixed(80, rng), mixed(70, rng)
    return case(candidates, release, reference if with_reference else None)


def false_alarms(attack: Attack, *, with_reference: bool, seeds: int) -> int:
    """How often the first half of the candidates differs from the second at .05, by a two-sided rank-sum test."""
    scores = [unknown(seed, with_reference).scores(attack) for seed in range(seeds)]
    return sum(int(mannwhitneyu(one[:100], one[100:]).pvalue < 0.05) for one in scores)


@cache
def normals(d: int) -> tuple[Case, FloatArray]:
    """S ~ N(0, I) and R ~ N(0, 4 I) in d columns, and the exact log density ratio of the candidates."""
    rng = np.random.default_rng(5)
    tables = [rng.normal(scale=scale, size=(n, d)) for scale, n in ((1.5, 500), (1, 2_000), (2, 2_000))]
    exact = (norm.logpdf(tables[0]) - norm.logpdf(tables[0], scale=2)).sum(axis=1)
    frames = [pd.DataFrame(t, columns=[f"x{i}" for i in range(d)]) for t in tables]
    return case(*frames), exact


@cache
def odd_tables() -> list[tuple[str, Case]]:
    """Tables at the edge: tiny, constant, with gaps, of one column, of one kind, of other sizes than expected."""
    rng = np.random.default_rng(6)
    table = mixed(60, rng)
    gaps = table.copy()
    gaps["x0"], gaps["c0"] = 1.0, None
    gaps.loc[:30, "x1"] = np.nan
    shapes = {
        "gaps": gaps,
        "one number": table[["x0"]],
        "one category": table[["c1"]],
        "numbers": table[["x0", "x1"]],
        "categories": table[["c0", "c1", "c2"]],
        "constant": pd.DataFrame({"x": np.ones(60), "c": ["same"] * 60}),
        "all missing": pd.DataFrame({"x": np.full(60, np.nan), "c": [None] * 60}),
    }
    cases = []
    for name, shape in shapes.items():
        parts = [part.reset_index(drop=True) for part in (shape[:20], shape[20:27], shape[27:])]
        cases += [
            (f"{name}, reference", case(*parts, competing=True)),
            (f"{name}, no reference", case(parts[0], parts[1], None, competing=True)),
            (f"{name}, one synthetic row", case(parts[0], parts[1][:1], parts[2], competing=True)),
        ]
    return cases
