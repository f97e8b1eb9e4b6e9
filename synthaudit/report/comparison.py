"""What a comparison of releases is made of: their evidence, what keeps them apart, and which of them are told apart."""

from dataclasses import dataclass

from synthaudit.report.comparability import Difference
from synthaudit.types import AuditReport

ALPHA = 0.05
"""Chance that any two releases are told apart which give as much away, over all pairs together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRelease:
    """One audit of a comparison."""

    report: AuditReport
    evidence_sha256: str
    folder: str
    """Name of the folder of the evidence, for a release that nobody named."""
    link: str | None
    """From the page to the report beside the evidence, with ``/`` between folders; None where there is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairTest:
    """Two releases, by their places, held against each other."""

    first: int
    second: int
    adjusted: float
    """p-value over all pairs of the comparison (Holm)."""

    @property
    def is_told_apart(self) -> bool:
        """Whether chance does not explain the difference."""
        return self.adjusted < ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """All of it, in the order of the page."""

    releases: tuple[ComparedRelease, ...]
    differences: tuple[Difference, ...]
    """Why the audits cannot be compared; then there are no tests, and no letters."""
    pairs: tuple[PairTest, ...]
    letters: tuple[tuple[str, ...], ...]
    """Of each release; empty where it was not tested."""
    unpaired: str
    """Why intervals were compared and not the same people, marked; empty where the same people were."""

    @property
    def exit_code(self) -> int:
        """0 compared, 3 not comparable."""
        return 3 if self.differences else 0
