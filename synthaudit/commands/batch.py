"""Many releases of one source: audited one by one, the real tables read once.

A bad release is reported and the rest is done. What is finished is kept and not done again while inputs, settings,
seed and version agree.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from synthaudit._version import __version__
from synthaudit.adapters.alignment.align import RealTables
from synthaudit.adapters.readers.parts import source_hash
from synthaudit.commands.audit import OUTPUTS, RENDERED, audit_release, open_real, rendered, with_store, write_beside
from synthaudit.commands.batch_files import (
    INDEX,
    BatchFiles,
    BatchOptions,
    code_of,
    exit_code_of,
    read_before,
    said_of,
)
from synthaudit.commands.batch_sources import Sources, refuse_outside, sources_in
from synthaudit.commands.notebook import shown_progress
from synthaudit.commands.read_release import ReadAhead
from synthaudit.commands.request import Request
from synthaudit.commands.seal import EVIDENCE, SEAL, Seal, is_signed, own_bytes, sha256
from synthaudit.errors import CannotFinishError, InputError, SynthauditError
from synthaudit.evidence import from_bytes
from synthaudit.files import leaves_its_folder, only_one, prepare_output_folder, set_aside_dated
from synthaudit.files.catalogue import N_
from synthaudit.files.retold import in_words
from synthaudit.report.batch_figures import batch_release
from synthaudit.report.render import speaks_as_asked
from synthaudit.runtime.shared import Shared
from synthaudit.settings import Progress
from synthaudit.types import AuditReport, Outcome, Policy
from synthaudit.types.batch import BatchRecord, BatchRelease

_MOST_AHEAD = 16 * 2**20
"""Bytes of a file that is read ahead: of a larger one, memory and whoever interrupts the batch would feel it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchEntry:
    """What became of one release."""

    name: str
    outcome: Outcome | Literal["error"]
    reason: str
    exit_code: int
    resumed: bool
    report: Path | None
    what_now: str = ""
    """Which part of the documentation fits the verdict; empty where there is none."""
    redone: str = ""
    """Why what an earlier run left was not believed, and where it is now; empty where there was nothing of the kind."""
    code: str = ""
    """``SA-nnn`` of an error."""
    change: str = ""
    """What changed since the batch before, as ``batch.json`` has it; empty where none is known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """All releases, and the exit code that decides, as ``batch.json`` has them."""

    entries: tuple[BatchEntry, ...]
    index: Path
    record: BatchRecord
    faults: tuple[str, ...] = ()
    """Why files of the batch, or its history, could not be written while the audits went on; each counts as a 4."""

    @property
    def exit_code(self) -> int:
        """A leak first, in the order 1, 4, 2, 3, 0; by ``exit="worst"`` in the order 4, 2, 1, 3, 0."""
        codes = [release.exit_code for release in self.record.releases]
        return exit_code_of([*codes, 4] if self.faults else codes, self.record.exit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Whom a batch tells how far it is."""

    progress: Progress | None = None
    began: Callable[[str, int, int], None] = lambda name, place, n: None
    """Told the release, which one it is, counted from 1, and how many there are."""
    ended: Callable[[BatchRelease], None] = lambda release: None
    record: Callable[[Path], None] | None = None
    """Told the folder of each release that was judged, once it is finished."""


def run_batch(
    releases: Path,
    request: Request,
    folder: Path,
    options: BatchOptions = BatchOptions(),  # noqa: B008
    watch: Watch = Watch(),
) -> BatchResult:
    """Audit every table directly in ``releases``.

    Parameters
    ----------
    releases : Path
        Each file that may be a table is a release, and so is each folder of parts; anything else is skipped, and told.
    folder : Path
        Gets ``<release>/`` as ``audit`` writes it, as soon as it is finished, and ``batch.json``, ``junit.xml`` and
        ``index.html``, which always show what is finished.

    Raises
    ------
    InputError
        No release, or real tables that cannot be audited; the three files say so.
    """
    prepare_output_folder(folder)
    # Each release is called by its file: one name for all would tell none apart.
    vendor = replace(request.settings.vendor, release="")
    request = replace(request, settings=replace(request.settings, vendor=vendor, shared=Shared()))
    request = with_store(request, folder)
    files = BatchFiles(folder=folder, request=request, options=options, before=read_before(folder))
    try:
        sources = sources_in(releases, options.include)
        files.skipped, files.names = sources.skipped, frozenset(name for _, name in sources.releases)
        files.n_releases = len(sources.releases)
        # Whatever kills this run, the record of the one before must not pass for it.
        with suppress(SynthauditError):
            files.write(files.record((), is_finished=False))
        real = open_real(request)
    except Exception as error:
        # What stopped the batch must be told, not that a full disk has no room for it.
        with suppress(CannotFinishError):
            files.write(files.record((), is_finished=True, error=error))
        raise
    files.sha256 = dict(real.sha256)
    with shown_progress(watch.progress) as progress:
        return _run(sources, real, files, replace(watch, progress=progress))


def _run(sources: Sources, real: RealTables, files: BatchFiles, watch: Watch) -> BatchResult:
    done: list[BatchRelease] = []
    faults: dict[str, None] = {}
    n = len(sources.releases)
    with ReadAhead() as ahead:
        for place, (source, name) in enumerate(sources.releases, 1):
            watch.began(name, place, n)
            ahead.upcoming = _upcoming(sources, place, files)
            release = files.before.change(_release(source, name, real, files, watch.progress, ahead))
            done.append(release)
            watch.ended(release)
            try:
                # Also when the next release kills the process.
                files.write(files.record(done, is_finished=place == n))
                if watch.record is not None and release.outcome != "error":
                    watch.record(files.folder / name)
            except SynthauditError as error:
                # A leak that was found must not be lost by a disk that is full.
                faults[in_words(error)] = None
    return BatchResult(
        entries=tuple(_entry(release, files.folder) for release in done),
        index=files.folder / INDEX,
        record=files.record(done, is_finished=True),
        faults=tuple(faults),
    )


