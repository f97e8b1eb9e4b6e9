"""One release: from its file to a folder with evidence and report."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from synthaudit.adapters.alignment.align import RealTables, align_real
from synthaudit.adapters.alignment.beside import with_canaries
from synthaudit.adapters.alignment.deleted import with_deleted
from synthaudit.adapters.alignment.reference import with_reference
from synthaudit.adapters.readers.duck import connection, write_parquet
from synthaudit.adapters.readers.large import opened
from synthaudit.adapters.readers.raw import RawTable, TableRole
from synthaudit.adapters.readers.source import Source
from synthaudit.adapters.readers.tables import read_table, sources_of
from synthaudit.attacker.candidates import Scores
from synthaudit.checks.explanation import Internal
from synthaudit.commands.audited_copy import audited_copy as copy_of
from synthaudit.commands.naming import release_name
from synthaudit.commands.notebook import shown_progress
from synthaudit.commands.read_release import ReadAhead, read_release
from synthaudit.commands.request import Request
from synthaudit.commands.seal import SEAL, Seal, sha256, write_sealed
from synthaudit.commands.signature import SIGNATURE, Signer
from synthaudit.errors import InputError
from synthaudit.evidence import from_json, to_json
from synthaudit.files import only_one, prepare_output_folder, private_temporary, set_aside_dated, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.pipeline.run import run_audit
from synthaudit.report.badge import badge_svg
from synthaudit.report.drawing import prepare_drawing
from synthaudit.report.exports import junit_xml, metrics_csv, summary_md
from synthaudit.report.open_metrics import metrics_prom
from synthaudit.report.render import render_internal, render_report
from synthaudit.report.since_previous import refuse_another
from synthaudit.runtime.store import Store
from synthaudit.sealed_split.manifest import refuse_other_people, verify
from synthaudit.settings import Notify, Progress
from synthaudit.types import AuditReport, SealedSplit

SHADOWS = ".shadows"
"""Folder of finished fits within the output folder."""
SCORES = "scores.parquet"
"""What every attack scores every row: written on request, never to be shared."""
CHANGES = "report.changes.html"
"""The report beside an earlier audit: which findings are fixed, open or new."""
RENDERED = ("report.html", "metrics.csv", "metrics.prom", "junit.xml", "summary.md", "badge.svg")
"""What can be made again from the evidence."""
ON_DEMAND = (
    *("report.pdf", "report.md", "letter.pdf"),
    *("report.vendor.html", "report.vendor.pdf", "report.vendor.md"),
    *(CHANGES, "report.changes.pdf", "report.changes.md"),
    *("report.vendor.changes.html", "report.vendor.changes.pdf", "report.vendor.changes.md"),
)
"""What is made of it only where somebody asks."""
OUTPUTS = ("evidence.json", *RENDERED, *ON_DEMAND, SCORES, "report.internal.html", SEAL, SIGNATURE)


def open_real(request: Request) -> RealTables:
    """Read and align the real tables, once for any number of releases; of a large reference a sample is kept."""
    sources: tuple[tuple[TableRole, Any], ...] = (("train", request.train), ("holdout", request.holdout))
    with ExitStack() as resources:
        tables: dict[str, RawTable] = {
            role: read_table(source, role, options=request.read_of(role))
            for role, source in sources
            if source is not None
        }
        reference = None if request.reference is None else _reference(request, resources)
        if isinstance(reference, RawTable):
            tables["reference"] = reference
        if request.canaries is not None:
            tables["canaries"] = read_table(request.canaries, "canaries", options=request.read_of("canaries"))
        real = _aligned(request, tables)
        if reference is not None and not isinstance(reference, RawTable):
            n_sample = request.settings.candidates
            assert n_sample is not None
            real = with_reference(real, reference, n_sample, request.settings.seed)
    if request.deleted is None:
        return real
    return with_deleted(real, read_table(request.deleted, "deleted", options=request.read_of("deleted")))


def _reference(request: Request, resources: ExitStack) -> RawTable | Source:
    """The reference, whole where all of its rows are used or it belongs to a sealed split, whose rows are checked."""
    most_rows, n_sample = request.settings.release_rows, request.settings.candidates
    read = request.read_of("reference")
    if most_rows is None or n_sample is None or request.manifest is not None:
        return read_table(request.reference, "reference", options=read)
    return resources.enter_context(opened(request.reference, "reference", read, max(most_rows, n_sample)))


def _aligned(request: Request, tables: dict[str, RawTable]) -> RealTables:
    """The tables that are held whole, and held against the manifest where there is one."""
    verified = None if request.manifest is None else verify(request.manifest, tables)
    whole = tables["train"]
    if verified is not None:
        tables["train"] = replace(whole, frame=whole.frame[~verified.is_canary].reset_index(drop=True))
    real = align_real(tables["train"], tables.get("holdout"), tables.get("reference"), request.align)
    if request.manifest is not None and verified is not None:
        sealed = SealedSplit(design=request.manifest.design, commitment=request.manifest.commitment)
        people = {"train": real.train_entity, "holdout": real.holdout_entity}
        refuse_other_people(verified, people)
        real = replace(real, sealed=sealed, pair=verified.pair)
        if request.manifest.n_canaries:
            inside = replace(whole, frame=whole.frame[verified.is_canary].reset_index(drop=True), role="canaries")
            real = with_canaries(real, inside, tables.get("canaries"))
    return real


def audit_request(
    request: Request,
    source: Any,
    folder: Path | None = None,
    progress: Progress | None = None,
    notify: Notify | None = None,
    audited_copy: Path | None = None,
) -> AuditReport:
    """Read everything and audit one release; see :func:`audit_release`."""
    lock = nullcontext() if folder is None else only_one(prepare_output_folder(folder))
    with lock, shown_progress(progress) as shown:
        _refuse_as_copy(audited_copy, folder)
        _clear(folder, request.keep)
        real = open_real(request)
        if request.previous is not None:
            # Nobody waits for the end of an audit to learn that the earlier one was of something else.
            refuse_another(real.sha256.get("train"), request.settings.policy, request.previous)
        say_undeclared(real, notify)
        stored = with_store(request, folder)
        return audit_release(real, source, stored, folder, shown, notify, audited_copy=audited_copy)


def _refuse_as_copy(target: Path | None, folder: Path | None) -> None:
    """A copy under the name of another file of the audit would be written over."""
    if target is None or folder is None or target.name not in OUTPUTS or not target.parent.is_dir():
        return
    if target.parent.samefile(folder):
        got = N_("{name} is the name of another file of the audit").format(name=target.name)
        raise InputError(
            "SA-196", N_("option {option}").format(option="--audited-copy"), got, N_("Choose another name.")
        )


def say_undeclared(real: RealTables, notify: Notify | None) -> None:
    """Say first which columns are not what they may be: nobody reads an hour's audit to learn of it."""
    for note in real.coverage:
        if notify is not None and note.test == "kinds" and note.blocks_pass:
            notify(f"no pass yet: {note.reason}")


