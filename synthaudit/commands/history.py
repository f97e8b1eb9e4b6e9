"""``history``: audits are recorded in one file, from their evidence alone, and told on one page."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from synthaudit.commands.audit import SCORES
from synthaudit.commands.seal import EVIDENCE, Seal, own_bytes, sha256
from synthaudit.errors import InputError, SynthauditError
from synthaudit.evidence import from_bytes
from synthaudit.files import printable, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.report.reasons import figures_told
from synthaudit.report.render import render_history
from synthaudit.runtime.history_file import read, record, replace_all
from synthaudit.types import AuditReport, Engagement, Estimate, Finding
from synthaudit.types.history import PastAudit

_NAMES = frozenset({"vendor", "release", "dataset", "purpose", "auditor", "policy"})
"""Settings that change no figure, or that stand in a row by themselves."""
_TPR, _TPR_WIDE = "tpr_at_fpr_0.01", "tpr_at_fpr_0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rebuilt:
    """What became of a history that was made anew."""

    n_audits: int
    n_dropped: int
    """Audits that it held and that no evidence was found of."""
    left_out: tuple[str, ...]
    """Evidence that could not be believed or read, each with why."""


def open_history(path: Path) -> None:
    """Make a history, or refuse what is none, before an audit begins; errors as of :func:`record_folder`."""
    record(path, ())


def record_folder(path: Path, folder: Path) -> None:
    """Add the audit in a folder to a history.

    Parameters
    ----------
    path : Path
        The history.
    folder : Path
        With the ``evidence.json`` of the audit.

    Raises
    ------
    InputError
        SA-424 ``path`` is no history, SA-401 to SA-403 the evidence cannot be read.
    CannotFinishError
        SA-301 to SA-304 and SA-309 as :func:`synthaudit.runtime.history_file.record`.
    """
    data = own_bytes(folder / EVIDENCE)
    if data is not None:
        record(path, [past_audit(from_bytes(data), sha256(data))])


def rebuild(path: Path, folders: Sequence[Path]) -> Rebuilt:
    """Make a history hold what is found in folders, and nothing else; in one step, whatever breaks off.

    Parameters
    ----------
    folders : sequence of Path
        Each is searched with all that is below it; no link is followed.

    Raises
    ------
    InputError
        SA-101 one is no folder, SA-425 there is no evidence in any, SA-424 ``path`` is no history.
    CannotFinishError
        As :func:`record_folder`.
    """
    places = _searched(folders)
    audits, left_out = [], []
    for place in places:
        try:
            audits.append(_believed(place))
        except SynthauditError as error:
            left_out.append(f"{printable(str(place), 200)}: {error.got if isinstance(error, InputError) else error}")
    if not audits:
        do = N_("Give the output folders of audits, or a folder that holds them.")
        raise InputError("SA-425", N_("option --rebuild"), N_("no audit was found in these folders"), do)
    n_dropped = replace_all(path, audits)
    return Rebuilt(n_audits=len({a.evidence_sha256 for a in audits}), n_dropped=n_dropped, left_out=tuple(left_out))


def write_history(path: Path, page: Path, folders: Sequence[Path] = ()) -> tuple[str, ...]:
    """Write the page of a history.

    Parameters
    ----------
    folders : sequence of Path
        Searched for scores of the audits: those of the same people are compared person by person.

    Returns
    -------
    tuple of str
        Scores that could not be used, each with why.

    Raises
    ------
    InputError
        SA-101 a folder is none, SA-424 ``path`` is no history, SA-426 the page would be written over it.
    CannotFinishError
        As :func:`record_folder`.
    """
    places = _searched(folders)
    audits = read(path)
    if page.absolute() == path.absolute():
        do = N_("Choose another name for the page.")
        raise InputError("SA-426", N_("option -o"), N_("it is the history itself"), do)
    evidence = ((place, own_bytes(place)) for place in places if (place.parent / SCORES).is_file())
    # Whoever records an audit renders no history.
    from synthaudit.commands.history_people import same_people

    people = same_people(audits, [(place, data) for place, data in evidence if data is not None])
    write_atomic(page, render_history(audits, people.paired))
    return people.left_out


def _searched(folders: Sequence[Path]) -> list[Path]:
    """Every evidence file in these folders and below them."""
    for folder in folders:
        if not folder.is_dir():
            where = N_("folder {name}").format(name=printable(folder.name, 80))
            raise InputError("SA-101", where, N_("is not a folder"), N_("Give folders with audits."))
    return sorted({place for folder in folders for place in _evidence_in(folder)})


def _evidence_in(folder: Path) -> Iterator[Path]:
    """Every evidence file in a folder and below it, what an earlier run left included: that was a look, too."""
    waiting = [folder]
    while waiting:
        at = waiting.pop()
        try:
            entries = sorted(at.iterdir())
        except OSError:
            continue
        for entry in entries:
            if entry.is_symlink():
                continue
            if entry.is_dir():
                waiting.append(entry)
            elif entry.name == EVIDENCE:
                yield entry.absolute()


def _believed(path: Path) -> PastAudit:
    """The audit of an evidence file; refused where the seal beside it says that it was changed."""
    data, seal = own_bytes(path), Seal.read(path.parent)
    if data is None:
        raise InputError("SA-104", EVIDENCE, N_("not a regular file"), N_("Give the file itself."))
    if seal == "changed" or (seal is not None and seal.files.get(EVIDENCE) != sha256(data)):
        raise InputError("SA-404", EVIDENCE, N_("not what was sealed: it was changed"), N_("Run the audit again."))
    return past_audit(from_bytes(data), sha256(data))


def past_audit(report: AuditReport, evidence_sha256: str) -> PastAudit:
    """The row of an audit: all of it is read off the evidence, so that it can be made again at any time."""
    made, worst, about = report.provenance, report.worst, report.engagement or Engagement()
    told = figures_told(report)
    tpr = worst.tpr_at_fpr if told and worst is not None and isinstance(worst.tpr_at_fpr, Estimate) else None
    most = _most_found(report.findings) if told else None
    n_members = None if most is None else most[1]
    return PastAudit(
        evidence_sha256=evidence_sha256,
        created_utc=_text(made.created_utc),
        dataset=_text(about.dataset),
        release=_text(report.vendor.release),
        vendor=_text(report.vendor.name),
        **{f"{role}_sha256": _text(made.sha256.get(role, "")) for role in ("train", "holdout")},
        release_sha256=_text(made.sha256.get("synthetic", "")),
        n_releases=max(len(report.releases), 1),
        synthaudit_version=_text(made.synthaudit_version),
        seed=str(made.seed),
        setup_sha256=_setup(report),
        policy=_text(report.policy.name),
        policy_sha256=_digest(asdict(report.policy)),
        tpr_limit=float(report.policy.tpr_at_fpr),
        outcome=report.outcome,
        tpr=None if tpr is None else float(tpr.value),
        tpr_low=None if tpr is None else float(tpr.low),
        tpr_high=None if tpr is None else float(tpr.high),
        attack="" if worst is None else _text(f"{worst.attack}/{worst.view}"),
        n_attacks=len(report.findings),
        n_found=None if most is None else most[0].n_true_positives,
        n_members=n_members,
        n_nonmembers=None if most is None or n_members is None else _units(most[0]) - n_members,
        tpr_at_10=None if most is None else _value(most[0], _TPR_WIDE),
    )


def _most_found(findings: Iterable[Finding]) -> tuple[Finding, int] | None:
    """The attack that found most members at 1 % FPR, the first of several, and how many members there were."""
    counted = [each for each in findings if each.n_true_positives is not None and _value(each, _TPR) is not None]
    if not counted:
        return None
    most = max(counted, key=lambda each: each.n_true_positives or 0)
    share = _value(most, _TPR)
    if not share or not most.n_true_positives:
        # Nobody was found by any attack: how many there were, no count tells.
        return None
    return most, round(most.n_true_positives / share)


def _value(finding: Finding, metric: str) -> float | None:
    estimate = finding.estimates.get(metric)
    return float(estimate.value) if isinstance(estimate, Estimate) else None


def _units(finding: Finding) -> int:
    estimate = finding.estimates[_TPR]
    return estimate.n if isinstance(estimate, Estimate) else 0


def _setup(report: AuditReport) -> str:
    """Hash of what decides figures, apart from tables, seed and policy; of old evidence of what it has."""
    settings: Any = report.provenance.config.get("audit")
    kept = {k: v for k, v in settings.items() if k not in _NAMES} if isinstance(settings, dict) else {}
    return _digest({**kept, "profile": report.profile, "unit": report.unit})


def _digest(content: Any) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()


def _text(text: str) -> str:
    """Text that a database takes: half characters are written out."""
    return text.encode("utf-8", "backslashreplace").decode()
