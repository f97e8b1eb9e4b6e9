"""What a batch writes beside its releases: ``batch.json``, and ``junit.xml`` and ``index.html`` made of it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from synthaudit._version import __version__
from synthaudit.adapters.options import OPTIONS
from synthaudit.commands.request import Request
from synthaudit.commands.seal import Seal, own_bytes, sha256
from synthaudit.errors import InputError, SynthauditError
from synthaudit.files import only_one, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.report.batch_junit import batch_junit
from synthaudit.report.render import render_index
from synthaudit.runtime.batch_file import MAX_BYTES, from_json, to_json
from synthaudit.types.batch import (
    AsFailure,
    BatchEarlier,
    BatchRecord,
    BatchRelease,
    BatchSkipped,
    Change,
    ExitRule,
)

BATCH, JUNIT, INDEX = "batch.json", "junit.xml", "index.html"
ExitCode = Literal[0, 1, 2, 3, 4]
ORDER: dict[ExitRule, tuple[ExitCode, ...]] = {"leak": (1, 4, 2, 3, 0), "worst": (4, 2, 1, 3, 0)}
"""Exit codes, the one that decides first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchOptions:
    """What only a batch is asked."""

    include: tuple[str, ...] = ()
    """Patterns of the names of releases; empty = every file that may be a table."""
    exit: ExitRule = "leak"
    """Which exit code decides: a leak, or the worst that happened."""
    inconclusive: AsFailure = "fail"
    """What ``junit.xml`` makes of an inconclusive gate."""


def batch_options(include: Sequence[str], exit_rule: str, inconclusive: str) -> BatchOptions:
    """Options of a batch, checked.

    Raises
    ------
    InputError
        SA-180 a word that is none of the choices, or a pattern that is no text.
    """
    for name, value in (("exit_rule", exit_rule), ("inconclusive", inconclusive)):
        choices = OPTIONS[name].choices
        if value not in choices:
            do = N_("Choose from {names}.").format(names=", ".join(choices))
            raise InputError("SA-180", N_("option {option}").format(option=name), N_("none of its values"), do)
    if isinstance(include, str) or not all(isinstance(pattern, str) and pattern for pattern in include):
        got, do = N_("no list of patterns"), N_("Give patterns of names, such as *.csv.")
        raise InputError("SA-180", N_("option {option}").format(option="include"), got, do)
    # What was checked above.
    rule: ExitRule = "worst" if exit_rule == "worst" else "leak"
    made_of: AsFailure = "skip" if inconclusive == "skip" else "fail"
    return BatchOptions(include=tuple(include), exit=rule, inconclusive=made_of)


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """The batch before in the same folder."""

    releases: tuple[BatchEarlier, ...] = ()
    is_known: bool = False
    doubt: str = ""

    def change(self, release: BatchRelease) -> BatchRelease:
        """The release with what changed since."""
        if not self.is_known:
            return release
        earlier = next((each for each in self.releases if each.name == text(release.name)), None)
        if earlier is None:
            return replace(release, change="new")
        change: Change = "same"
        if earlier.outcome != release.outcome:
            change = "another_verdict"
        elif earlier.release_sha256 != release.release_sha256:
            change = "another_file"
        elif earlier.evidence_sha256 != release.evidence_sha256:
            change = "audited_again"
        return replace(release, change=change, earlier_outcome=earlier.outcome)


def read_before(folder: Path) -> Before:
    """The last batch that was finished in a folder, as far as its record can be believed."""
    data, seal = own_bytes(folder / BATCH, MAX_BYTES), Seal.read(folder)
    if data is None:
        return Before()
    record = from_json(data.decode("utf-8", "replace"))
    # A run that was killed while it wrote has taken the file out of the seal first.
    is_sealed = isinstance(seal, Seal) and seal.is_own and seal.files.get(BATCH, sha256(data)) == sha256(data)
    if record is None or not is_sealed:
        return Before(doubt=N_("{file} of the batch before is not as it was written").format(file=BATCH))
    if record.status == "finished" and not record.error:
        return Before(releases=tuple(map(_earlier, record.releases)), is_known=True)
    return Before(releases=record.before, is_known=bool(record.before), doubt=record.before_doubt)


