"""One release of a batch, read off its report: the few figures and gates that a list of many has room for."""

from collections.abc import Iterator
from typing import Literal

from synthaudit.files.catalogue import speaking
from synthaudit.report.reasons import chosen_gates, figures_told, in_people, reasons
from synthaudit.report.retold import worded
from synthaudit.report.what_now import what_now
from synthaudit.types import AuditReport, Estimate, Measured
from synthaudit.types.batch import BatchCase, BatchCount, BatchRelease, BatchShare
from synthaudit.verdict.reasons import claim_refuted

EXIT: dict[str, Literal[0, 1, 3]] = {"pass": 0, "fail": 1, "inconclusive": 3}
"""What an audit of one release ends with."""
_CLAIMS: dict[str, Literal["inconclusive", "pass", "not_run"]] = {
    "refuted": "inconclusive",
    "not_refuted": "pass",
    "not_tested": "not_run",
}


def batch_release(report: AuditReport, name: str, file: str, evidence_sha256: str) -> BatchRelease:
    """What is told of an audited release.

    Parameters
    ----------
    report : AuditReport
        Texts in it may be hostile.
    name, file : str
        The release's folder within the batch, and what was audited.
    evidence_sha256 : str
        Of its ``evidence.json``.

    Returns
    -------
    BatchRelease
        Without figures where members cannot be compared with others: there they mean nothing.
    """
    # For programs, as evidence is; the page tells it in the language of the moment.
    with speaking("en"):
        return _release(report, name, file, evidence_sha256)


def _release(report: AuditReport, name: str, file: str, evidence_sha256: str) -> BatchRelease:
    made, worst, told = report.provenance, report.worst, figures_told(report)
    people = report.copies.single or report.copies
    exposure = report.exposure if told else None
    return BatchRelease(
        name=name,
        file=file,
        outcome=report.outcome,
        exit_code=EXIT[report.outcome],
        code="",
        reason=next(iter(reasons(report)), ""),
        leakage_detected=report.leakage_detected,
        what_now=what_now(report),
        created_utc=made.created_utc,
        seconds=float(made.seconds),
        release_sha256=made.sha256.get("synthetic", ""),
        evidence_sha256=evidence_sha256,
        attack=f"{worst.attack}/{worst.view}" if worst is not None else "",
        guessed=_share(worst.auc) if told and worst is not None else None,
        found=_share(worst.tpr_at_fpr) if told and worst is not None else None,
        copied=BatchCount(n=people.train, of=people.n_train),
        at_risk=None if exposure is None else BatchCount(n=exposure.n_exposed, of=exposure.n_members),
        cases=tuple(_cases(report)),
    )


def _share(measured: Measured) -> BatchShare | None:
    if not isinstance(measured, Estimate):
        return None
    return BatchShare(value=float(measured.value), low=float(measured.low), high=float(measured.high))


def _cases(report: AuditReport) -> Iterator[BatchCase]:
    """The gates of the chosen policy, the vendor's claim, and what did not run."""
    for gate in chosen_gates(report).values():
        yield BatchCase(name=gate.name, kind="gate", outcome=gate.outcome, reason=in_people(report, gate))
    if report.claim is not None:
        refuted = claim_refuted(report.claim)
        reason = worded(refuted) if refuted else report.claim.reason
        yield BatchCase(name="vendor_claim", kind="claim", outcome=_CLAIMS[report.claim.stands], reason=reason)
    for item in report.coverage:
        if item.status == "not_run":
            yield BatchCase(name=item.test, kind="coverage", outcome="not_run", reason=item.reason)
