"""What a verdict may rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

from synthaudit.types import (
    AgainstTrain,
    BeyondCopy,
    CanaryTest,
    CellSearch,
    ClaimCheck,
    ColumnReuse,
    Control,
    Controls,
    Copies,
    Coverage,
    Decision,
    Deleted,
    DeletedCopies,
    Delivered,
    Exposure,
    Finding,
    IdentifierReuse,
    PerRecord,
    ReleaseAlone,
    Reuse,
    ReusedIdentifiers,
    Risks,
    SingleRows,
    Stack,
    Subgroup,
)
from synthaudit.verdict.levels import ALONE_ALPHA, CELLS_ALPHA, LISTED_ALPHA, REUSE_ALPHA, SEEN_ALPHA, STACK_ALPHA


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
    single_rows: SingleRows | None = None
    cells: CellSearch | None = None
    """None without a holdout."""
    against_train: AgainstTrain | None = None
    """None with a holdout that can be believed."""
    by_rank: tuple[str, ...] = ()
    """Columns of the release of another law than in the real rows, which were compared by rank as well."""
    rebalanced: tuple[str, ...] = ()
    """Columns whose levels have other shares in the release on purpose, as the user says."""
    delivered: Delivered | None = None
    """What the delivered file holds beyond what was audited."""
    sampled: tuple[int, int] | None = None
    """Rows that attacks which fit a model read, and rows of the release; None where they read any row or none."""

    @property
    def split_is_random(self) -> bool:
        """False where members and non-members differ without the release."""
        return self.controls is not None and self.controls.blind_baseline.status != "failed"

    @property
    def failed_controls(self) -> list[tuple[str, Control]]:
        """Those that failed, the plainest first, by name."""
        controls = self.controls
        named = [] if controls is None else [
            ("blind baseline", controls.blind_baseline),
            ("stand-in", controls.stand_in),
            ("null", controls.null),
            ("A/A", controls.a_a),
        ]  # fmt: skip
        return [(name, control) for name, control in named if control is not None and control.status == "failed"]

    @property
    def figures_hold(self) -> bool:
        """False where a control failed: membership figures then neither fail, nor detect, nor pass."""
        return self.controls is not None and not self.failed_controls

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
    def identifiers_known(self) -> list[IdentifierReuse]:
        """Columns whose values of single members stand in the release, beyond chance or comparable strangers'."""
        columns = self.identifiers.columns if self.identifiers else ()
        return [column for column in columns if column.beyond_chance or (column.reused and self.split_is_random)]

    @property
    def most_named(self) -> IdentifierReuse | None:
        """Of these, the one that surely names the largest share of the members."""
        known = [column for column in self.identifiers_known if column.excess_low is not None]
        return max(known, key=lambda column: column.excess_low or 0.0, default=None)

    @property
    def knows_strangers(self) -> bool:
        """Whether rows of non-members stand in the release, more than a release sharper than life would hold."""
        strangers = self.copies.strangers
        return strangers is not None and strangers.pvalue_sharper < SEEN_ALPHA

    @property
    def meets_people(self) -> bool:
        """Whether the release surely holds what single people of train have; without a holdout."""
        return self.against_train is not None and self.against_train.pvalue_met < ALONE_ALPHA

    @property
    def keeps_to_people(self) -> bool:
        """Whether rows of the release surely keep to single people of train; without a holdout."""
        return self.against_train is not None and self.against_train.pvalue_kept < ALONE_ALPHA

    @property
    def quotes_people(self) -> bool:
        """Whether rare pieces of single people's texts surely stand in the release; without a holdout."""
        return self.against_train is not None and self.against_train.pvalue_pieces < CELLS_ALPHA

    @property
    def beyond(self) -> tuple[BeyondCopy, ...]:
        """What the delivered file holds and no attack has seen; the most telling first."""
        return self.delivered.beyond if self.delivered else ()

    @property
    def left_out(self) -> tuple[str, ...]:
        """Tests that did not run and that no pass needs."""
        return tuple(
            dict.fromkeys(line.test for line in self.coverage if line.status == "not_run" and not line.blocks_pass)
        )