def with_store(request: Request, folder: Path | None) -> Request:
    """The request with a place for finished fits: the one that was named, else one in the output folder."""
    store = request.settings.store
    if store is None and folder is not None:
        store = Store(folder=folder / SHADOWS)
    if store is not None and request.fresh:
        store = replace(store, fresh=True)
    return replace(request, settings=replace(request.settings, store=store))


def audit_release(
    real: RealTables,
    source: Any,
    request: Request,
    folder: Path | None = None,
    progress: Progress | None = None,
    notify: Notify | None = None,
    *,
    audited_copy: Path | None = None,
    ahead: ReadAhead | None = None,
) -> AuditReport:
    """Audit one release and, where a folder is given, write what it found.

    Parameters
    ----------
    source : path or frame, or a sequence of them
        The synthetic table; several releases of one source are attacked as one.
    folder : Path, optional
        Gets ``evidence.json`` first, then everything that is rendered from it.
    audited_copy : Path, optional
        Gets what was audited of the release; see :mod:`synthaudit.commands.audited_copy`.
    ahead : ReadAhead, optional
        Reads the release, and begins the one that comes next.
    """
    _clear(folder, request.keep)
    sources = sources_of(source)
    if not sources:
        raise InputError("SA-188", "synthetic", N_("no table was given"), N_("Give the release."))
    written = {} if audited_copy is None else {"audited_copy": str(audited_copy)}
    vendor = request.settings.vendor
    settings = replace(
        request.settings,
        vendor=replace(vendor, release=vendor.release or release_name(sources)),
        config={**request.settings.config, **written},
    )

    def audited() -> tuple[AuditReport, Internal, bytes | None]:
        # In a function of its own, so that no table is held while charts are drawn.
        with ExitStack() as resources:
            reading = read_release if ahead is None else ahead.read
            data = reading(real, sources, request, resources)
            payload = None
            if audited_copy is not None:
                payload, about = copy_of(real, data, audited_copy.suffix)
                data = replace(data, audited_copy=about)
            if folder is not None:
                prepare_drawing()
            return *run_audit(data, settings, progress, notify, explaining=request.internal), payload

    report, internal, payload = audited()
    if audited_copy is not None and payload is not None:
        write_atomic(audited_copy, payload)
    if folder is not None:
        write_sealed(report, outputs(report, internal, request), folder, signer=request.signer)
    return report


