"""A batch as ``batch.json`` keeps it: what became of every release, and what of the batch before."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from synthaudit.types.tables import STRICT, Outcome

BatchOutcome = Outcome | Literal["error"]
Change = Literal["", "new", "same", "another_file", "audited_again", "another_verdict"]
"""Beside the batch before: empty where there was none, or none that can be believed."""
ExitRule = Literal["leak", "worst"]
AsFailure = Literal["fail", "skip"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchShare:
    """A share with its 95 % interval."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCount:
    """So many of so many people."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    n: int
    of: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchCase:
    """One gate of a release, or one test that its coverage record lacks."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
    kind: Literal["gate", "claim", "coverage"]
    outcome: Outcome | Literal["not_run"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRelease:
    """What became of one release; figures are those of its ``evidence.json``."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
    """Its folder within that of the batch."""
    file: str
    """The file or folder of parts that was audited."""
    outcome: BatchOutcome
    exit_code: Literal[0, 1, 2, 3, 4]
    """That an audit of it alone would end with."""
    code: str
    """``SA-nnn`` of an error; empty where there was none."""
    reason: str
    """The deciding sentence, or what was wrong."""
    leakage_detected: bool | None = None
    resumed: bool = False
    """Whether an earlier run finished it."""
    redone: str = ""
    """Why what an earlier run left was not believed, and where it is now."""
    what_now: str = ""
    created_utc: str = ""
    seconds: float = 0.0
    """That the audit took, whenever that was."""
    release_sha256: str = ""
    evidence_sha256: str = ""
    attack: str = ""
    """``attack/view`` of the worst attack."""
    guessed: BatchShare | None = None
    """AUC: the share of its guesses, member or not, that are right; .5 is a coin."""
    found: BatchShare | None = None
    """Members that it names while it names 1 in 100 others falsely; None where that is not known."""
    copied: BatchCount | None = None
    """Members in the release word for word."""
    at_risk: BatchCount | None = None
    """Members whose own record stands out."""
    change: Change = ""
    earlier_outcome: BatchOutcome | Literal[""] = ""
    """In the batch before."""
    cases: tuple[BatchCase, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchSkipped:
    """An entry of the folder of releases that was not audited."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    file: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEarlier:
    """A release of the batch before."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    name: str
    outcome: BatchOutcome
    release_sha256: str
    evidence_sha256: str
    created_utc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchRecord:
    """All that ``batch.json`` holds; ``junit.xml`` and ``index.html`` are made of it."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    schema_version: Literal[1]
    status: Literal["running", "finished"]
    """``running`` while releases are left, and for good where the run was killed."""
    exit_code: Literal[0, 1, 2, 3, 4]
    """Of what is finished, by the rule of ``exit``."""
    exit: ExitRule
    """``leak``: 1 before 4, 2, 3, 0; ``worst``: 4, 2, 1, 3, 0."""
    code: str
    """``SA-nnn`` of what stopped the whole batch; empty where nothing did."""
    error: str
    synthaudit_version: str
    created_utc: str
    seconds: float
    policy: str
    profile: str
    seed: int
    sha256: dict[str, str]
    """Role of a real table -> its hash."""
    n_releases: int
    """That there are to audit; as many as in ``releases`` once it is finished."""
    releases: tuple[BatchRelease, ...]
    """In the order of their names."""
    skipped: tuple[BatchSkipped, ...]
    removed: tuple[BatchEarlier, ...]
    """Releases of the batch before whose file is gone; their folders stay."""
    before: tuple[BatchEarlier, ...]
    """Every release of the last batch that was finished."""
    before_doubt: str = ""
    """Why the ``batch.json`` of an earlier run was not believed; empty where it was, or there was none."""