def text(name: str) -> str:
    """A name as JSON has it: half characters are written out."""
    return name.encode("utf-8", "backslashreplace").decode()


def exit_code_of(codes: Sequence[ExitCode], rule: ExitRule) -> ExitCode:
    """The code that decides; 0 of none.

    Examples
    --------
    >>> exit_code_of((0, 2, 1, 3), "leak"), exit_code_of((0, 2, 1, 3), "worst")
    (1, 2)
    """
    return next((code for code in ORDER[rule] if code in codes), 0)


@dataclass(slots=True, kw_only=True)
class BatchFiles:
    """The record of a batch that grows, and its files."""

    folder: Path
    request: Request
    options: BatchOptions
    before: Before
    sha256: dict[str, str] = field(default_factory=dict)
    n_releases: int = 0
    skipped: tuple[BatchSkipped, ...] = ()
    names: frozenset[str] = frozenset()
    """Of all releases that are there now."""
    began: float = field(default_factory=time.monotonic)
    created_utc: str = field(default_factory=lambda: datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))

    def record(
        self, releases: Sequence[BatchRelease], *, is_finished: bool, error: Exception | None = None
    ) -> BatchRecord:
        """All that is known now."""
        settings = self.request.settings
        codes: list[ExitCode] = [release.exit_code for release in releases]
        if error is not None:
            codes.append(2 if isinstance(error, InputError) else 4)
        known = {text(name) for name in self.names}
        removed = () if error is not None and not self.names else self.before.releases
        return BatchRecord(
            schema_version=1,
            status="finished" if is_finished else "running",
            exit_code=exit_code_of(codes, self.options.exit),
            exit=self.options.exit,
            code="" if error is None else code_of(error),
            error="" if error is None else said_of(error),
            synthaudit_version=__version__,
            created_utc=self.created_utc,
            seconds=round(time.monotonic() - self.began, 3),
            policy=settings.policy.name,
            profile=settings.profile,
            seed=settings.seed,
            sha256=self.sha256,
            n_releases=self.n_releases,
            releases=tuple(releases),
            skipped=self.skipped,
            removed=tuple(each for each in removed if each.name not in known),
            before=self.before.releases,
            before_doubt=self.before.doubt,
        )

    def write(self, record: BatchRecord) -> None:
        """Write the record, then what is made of it; whatever breaks off, nothing stands there that the seal denies."""
        content = to_json(record)
        outputs = {BATCH: content, JUNIT: batch_junit(record, self.options.inconclusive), INDEX: render_index(record)}
        seal = Seal(synthaudit_version=__version__, policy="", inputs={}, files={})
        with only_one(self.folder):
            seal.write(self.folder)
            for name, made in outputs.items():
                write_atomic(self.folder / name, made)
            files = {name: sha256(made) for name, made in outputs.items()}
            replace(seal, files=files).write(self.folder, signer=self.request.signer)


def code_of(error: Exception) -> str:
    """``SA-nnn`` of an error."""
    if isinstance(error, InputError):
        return error.code
    code = str(error).partition(" ")[0] if isinstance(error, SynthauditError) else "SA-399"
    return code if code.startswith("SA-") else ""


def said_of(error: Exception) -> str:
    """What is said of an error; one that nobody foresaw may quote a cell, its type cannot."""
    if isinstance(error, SynthauditError):
        return str(error)
    return N_("SA-399 internal error: {name}; nothing was judged.").format(name=type(error).__name__)


def _earlier(release: BatchRelease) -> BatchEarlier:
    return BatchEarlier(
        name=release.name,
        outcome=release.outcome,
        release_sha256=release.release_sha256,
        evidence_sha256=release.evidence_sha256,
        created_utc=release.created_utc,
    )
