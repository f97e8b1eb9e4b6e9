"""The report of evidence that is there already, drawn again without any data."""

from pathlib import Path

from synthaudit.commands.audit import render_again
from synthaudit.commands.seal import EVIDENCE, SEAL, Seal, sha256
from synthaudit.errors import InputError
from synthaudit.evidence import evidence_bytes, from_bytes
from synthaudit.files import printable

_DOUBTS = {
    None: f"no {SEAL} stands beside the evidence, so nobody can tell whether it is as an audit wrote it",
    False: "the evidence was sealed by another user or on another machine; whoever altered it may have sealed it anew",
    True: "",
}


def report_again(path: Path) -> tuple[Path, str]:
    """Write the report and what else is made of the evidence, beside it.

    Parameters
    ----------
    path : Path
        An ``evidence.json``, or its folder.

    Returns
    -------
    tuple of Path and str
        The report, and what is doubtful about the evidence; empty where this user's audit wrote it.

    Raises
    ------
    InputError
        SA-101 or SA-104 it cannot be read, SA-401 to SA-403 it is no evidence, SA-404 it was changed after its seal.
    """
    path = path / EVIDENCE if path.is_dir() else path
    data = evidence_bytes(path)
    # A file of another name was taken from somewhere: what stands beside it is no seal of it.
    seal = Seal.read(path.parent) if path.name == EVIDENCE else None
    if seal == "changed" or (seal is not None and seal.files.get(EVIDENCE) != sha256(data)):
        got = f"not what {SEAL} beside it was made of: one of the two was changed"
        raise InputError("SA-404", f"evidence {printable(path.name, 80)}", got, "Run the audit again.")
    render_again(from_bytes(data), path.parent, seal)
    return path.parent / "report.html", _DOUBTS[None if seal is None else seal.is_own]