def _clear(folder: Path | None, keep: int) -> None:
    """Whatever happens next, an older verdict must not be taken for this release's."""
    if folder is not None:
        set_aside_dated(prepare_output_folder(folder), OUTPUTS, keep)


def outputs(report: AuditReport, internal: Internal, request: Request) -> Iterator[tuple[str, str | bytes]]:
    """Names and contents of an audit's files: the evidence, for the verdict stands, then what is rendered from it.

    What names rows is written only where the request asks for it.
    """
    evidence = to_json(report)
    yield "evidence.json", evidence
    if request.scores and internal.scores is not None:
        yield SCORES, scores_parquet(internal.scores)
    # From the text that was written, so that rendering it again gives the same bytes.
    written = from_json(evidence)
    yield from rendered(written, sha256(evidence))
    if request.previous is not None:
        yield CHANGES, render_report(written, sha256(evidence), request.previous)
    if request.internal:
        page = render_internal(written, internal.explanations, sha256(evidence), internal.column_bars)
        yield "report.internal.html", page


def rendered(report: AuditReport, evidence_sha256: str) -> Iterator[tuple[str, str]]:
    """Names and contents of everything that is made again from ``evidence.json`` alone, whose hash the page shows."""
    yield "metrics.csv", metrics_csv(report)
    yield "metrics.prom", metrics_prom(report)
    yield "junit.xml", junit_xml(report)
    yield "summary.md", summary_md(report)
    yield "badge.svg", badge_svg(report)
    yield "report.html", render_report(report, evidence_sha256)


def write_beside(
    report: AuditReport,
    folder: Path,
    seal: Seal | None,
    files: Iterator[tuple[str, str | bytes]],
    names: Sequence[str],
    signer: Signer | None = None,
) -> None:
    """Write files of these names, made of the evidence, beside it, and seal them as the evidence was sealed.

    A signature of the old seal would not fit the new one: without ``signer`` there is none any more.
    """
    if seal is None:
        for name, content in files:
            write_atomic(folder / name, content)
        return
    kept = {name: digest for name, digest in seal.files.items() if name not in names}
    write_sealed(report, files, folder, kept=kept, own=seal.is_own, signer=signer)


def scores_parquet(scores: Scores) -> bytes:
    """Long form: table, row, unit, attack, view, score; rows set aside as reference have none."""
    parts = []
    sides = (("train", scores.train, scores.train_unit), ("holdout", scores.holdout, scores.holdout_unit))
    for table, matrix, unit in sides:
        for name, values in zip(scores.names, matrix, strict=True):
            attack, view = name.split("/", 1)
            rows = np.flatnonzero(~np.isnan(values))
            of_rows = {"row": rows, "unit": unit[rows], "attack": attack, "view": view, "score": values[rows]}
            parts.append(pd.DataFrame({"table": table, **of_rows}))
    long = pd.concat(parts, ignore_index=True).astype({"table": object, "attack": object, "view": object})
    with private_temporary(".parquet") as path:
        with connection(path) as duck:
            duck.register("scores", long)
            write_parquet(duck, "SELECT * FROM scores", path)
        return path.read_bytes()
