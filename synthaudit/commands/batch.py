"""Many releases of one source: audited one by one, the real tables read once.

A bad release is reported and the rest is done. What is finished is kept and not done again while inputs, settings,
seed and version agree.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from synthaudit._version import __version__
from synthaudit.adapters.alignment.align import RealTables
from synthaudit.adapters.readers.parts import source_hash
from synthaudit.commands.audit import Request, audit_release, open_real, render_outputs, with_store
from synthaudit.errors import InputError, SynthauditError
from synthaudit.evidence import from_json
from synthaudit.files import leaves_its_folder, prepare_output_folder, printable, write_atomic
from synthaudit.report.components import IndexEntry
from synthaudit.report.render import render_index
from synthaudit.settings import Progress
from synthaudit.types import AuditReport, Outcome

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
    fresh: bool = False,
    progress: Progress | None = None,
    on_done: Any = None,
) -> BatchResult:
    """Audit every table directly in ``releases``.

    Parameters
    ----------
    releases : Path
        Each file that can be read as a table is a release, and so is each folder of parts; anything else is reported
        as a bad one.
    folder : Path
        Gets ``<release>/`` as ``audit`` writes it, as soon as it is finished, and ``index.html``.
    fresh : bool
        Do finished releases again, and their shadows.
    on_done : callable, optional
        Told each :class:`BatchEntry`.

    Raises
    ------
    InputError
        No release, or real tables that cannot be audited.
    """
    if not releases.is_dir():
        raise InputError("SA-101", f"releases {releases.name}", "is not a folder", "Give the folder of the releases.")
    sources = sorted(path for path in releases.iterdir() if not path.name.startswith("."))
    if not sources:
        raise InputError("SA-102", f"releases {releases.name}", "0 releases", "Put one table per release into it.")
    prepare_output_folder(folder)
    fresh = fresh or request.fresh
    request = with_store(replace(request, fresh=fresh), folder)
    real = open_real(request)
    entries = []
    for source, name in zip(sources, _names(sources), strict=True):
        entry = _one(source, name, real, request, folder, fresh, progress)
        entries.append(entry)
        if on_done is not None:
            on_done(entry)
        # The index always shows what is finished, also when the next release kills the process.
        write_atomic(folder / "index.html", render_index([_shown(e) for e in entries]))
    return BatchResult(entries=tuple(entries), index=folder / "index.html")


def _one(
    source: Path,
    name: str,
    real: RealTables,
    request: Request,
    folder: Path,
    fresh: bool,
    progress: Progress | None,
) -> BatchEntry:
    target = folder / name
    try:
        _refuse_outside(source)
        report = None if fresh else finished(target, source, real, request)
        resumed = report is not None
        if report is None:
            report = audit_release(real, source, request, target, progress, config={"synthetic": source.name})
    except SynthauditError as error:
        return _error(name, str(error), error.exit_code)
    except Exception as error:
        # One release must not stop the others; the message may quote a cell, its type cannot.
        return _error(name, f"SA-399 internal error: {type(error).__name__}; nothing was judged.", 4)
    return BatchEntry(
        name=name,
        outcome=report.outcome,
        reason=report.reasons[0],
        exit_code=_EXIT[report.outcome],
        resumed=resumed,
        report=target / "report.html",
    )


def _error(name: str, reason: str, exit_code: int) -> BatchEntry:
    return BatchEntry(name=name, outcome="error", reason=reason, exit_code=exit_code, resumed=False, report=None)


def _refuse_outside(source: Path) -> None:
    """A release is a file or a folder of its folder: no link to elsewhere, no pipe that never ends."""
    where = f"synthetic {printable(source.name)}"
    if leaves_its_folder(source):
        raise InputError("SA-105", where, "a link that leaves the folder of the releases", "Put the file itself there.")
    if not source.is_file() and not source.is_dir():
        raise InputError("SA-104", where, "not a regular file", "Give one table per release.")


def finished(target: Path, source: Path, real: RealTables, request: Request) -> AuditReport | None:
    """The report of an earlier run with the same inputs, settings, seed and version; None = to be done."""
    evidence = target / "evidence.json"
    if not evidence.is_file():
        return None
    try:
        report = from_json(evidence.read_text("utf-8"))
    except (SynthauditError, UnicodeDecodeError):
        return None
    made = report.provenance
    same = (
        made.synthaudit_version == __version__
        and made.seed == request.settings.seed
        and made.config.get("audit") == request.settings.config.get("audit")
        and dict(made.sha256) == {**real.sha256, "synthetic": source_hash(source, "synthetic")}
        and report.policy == request.settings.policy
    )
    # What names rows cannot be made again from the evidence.
    asked = {"scores.parquet": request.scores, "report.internal.html": request.internal}
    if not same or any(wanted and not (target / name).is_file() for name, wanted in asked.items()):
        return None
    if not (target / "report.html").is_file():
        render_outputs(report, target)
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