def _upcoming(sources: Sources, place: int, files: BatchFiles) -> Path | None:
    """The release at a place, counted from 0, where it is worth being read ahead and is not finished already."""
    if place >= len(sources.releases):
        return None
    source, name = sources.releases[place]
    may_be_finished = not files.request.fresh and (files.folder / name / EVIDENCE).is_file()
    # What is gone, or no regular file, is told when its turn comes.
    with suppress(OSError):
        if not may_be_finished and source.is_file() and not leaves_its_folder(source):
            return source if source.stat().st_size <= _MOST_AHEAD else None
    return None


def _release(
    source: Path, name: str, real: RealTables, files: BatchFiles, progress: Progress | None, ahead: ReadAhead
) -> BatchRelease:
    """Audit one release, or keep it; whatever is wrong with it, the others go on."""
    target, redone = files.folder / name, ""
    settings = files.request.settings
    settings = replace(settings, config={**settings.config, "synthetic": str(source)})
    request = replace(files.request, settings=settings)
    try:
        refuse_outside(source)
        with only_one(prepare_output_folder(target, within=True)):
            doubt = doubtful(target)
            report = None if request.fresh or doubt else finished(target, source, real, request)
            resumed = report is not None
            if doubt:
                aside = set_aside_dated(target, OUTPUTS, request.keep)
                redone = N_("{doubt}; what was there is in {folder}").format(doubt=doubt, folder=f"{name}/{aside}")
            if report is None:
                report = audit_release(real, source, request, target, progress, ahead=ahead)
        evidence = own_bytes(target / EVIDENCE) or b""
    except Exception as error:
        code: Literal[2, 4] = 2 if isinstance(error, InputError) else 4
        return BatchRelease(
            name=name,
            file=source.name,
            outcome="error",
            exit_code=code,
            code=code_of(error),
            reason=said_of(error),
            redone=redone,
        )
    return replace(batch_release(report, name, source.name, sha256(evidence)), resumed=resumed, redone=redone)


def _entry(release: BatchRelease, folder: Path) -> BatchEntry:
    return BatchEntry(
        name=release.name,
        outcome=release.outcome,
        reason=release.reason,
        exit_code=release.exit_code,
        resumed=release.resumed,
        report=None if release.outcome == "error" else folder / release.name / "report.html",
        what_now=release.what_now,
        redone=release.redone,
        code=release.code,
        change=release.change,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeKey:
    """What must agree, beside the release itself, for a finished release to be kept."""

    version: str
    seed: int
    settings: Any
    """The value of every option that decides; see ``synthaudit.adapters.options``."""
    policy: Policy
    sha256: Mapping[str, str]
    """Role of a real table -> its hash."""

    @classmethod
    def asked(cls, request: Request, real: RealTables) -> Self:
        """Of what is asked for now."""
        settings = request.settings
        return cls(
            version=__version__,
            seed=settings.seed,
            settings=settings.config.get("audit"),
            policy=settings.policy,
            sha256=dict(real.sha256),
        )

    @classmethod
    def of(cls, report: AuditReport) -> Self:
        """Of what was done earlier."""
        made = report.provenance
        return cls(
            version=made.synthaudit_version,
            seed=made.seed,
            settings=made.config.get("audit"),
            policy=report.policy,
            sha256={role: sha256 for role, sha256 in made.sha256.items() if role != "synthetic"},
        )


def doubtful(target: Path) -> str:
    """Why the files of an earlier run cannot be believed; empty where they can, or where there is no evidence."""
    if not (target / EVIDENCE).is_file():
        return ""
    seal = Seal.read(target)
    if seal is None:
        return N_("{file} has no seal beside it").format(file=EVIDENCE)
    if seal == "changed":
        return N_("{file} is not as it was written").format(file=SEAL)
    if not seal.is_own:
        return N_("it was sealed by another user or on another machine")
    changed = [name for name, state in seal.states(target).items() if state == "changed"]
    if EVIDENCE not in seal.files:
        changed.insert(0, EVIDENCE)
    return N_("{files} not as written").format(files=", ".join(changed)) if changed else ""


def finished(target: Path, source: Path, real: RealTables, request: Request) -> AuditReport | None:
    """The report of an earlier run with the same inputs, settings, seed and version; None = to be done."""
    seal, evidence = Seal.read(target), own_bytes(target / EVIDENCE)
    if evidence is None or not isinstance(seal, Seal) or seal.files.get(EVIDENCE) != sha256(evidence):
        return None
    try:
        report = from_bytes(evidence)
    except SynthauditError:
        return None
    if ResumeKey.of(report) != ResumeKey.asked(request, real):
        return None
    if report.provenance.sha256.get("synthetic") != source_hash(source, "synthetic"):
        return None
    # What names rows cannot be made again from the evidence.
    asked = {"scores.parquet": request.scores, "report.internal.html": request.internal}
    states = seal.states(target)
    if any(is_asked and states.get(name) != "as written" for name, is_asked in asked.items()):
        return None
    is_drawn = all(states.get(name) == "as written" for name in RENDERED) and speaks_as_asked(target / RENDERED[0])
    if not is_drawn or (request.signer is not None and not is_signed(target, request.signer)):
        files = iter(()) if is_drawn else rendered(report, sha256(evidence))
        names = () if is_drawn else RENDERED
        write_beside(report, target, seal, files, names, request.signer)
    return report
