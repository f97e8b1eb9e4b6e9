"""The report of evidence that is there already, drawn again without any data."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from synthaudit.commands.audit import RENDERED, rendered, write_beside
from synthaudit.commands.seal import EVIDENCE, SEAL, Seal, sha256
from synthaudit.commands.signature import Signer
from synthaudit.errors import InputError
from synthaudit.evidence import evidence_bytes, from_bytes
from synthaudit.files import printable, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.report.page_markdown import page_markdown
from synthaudit.report.pdf import to_pdf
from synthaudit.report.render import render_letter, render_report, render_vendor
from synthaudit.types import AuditReport

_DOUBTS = {
    None: N_("no {name} stands beside the evidence, so nobody can tell whether it is as an audit wrote it").format(
        name=SEAL
    ),
    False: N_(
        "the evidence was sealed by another user or on another machine; whoever altered it may have sealed it anew"
    ),
    True: "",
}


FORMS = {"html": "report.html", "pdf": "report.pdf", "md": "report.md", "letter": "letter.pdf"}
"""What a report can be written as -> its file."""
EDITIONS = ("shareable", "vendor")
"""Editions that can be made of the evidence alone."""


def report_again(
    path: Path,
    form: str = "html",
    edition: str = "shareable",
    previous: Path | None = None,
    signer: Signer | None = None,
) -> tuple[Path, str]:
    """Write the report beside the evidence; as HTML with all else that an audit makes of it.

    Parameters
    ----------
    path : Path
        An ``evidence.json``, or its folder.
    form : {"html", "pdf", "md", "letter"}
        ``"letter"`` is one page to be signed.
    edition : {"shareable", "vendor"}
        ``"vendor"`` has no figure; a file of its own, ``report.vendor.html``.
    previous : Path, optional
        Evidence of an earlier audit of the same dataset: findings are then fixed, open or new, in a file of its own,
        ``report.changes.html``.
    signer : Signer, optional
        Signs the seal anew, with the file in it. Without it a signed seal is left as it is, and the file is not in it.

    Returns
    -------
    tuple of Path and str
        The file, and what is doubtful about the evidence, also that of the earlier audit, or about the file; empty
        where this user's audits wrote both.

    Raises
    ------
    InputError
        SA-101 or SA-104 it cannot be read, SA-401 to SA-403 it is no evidence, SA-404 it was changed after its seal,
        SA-406 ``previous`` is of another training table, or under other limits, SA-407 a letter of that edition or
        with an earlier audit, SA-423 a file that was signed would be another one, SA-114 a PDF was asked for and what
        makes one is not installed.
    """
    _refuse_letter(form, edition, previous)
    path, report, seal, digest = sealed_report(path)
    earlier, earlier_seal = (None, None) if previous is None else sealed_report(previous)[1:3]
    files: Iterator[tuple[str, str | bytes]] = rendered(report, digest)
    names: Sequence[str] = RENDERED
    name = _file_name(form, edition, previous is not None)
    if name != RENDERED[0]:
        signed_by = signer.fingerprint if signer is not None else "" if seal is None else seal.signed_by
        files, names = iter([(name, _content(report, digest, form, edition, earlier, signed_by))]), (name,)
    doubts = [doubt_of(seal)]
    if seal is not None and seal.signed_by and signer is None:
        doubts.append(_write_unsigned(path.parent, seal, dict(files)))
    else:
        write_beside(report, path.parent, seal, files, names, signer)
    if earlier is not None and (doubt := doubt_of(earlier_seal)):
        doubts.append(N_("of the earlier audit: {doubt}").format(doubt=doubt))
    return path.parent / name, "; ".join(filter(None, doubts))


def _write_unsigned(folder: Path, seal: Seal, files: dict[str, str | bytes]) -> str:
    """Write files beside a signed seal, which stays as it is; what is to be known of those that are not in it."""
    do = N_("Give --sign KEY, or copy evidence.json to another folder.")
    for name, content in files.items():
        if seal.files.get(name, digest := sha256(content)) != digest:
            got = N_("it was signed, and would be another file now")
            raise InputError("SA-423", N_("file {name}").format(name=name), got, do)
    for name, content in files.items():
        write_atomic(folder / name, content)
    outside = [name for name in files if name not in seal.files]
    if not outside:
        return ""
    return N_("{names} was not signed: --sign KEY signs it").format(names=", ".join(outside))


def doubt_of(seal: Seal | None) -> str:
    """What is doubtful about sealed evidence; empty where this user's audits sealed it."""
    return _DOUBTS[None if seal is None else seal.is_own]


def _refuse_letter(form: str, edition: str, previous: Path | None) -> None:
    """A letter has the figure that decided and the hash of all of them, and nothing of findings."""
    if form != "letter":
        return
    if edition == "vendor":
        got = N_("a letter holds the figure that decided, which the edition for the vendor leaves out")
        raise InputError("SA-407", N_("option --format"), got, N_("Ask for html, pdf or md."))
    if previous is not None:
        got = N_("a letter names no findings, so nothing in it could be fixed or new")
        raise InputError("SA-407", N_("option --format"), got, N_("Ask for html, pdf or md."))


def sealed_report(path: Path) -> tuple[Path, AuditReport, Seal | None, str]:
    """An evidence file, what it says, the seal beside it, and its hash; refused where it is not as it was sealed."""
    path = path / EVIDENCE if path.is_dir() else path
    data = evidence_bytes(path)
    # A file of another name was taken from somewhere: what stands beside it is no seal of it.
    seal = Seal.read(path.parent) if path.name == EVIDENCE else None
    if seal == "changed" or (seal is not None and seal.files.get(EVIDENCE) != sha256(data)):
        got = N_("not what {name} beside it was made of: one of the two was changed").format(name=SEAL)
        raise InputError("SA-404", f"evidence {printable(path.name, 80)}", got, N_("Run the audit again."))
    return path, from_bytes(data), seal, sha256(data)


def _file_name(form: str, edition: str, with_previous: bool) -> str:
    """Each edition has a file of its own, so that none is taken for another."""
    stem, dot, ending = FORMS[form].rpartition(".")
    marks = [*(["vendor"] if edition == "vendor" else []), *(["changes"] if with_previous else [])]
    return ".".join([stem, *marks]) + dot + ending


def _content(
    report: AuditReport,
    evidence_sha256: str,
    form: str,
    edition: str,
    previous: AuditReport | None,
    signed_by: str,
) -> str | bytes:
    """What is made on demand; a page whose charts take a while only once it is known that it can be printed."""
    if edition == "vendor":
        page = render_vendor(report, previous)
        # The identifier of the vendor's file says nothing of the evidence either.
        make, identifier = partial(str, page), sha256(page)
    elif form == "letter":
        make, identifier = partial(render_letter, report, evidence_sha256, signed_by), evidence_sha256
    else:
        make, identifier = partial(render_report, report, evidence_sha256, previous), evidence_sha256
    if form == "html":
        return make()
    return page_markdown(make()) if form == "md" else to_pdf(make, identifier)
