"""Many releases of one source: audited one by one, the real tables read once.

A bad release is reported and the rest is done. What is finished is kept and not done again while inputs, settings,
seed and version agree.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from synthaudit._version import __version__
from synthaudit.adapters.alignment.align import RealTables
from synthaudit.adapters.readers.parts import source_hash
from synthaudit.commands.audit import RENDERED, audit_release, open_real, rendered, with_store, write_beside
from synthaudit.commands.request import Request
from synthaudit.commands.seal import EVIDENCE, SEAL, Seal, is_signed, own_bytes, sha256
from synthaudit.errors import InputError, SynthauditError
from synthaudit.evidence import from_bytes
from synthaudit.files import leaves_its_folder, only_one, prepare_output_folder, printable, write_atomic
from synthaudit.files.catalogue import N_, _, language
from synthaudit.files.retold import in_words
from synthaudit.report.components import IndexEntry
from synthaudit.report.reasons import reasons
from synthaudit.report.render import is_in, render_index
from synthaudit.report.what_now import what_now
from synthaudit.settings import Progress
from synthaudit.types import AuditReport, Outcome, Policy

INDEX = "index.html"
_WORST_FIRST = (4, 2, 1, 3, 0)
_EXIT: Mapping[str, int] = {"pass": 0, "fail": 1, "inconclusive": 3}


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchResult:
    """All releases, and the exit code of the worst: could not finish, bad input, fail, inconclusive, pass."""

    entries: tuple[BatchEntry, ...]
    index: Path

    @property
    def exit_code(self) -> int:
        """The worst exit code in the order 4, 2, 1, 3, 0."""
        return min((entry.exit_code for entry in self.entries), key=_WORST_FIRST.index)


def run_batch(
    releases: Path,
    request: Request,
    folder: Path,
    *,
    progress: Progress | None = None,
    record: Callable[[Path], None] | None = None,
) -> BatchResult:
    """Audit every table directly in ``releases``.

    Parameters
    ----------
    releases : Path
        Each file that can be read as a table is a release, and so is each folder of parts; anything else is reported
        as a bad one.
    folder : Path
        Gets ``<release>/`` as ``audit`` writes it, as soon as it is finished, and ``index.html``.
    record : callable, optional
        Told the folder of each release that was judged, once it is finished.

    Raises
    ------
    InputError
        No release, or real tables that cannot be audited.
    """
    where = N_("releases {name}").format(name=printable(releases.name, 80))
    if not releases.is_dir():
        raise InputError("SA-101", where, N_("is not a folder"), N_("Give the folder of the releases."))
    sources = sorted(path for path in releases.iterdir() if not path.name.startswith("."))
    if not sources:
        raise InputError("SA-102", where, N_("0 releases"), N_("Put one table per release into it."))
    prepare_output_folder(folder)
    # Each release is called by its file: one name for all would tell none apart.
    vendor = replace(request.settings.vendor, release="")
    request = replace(request, settings=replace(request.settings, vendor=vendor))
    request = with_store(request, folder)
    real = open_real(request)
    entries = []
    for source, name in zip(sources, _names(sources), strict=True):
        entries.append(_entry(source, name, real, request, folder, progress))
        # The index always shows what is finished, also when the next release kills the process.
        index = render_index([_shown(entry) for entry in entries])
        with only_one(folder):
            write_atomic(folder / INDEX, index)
            seal = Seal(synthaudit_version=__version__, policy="", inputs={}, files={INDEX: sha256(index)})
            seal.write(folder, signer=request.signer)
        if record is not None and entries[-1].report is not None:
            record(folder / name)
    return BatchResult(entries=tuple(entries), index=folder / INDEX)


def _entry(
    source: Path,
    name: str,
    real: RealTables,
    request: Request,
    folder: Path,
    progress: Progress | None,
) -> BatchEntry:
    target, doubt = folder / name, ""
    try:
        _refuse_outside(source)
        with only_one(prepare_output_folder(target, within=True)):
            doubt = doubtful(target)
            report = None if request.fresh or doubt else finished(target, source, real, request)
            resumed = report is not None
            if report is None:
                report = audit_release(real, source, request, target, progress, config={"synthetic": str(source)})
    except SynthauditError as error:
        return _error(name, in_words(error), error.exit_code)
    except Exception as error:
        # One release must not stop the others; the message may quote a cell, its type cannot.
        said = _("SA-399 internal error: {name}; nothing was judged.").format(name=type(error).__name__)
        return _error(name, said, 4)
    return BatchEntry(
        name=name,
        outcome=report.outcome,
        reason=next(iter(reasons(report)), ""),
        exit_code=_EXIT[report.outcome],
        resumed=resumed,
        redone=N_("{doubt}; what was there is in {folder}").format(doubt=doubt, folder=f"{name}/previous")
        if doubt
        else "",
        report=target / "report.html",
        what_now=what_now(report),
    )


def _error(name: str, reason: str, exit_code: int) -> BatchEntry:
    return BatchEntry(name=name, outcome="error", reason=reason, exit_code=exit_code, resumed=False, report=None)


def _refuse_outside(source: Path) -> None:
    """A release is a file or a folder of its folder: no link to elsewhere, no pipe that never ends."""
    where = f"synthetic {printable(source.name)}"
    if leaves_its_folder(source):
        raise InputError(
            "SA-105", where, N_("a link that leaves the folder of the releases"), N_("Put the file itself there.")
        )
    if not source.is_file() and not source.is_dir():
        raise InputError("SA-104", where, N_("not a regular file"), N_("Give one table per release."))


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
    is_drawn = all(states.get(name) == "as written" for name in RENDERED) and is_in(language(), target / RENDERED[0])
    if not is_drawn or (request.signer is not None and not is_signed(target, request.signer)):
        files = iter(()) if is_drawn else rendered(report, sha256(evidence))
        names = () if is_drawn else RENDERED
        write_beside(report, target, seal, files, names, request.signer)
    return report


def _names(sources: Sequence[Path]) -> list[str]:
    """Folder names: the file's name up to its first dot, the whole name where that is taken twice."""
    short = [source.name.split(".", 1)[0] for source in sources]
    # The index page and a release must not fight for one name.
    short = ["" if name == "index" else name for name in short]
    return [
        name
        if short.count(name) == 1 and name
        else f"release-{source.name}"
        if source.name == "index.html"
        else source.name
        for name, source in zip(short, sources, strict=True)
    ]


def _shown(entry: BatchEntry) -> IndexEntry:
    link = None if entry.report is None else f"{entry.report.parent.name}/report.html"
    return IndexEntry(name=entry.name, outcome=entry.outcome, reason=entry.reason, link=link)
