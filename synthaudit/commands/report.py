"""The report of evidence that is there already, drawn again without any data."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from synthaudit.commands.audit import RENDERED, rendered, write_beside
from synthaudit.commands.seal import EVIDENCE, SEAL, Seal, sha256
from synthaudit.errors import InputError
from synthaudit.evidence import evidence_bytes, from_bytes
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.report.page_markdown import page_markdown
from synthaudit.report.pdf import to_pdf
from synthaudit.report.render import render_letter, render_report
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


def report_again(path: Path, form: str = "html") -> tuple[Path, str]:
    """Write the report beside the evidence; as HTML with all else that an audit makes of it.

    Parameters
    ----------
    path : Path
        An ``evidence.json``, or its folder.
    form : {"html", "pdf", "md", "letter"}
        ``"letter"`` is one page to be signed.

    Returns
    -------
    tuple of Path and str
        The file, and what is doubtful about the evidence; empty where this user's audit wrote it.

    Raises
    ------
    InputError
        SA-101 or SA-104 it cannot be read, SA-401 to SA-403 it is no evidence, SA-404 it was changed after its seal,
        SA-114 a PDF was asked for and what makes one is not installed.
    """
    path = path / EVIDENCE if path.is_dir() else path
    data = evidence_bytes(path)
    # A file of another name was taken from somewhere: what stands beside it is no seal of it.
    seal = Seal.read(path.parent) if path.name == EVIDENCE else None
    if seal == "changed" or (seal is not None and seal.files.get(EVIDENCE) != sha256(data)):
        got = N_("not what {name} beside it was made of: one of the two was changed").format(name=SEAL)
        raise InputError("SA-404", f"evidence {printable(path.name, 80)}", got, N_("Run the audit again."))
    report = from_bytes(data)
    files: Iterator[tuple[str, str | bytes]] = rendered(report, sha256(data))
    names: Sequence[str] = RENDERED
    if form != "html":
        files, names = iter([(FORMS[form], _content(report, sha256(data), form))]), (FORMS[form],)
    write_beside(report, path.parent, seal, files, names)
    return path.parent / FORMS[form], _DOUBTS[None if seal is None else seal.is_own]


def _content(report: AuditReport, evidence_sha256: str, form: str) -> str | bytes:
    """What is made on demand."""
    if form == "md":
        return page_markdown(render_report(report, evidence_sha256))
    make = render_letter if form == "letter" else render_report
    return to_pdf(partial(make, report, evidence_sha256), evidence_sha256)
