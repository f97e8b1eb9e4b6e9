"""One audit as the history keeps it, which can be read off its evidence alone, and two held against each other."""

from dataclasses import dataclass

from synthaudit.types.tables import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class PastAudit:
    """One row of the history; texts may be hostile, numbers are those of the evidence."""

    evidence_sha256: str
    """Of ``evidence.json``; an audit is in a history once."""
    created_utc: str
    dataset: str
    """What ``--dataset`` said; empty where nobody did."""
    release: str
    vendor: str
    train_sha256: str
    holdout_sha256: str
    """Empty where there was no holdout."""
    release_sha256: str
    n_releases: int
    """Releases that were attacked as one."""
    synthaudit_version: str
    seed: str
    """As text: it may be larger than a database counts."""
    setup_sha256: str
    """Of every setting that decides figures, but for policy, seed and names."""
    policy: str
    policy_sha256: str
    """Of all of its limits."""
    tpr_limit: float
    """Limit of the share of members found at 1 % FPR."""
    outcome: Outcome
    tpr: float | None
    """Share of members found at 1 % FPR by the worst attack, for display; None where it could not be measured."""
    tpr_low: float | None
    tpr_high: float | None
    attack: str
    """``attack/view`` of the worst attack; empty where there is none."""
    n_attacks: int
    """Attacks that were counted."""
    n_found: int | None
    """Members found at 1 % FPR by the attack that found most; None where figures cannot be relied on."""
    n_members: int | None
    n_nonmembers: int | None
    tpr_at_10: float | None
    """Share that the same attack finds at 10 % FPR."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedChange:
    """Two audits held against each other person by person."""

    direction: int
    """1 the later one gives more away, -1 less, 0 neither."""
    pvalue: float
    """Two-sided, of "both give as much away"."""
