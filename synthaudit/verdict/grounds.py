"""What a verdict may rest on, and what that says by itself, whatever the policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from synthaudit.types import (
    CanaryTest,
    CellSearch,
    ClaimCheck,
    ColumnReuse,
    Controls,
    Copies,
    Coverage,
    Decision,
    Deleted,
    DeletedCopies,
    Exposure,
    Finding,
    PerRecord,
    ReleaseAlone,
    Reuse,
    ReusedIdentifiers,
    Risks,
    Stack,
    Subgroup,
)
from synthaudit.verdict.levels import COPIES_ALPHA, LISTED_ALPHA, REUSE_ALPHA, STACK_ALPHA


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """All that a verdict may rest on."""

    profile: str
    findings: Sequence[Finding]
    decision: Decision | None
    stack: Stack | None
    per_record: PerRecord | None
    copies: Copies
    exposure: Exposure | None
    controls: Controls | None
    coverage: Sequence[Coverage]
    risks: Risks | None = None
    """Beside membership; None where none was looked at."""
    subgroups: Sequence[Subgroup] = ()
    deleted: Deleted | DeletedCopies | None = None
    canaries: CanaryTest | None = None
    reuse: Reuse | None = None
    releases: Sequence[ReleaseAlone] = ()
    claim: ClaimCheck | None = None
    listed_alpha: float = LISTED_ALPHA
    """Error of a detection by one of several releases."""
    identifiers: ReusedIdentifiers | None = None
    cells: CellSearch | None = None
    """None without a holdout."""

    @property
    def split_is_random(self) -> bool:
        """False where members and non-members differ without the release: membership figures are then invalid."""
        return self.controls is not None and self.controls.blind_baseline.status != "failed"

    @property
    def knows_isolated(self) -> bool:
        """Whether the release tells who of the most isolated people was in."""
        return self.per_record is not None and self.per_record.pvalue < STACK_ALPHA

    @property
    def holds_pieces(self) -> bool:
        """Whether rare pieces of members' cells surely stand in the release more often than strangers'."""
        return self.cells is not None and self.cells.detected and self.split_is_random

    @property
    def knows_deleted(self) -> bool:
        """Whether the release knows people who were said to be deleted."""
        return self.deleted is not None and self.deleted.known

    @property
    def knows_canaries(self) -> bool:
        """Whether the release tells which of the made-up people were in the training table."""
        return self.canaries is not None and self.canaries.known

    @property
    def release_pvalue(self) -> float:
        """Smallest p-value of a release by itself, adjusted for their number; 1 for a single release."""
        return min((release.pvalue * len(self.releases) for release in self.releases), default=1.0)

    @property
    def groups_at_risk(self) -> list[Subgroup]:
        """Groups whose members stand out so surely that no pass is given; the surest first."""
        sure = [
            group
            for group in self.subgroups
            if group.pvalue_adjusted is not None and group.pvalue_adjusted < STACK_ALPHA
        ]
        return sorted(sure, key=lambda group: (group.pvalue_adjusted or 0.0, group.pvalue or 0.0))

    @property
    def reused_columns(self) -> list[ColumnReuse]:
        """Columns whose rare exact values the release surely repeats; the surest first."""
        sure = [column for column in (self.reuse.columns if self.reuse else ()) if column.pvalue_adjusted < REUSE_ALPHA]
        return sorted(sure, key=lambda column: (column.pvalue_adjusted, column.pvalue, column.column))

    @property
    def knows_identifiers(self) -> bool:
        """Whether values of single members stand in the release, beyond chance or beyond comparable strangers'."""
        columns = self.identifiers.columns if self.identifiers else ()
        return any(column.beyond_chance or (column.reused and self.split_is_random) for column in columns)

    @property
    def left_out(self) -> tuple[str, ...]:
        """Tests that did not run and that no pass needs."""
        return tuple(
            dict.fromkeys(line.test for line in self.coverage if line.status == "not_run" and not line.blocks_pass)
        )


def leakage_detected(grounds: Grounds) -> bool | None:
    """By the family, the copies test, all attacks together, pieces of cells, single records, a group, a list of people
    said to be deleted, canaries, or values of single people used again; None where none of them could say.

    It speaks of membership alone: secrets that are guessed too well have a gate and no part in it.
    """
    copies = grounds.copies
    if copies.identical_to_train or copies.pvalue < COPIES_ALPHA or grounds.knows_deleted or grounds.knows_canaries:
        return True
    if grounds.knows_identifiers:
        return True
    if grounds.decision is None or not grounds.split_is_random:
        return None
    by_all_together = grounds.stack is not None and grounds.stack.pvalue < STACK_ALPHA
    return (
        grounds.decision.detected
        or by_all_together
        or grounds.knows_isolated
        or grounds.holds_pieces
        or bool(grounds.groups_at_risk)
        or grounds.release_pvalue < grounds.listed_alpha
    )
