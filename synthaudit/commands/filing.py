"""For the file: whose key signs an audit, which history records it, and which earlier audit it is held against."""

from dataclasses import dataclass, replace
from pathlib import Path

from synthaudit.adapters.values import checked_path
from synthaudit.commands.history import open_history, record_folder
from synthaudit.commands.report import doubt_of, sealed_report
from synthaudit.commands.request import Request
from synthaudit.commands.signature import Signer, load_signer
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_
from synthaudit.types import AuditReport


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What is done with an audit beside judging."""

    signer: Signer | None
    previous: AuditReport | None
    doubt: str
    """What is doubtful about the evidence of the earlier audit; empty where nothing is."""
    history: Path | None

    def of(self, request: Request) -> Request:
        """The request, to be signed and held against the earlier audit."""
        return replace(request, signer=self.signer, previous=self.previous)

    def record(self, folder: Path) -> None:
        """Record the audit in a folder, where somebody keeps a history."""
        if self.history is not None:
            record_folder(self.history, folder)


def filing(
    folder: Path | None,
    sign: str | Path | None = None,
    history: str | Path | None = None,
    previous: str | Path | None = None,
) -> Filing:
    """Read key and earlier evidence and open the history, or refuse them, before an audit begins.

    Parameters
    ----------
    folder : Path, optional
        What the audit is written into.
    sign : path, optional
        A private key.
    history : path, optional
        Made where there is none.
    previous : path, optional
        Evidence of an earlier audit, or its folder.

    Raises
    ------
    InputError
        SA-427 one of them is given and nothing is written; as :func:`load_signer`, :func:`open_history` and
        :func:`sealed_report`.
    """
    paths = {
        name: None if path is None else Path(checked_path(name, path))
        for name, path in (("sign", sign), ("previous", previous), ("history", history))
    }
    for name, path in paths.items():
        if path is not None and folder is None:
            got = N_("it is about files of the audit, and none are written")
            raise InputError("SA-427", N_("option {option}").format(option=name), got, N_("Give output, a folder."))
    signer = None if paths["sign"] is None else load_signer(paths["sign"])
    earlier, doubt = None, ""
    if paths["previous"] is not None:
        _path, earlier, seal, _digest = sealed_report(paths["previous"])
        if doubt := doubt_of(seal):
            doubt = N_("of the earlier audit: {doubt}").format(doubt=doubt)
    # The last, as it is made where there is none.
    if paths["history"] is not None:
        open_history(paths["history"])
    return Filing(signer=signer, previous=earlier, doubt=doubt, history=paths["history"])
