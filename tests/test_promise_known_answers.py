"""Releases whose leak is known by calculation: the statistics and the whole audit must agree with the arithmetic."""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from figures import Record
from joblib import Parallel, delayed
from scipy import stats
from sklearn.neighbors import NearestNeighbors
from tables import mixed, three

import synthaudit
from synthaudit.statistics.observed import TOP_FPR, count_pvalues
from synthaudit.statistics.ranks import allowed_false_positives
from synthaudit.statistics.roc import auc
from synthaudit.types import Estimate, FloatArray

# --- a release that is determined by the mean of its members --------------------------------------------------


def mean(rows: FloatArray) -> FloatArray:
    """(d,) column means."""
    return np.asarray(rows.mean(axis=0), dtype=np.float64)


def known(members: FloatArray, strangers: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The mean is released; the attacker knows that of the population, which is zero."""
    return mean(members)


def with_reference(members: FloatArray, strangers: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The mean is released; the attacker knows the population by as many rows as there are members."""
    return mean(members) - mean(rng.normal(size=members.shape))


def sampled(members: FloatArray, strangers: FloatArray, rng: np.random.Generator) -> FloatArray:
    """As many rows as members are drawn around their mean and released; the reference is as large."""
    return mean(rng.normal(loc=mean(members), size=members.shape)) - mean(rng.normal(size=members.shape))


def pool(members: FloatArray, strangers: FloatArray, rng: np.random.Generator) -> FloatArray:
    """The mean is released; the attacker centres on the unlabelled candidates, half of whom are members."""
    return mean(members) - mean(np.concatenate([members, strangers]))


@pytest.mark.parametrize(
    ("direction", "n", "d", "expected"),
    [
        (known, 1_000, 100, 0.5885),
        (known, 100, 200, 0.842),
        (with_reference, 100, 200, 0.760),
        (sampled, 100, 200, 0.720),
        (pool, 100, 200, 0.922),
    ],
    ids=["known-1000x100", "known-100x200", "reference-100x200", "sampled-100x200", "pool-100x200"],
)
def test_mean_release(
    direction: Callable[[FloatArray, FloatArray, np.random.Generator], FloatArray], n: int, d: int, expected: float
) -> None:
    """The AUC of the best score against a released mean of n rows of d standard normals is known.

    The score of x is its product with the direction from the population, as far as the attacker knows it, to the
    release. With the population mean known AUC = Phi(sqrt(d/n) / sqrt 2); a reference of n rows divides the argument
    by sqrt 2, that and a release of n sampled rows by sqrt 3; centred on a pool of n members and n strangers it is
    Phi(sqrt(d/n)). The mean over 200 seeds meets it within three standard errors, and these are small.
    """
    aucs = []
    for seed in range(200):
        rng = np.random.default_rng([11, seed])
        members, strangers = rng.normal(size=(2, n, d))
        scores = np.concatenate([members, strangers]) @ direction(members, strangers, rng)
        measured = auc(scores, np.arange(2 * n) < n)
        assert isinstance(measured, Estimate)
        aucs.append(measured.value)
    error = np.std(aucs, ddof=1) / np.sqrt(len(aucs))
    assert error < 0.003
    assert abs(np.mean(aucs) - expected) < 3 * error


# --- releases that know nothing of the split ------------------------------------------------------------------

PRE_CHOSEN = (
    "log_dcr_ratio/quantile_l2",
    "knn_density_ratio/quantile_l2",
    "linkage_claim/blended",
    "cell_likelihood/3_way",
    "linkage_sum/cells",
    "linkage_tolerant/cells",
)
LEVELS = (0.01, 0.05, 0.1)
NULL_SEEDS = 400
N_MEMBERS, N_NONMEMBERS = 300, 400


class NullAudit(NamedTuple):
    """What one leak-free audit said."""

    detected: bool
    pvalue_auc: float
    pvalue_top: float
    aucs: tuple[float, ...]
    """Of the attacks in ``PRE_CHOSEN``, like the rest."""
    auc_pvalues: tuple[float, ...]
    top_pvalues: tuple[float, ...]


def leak_free(seed: int, people: int, rng: np.random.Generator, **shape: int) -> pd.DataFrame:
    """A release made without the members, of one of four kinds: validity asks for no likeness to the real table."""
    release = mixed(people, rng, **shape)
    match seed % 4:
        case 1:  # right margins, no dependence
            return pd.DataFrame({name: rng.permutation(release[name].to_numpy()) for name in release.columns})
        case 2:  # mode collapse: a few rows over and over
            return release.iloc[rng.integers(people // 10, size=people)].reset_index(drop=True)
        case 3:  # another population
            return release.assign(x0=release["x0"] * 3, x1=release["x1"] + 2)
        case _:  # fresh people
            return release


def null_audit(seed: int) -> NullAudit:
    """Audit a leak-free release of 300 members and 400 non-members, every other time with a reference of its own."""
    rng = np.random.default_rng([12, seed])
    shape = [{"numbers": 2, "categories": 2}, {"numbers": 3, "categories": 2}, {"numbers": 3, "categories": 3}][
        seed % 3
    ]
    # A holdout of 600 gives a third away as reference; one of 400 is too small to give any.
    holdout = 600 if seed // 4 % 2 else N_NONMEMBERS
    train, strangers = three((N_MEMBERS, holdout), rng, **shape)
    release = leak_free(seed, N_MEMBERS, rng, **shape)
    result = synthaudit.audit(train, release, strangers, profile="quick", jobs=1, seed=seed)
    assert result.decision is not None
    findings = {f"{finding.attack}/{finding.view}": finding for finding in result.findings}
    chosen = [findings[name] for name in PRE_CHOSEN]
    top = count_pvalues(N_MEMBERS, N_NONMEMBERS, allowed_false_positives(N_NONMEMBERS, TOP_FPR))
    measured = [finding.estimates["auc"] for finding in chosen]
    return NullAudit(
        detected=result.decision.detected,
        pvalue_auc=result.decision.pvalue_auc,
        pvalue_top=result.decision.pvalue_top,
        aucs=tuple(m.value for m in measured if isinstance(m, Estimate)),
        auc_pvalues=tuple(finding.pvalue for finding in chosen),
        top_pvalues=tuple(float(top[finding.n_true_positives]) for finding in chosen),
    )


@pytest.fixture(scope="module")
def null_audits() -> list[NullAudit]:
    """400 leak-free audits by the whole family of attacks."""
    return Parallel(n_jobs=2)(delayed(null_audit)(seed) for seed in range(NULL_SEEDS))  # type: ignore[no-any-return]


def most_below(level: float) -> int:
    """P-values that may be as small as ``level`` among all seeds: exceeded once in a thousand valid tests."""
    return int(stats.binom.ppf(0.999, NULL_SEEDS, level))


@pytest.mark.statistics
def test_null_auc_pvalues_are_uniform(null_audits: list[NullAudit], record_figure: Record) -> None:
    """Attack by attack, over 400 leak-free audits: no departure from uniform with p < .001 (Kolmogorov-Smirnov).

    Where an attack has nothing to say its scores are all the same and its p-value is 1: in a third of these tables no
    combination of three columns occurs twice.
    """
    for i, attack in enumerate(PRE_CHOSEN):
        told = [one.auc_pvalues[i] for one in null_audits if one.auc_pvalues[i] < 1]
        pvalue = float(stats.kstest(told, "uniform").pvalue)
        what = f"{len(told)} leak-free audits: AUC p-values of {attack} against uniform, p"
        record_figure(what, pvalue, "at least .001")
        assert len(told) >= NULL_SEEDS / 2, attack
        assert pvalue >= 0.001, attack


@pytest.mark.statistics
def test_null_aucs_are_one_half(null_audits: list[NullAudit], record_figure: Record) -> None:
    """Attack by attack, the mean AUC of 400 leak-free audits is .5 within three standard errors."""
    for i, attack in enumerate(PRE_CHOSEN):
        aucs = [one.aucs[i] for one in null_audits]
        distance = float((np.mean(aucs) - 0.5) / (np.std(aucs, ddof=1) / np.sqrt(len(aucs))))
        record_figure(f"400 leak-free audits: mean AUC of {attack} less .5, standard errors", distance, "within 3")
        assert abs(distance) < 3, attack


@pytest.mark.statistics
def test_null_top_pvalues_are_never_too_small(null_audits: list[NullAudit], record_figure: Record) -> None:
    """The counts above the 1 % FPR threshold: p <= a no more often than a allows, at .01, .05 and .1."""
    for i, attack in enumerate(PRE_CHOSEN):
        pvalues = np.array([one.top_pvalues[i] for one in null_audits])
        counts = [int((pvalues <= level).sum()) for level in LEVELS]
        limits = [most_below(level) for level in LEVELS]
        record_figure(
            f"400 leak-free audits: TPR p-values of {attack} at most .01, .05, .1", counts, f"at most {limits}"
        )
        assert all(count <= limit for count, limit in zip(counts, limits, strict=True)), attack


@pytest.mark.statistics
def test_null_family_decision_keeps_its_level(null_audits: list[NullAudit], record_figure: Record) -> None:
    """Both p-values of the family are never too small, and leakage is detected in at most 29 of 400."""
    for family in ("pvalue_auc", "pvalue_top"):
        pvalues = np.array([getattr(one, family) for one in null_audits])
        counts = [int((pvalues <= level).sum()) for level in LEVELS]
        limits = [most_below(level) for level in LEVELS]
        record_figure(f"400 leak-free audits: family {family} at most .01, .05, .1", counts, f"at most {limits}")
        assert all(count <= limit for count, limit in zip(counts, limits, strict=True)), family
    detected = sum(one.detected for one in null_audits)
    record_figure("400 leak-free audits: leakage detected by the family", detected, "at most 29")
    assert detected <= 29


# --- releases that keep away from members ---------------------------------------------------------------------


def keep_away(release: pd.DataFrame, members: pd.DataFrame, share: float) -> pd.DataFrame:
    """The release without the share of its rows nearest to a member, by a filter of the vendor's own.

    Numbers by rank, categories one-hot with 1 per mismatch; computed by scikit-learn, not by the code under test.
    """
    both = pd.concat([release, members], ignore_index=True)
    names = [name for name in both.columns if name.startswith("x")]
    points = np.concatenate(
        [both[names].rank(pct=True), pd.get_dummies(both.drop(columns=names), dtype=float) / np.sqrt(2)], axis=1
    )
    tree = NearestNeighbors(n_neighbors=1).fit(points[len(release) :])
    distance = tree.kneighbors(points[: len(release)])[0][:, 0]
    kept = np.argsort(distance)[round(share * len(release)) :]
    return release.iloc[np.sort(kept)].reset_index(drop=True)


def filtered(seed: int) -> tuple[bool | None, str, float]:
    """Whether leakage was detected, in which direction, and the AUC of the DCR, 1,000 rows a table."""
    rng = np.random.default_rng([13, seed])
    train, holdout, fresh = three((1_000, 1_000, 1_333), rng)
    result = synthaudit.audit(train, keep_away(fresh, train, 0.25), holdout, profile="quick", jobs=1, seed=seed)
    dcr = next(f.estimates["auc"] for f in result.findings if (f.attack, f.view) == ("dcr", "quantile_l2"))
    assert isinstance(dcr, Estimate)
    assert result.decision is not None
    return result.leakage_detected, result.decision.direction, dcr.value


@pytest.mark.statistics
def test_rows_kept_away_from_members_are_flagged(record_figure: Record) -> None:
    """Nearest 25 % of a fresh release deleted, n = 1,000: detected as missing rows in 19 of 20, AUC of DCR < .5."""
    results = Parallel(n_jobs=2)(delayed(filtered)(seed) for seed in range(20))
    flagged = sum(detected is True for detected, _, _ in results)
    far = sum(detected is True and direction == "far" for detected, direction, _ in results)
    highest = max(value for _, _, value in results)
    record_figure("nearest 25 % deleted, 20 seeds: leakage detected", flagged, "at least 19")
    record_figure("nearest 25 % deleted, 20 seeds: detected as rows that are missing", far, "at least 19")
    record_figure("nearest 25 % deleted, 20 seeds: largest AUC of the DCR", highest, "below .5")
    assert flagged >= 19
    assert far >= 19
    assert highest < 0.5
