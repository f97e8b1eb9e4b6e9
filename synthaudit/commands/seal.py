"""The seal of an audit: what its files were when they were written, in ``seal.json`` beside them.

It holds the SHA-256 of every file, of the tables that were read and of the policy, with a public digest over all of it
that everybody can compute again, and one under the key of the user who ran the audit, by which ``batch`` knows that
it wrote these files itself. Where somebody signs, the signature of the whole seal stands beside it, in ``seal.sig``.
"""

import hashlib
import hmac
import json
import os
import stat
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, Literal, Self

from synthaudit.commands.signature import SIGNATURE, Signer
from synthaudit.files import write_atomic
from synthaudit.runtime.user_key import keyed_digest
from synthaudit.types import AuditReport

EVIDENCE, SEAL = "evidence.json", "seal.json"
_FORMAT = 1
_MOST_BYTES = 1 << 20

State = Literal["as written", "changed", "missing", "not sealed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Seal:
    """What an audit wrote, and from what."""

    synthaudit_version: str
    policy: str
    """SHA-256 of the limits that were judged by; empty where nothing was judged, as by the index of a batch."""
    inputs: Mapping[str, str]
    """Role of a table -> SHA-256 of its file or cells."""
    files: Mapping[str, str]
    """Name of a file in the folder -> SHA-256."""
    signed_by: str = ""
    """Fingerprint of the key that signed it; empty where nobody did. A signature that is taken away is missed by it."""
    is_own: bool = False
    """Whether it was read and bears the digest that only this user can make."""

    @classmethod
    def of(cls, report: AuditReport, files: Mapping[str, str]) -> Self:
        """The seal of a report's files."""
        policy = json.dumps(asdict(report.policy), sort_keys=True, default=str)
        return cls(
            synthaudit_version=report.provenance.synthaudit_version,
            policy=sha256(policy),
            inputs=dict(report.provenance.sha256),
            files=dict(files),
        )

    def write(self, folder: Path, *, own: bool = True, signer: Signer | None = None) -> None:
        """Write it; without ``own`` as one that anybody could have made, with ``signer`` its signature beside it."""
        content = replace(self, signed_by="" if signer is None else signer.fingerprint)._content()
        if own:
            content["hmac_sha256"] = keyed_digest(_text(content).encode())
        text = json.dumps({**content, "sha256": sha256(_text(content))}, indent=1) + "\n"
        if signer is not None:
            # First, so that a seal that names a key is never without its signature, whatever breaks off between them.
            write_atomic(folder / SIGNATURE, signer.text(text.encode()))
        write_atomic(folder / SEAL, text)
        if signer is None:
            (folder / SIGNATURE).unlink(missing_ok=True)

    @classmethod
    def read(cls, folder: Path) -> "Seal | Literal['changed'] | None":
        """The seal of a folder; None where there is none, and ``"changed"`` where it is not as it was written."""
        data = own_bytes(folder / SEAL, _MOST_BYTES)
        if data is None:
            return "changed" if os.path.lexists(folder / SEAL) else None
        try:
            sealed = json.loads(data)
            public = sealed.pop("sha256")
            # Read back to the byte, so that not even a blank of it can change.
            is_whole = (json.dumps({**sealed, "sha256": public}, indent=1) + "\n").encode() == data
            if not is_whole or public != sha256(_text(sealed)) or sealed.pop("format") != _FORMAT:
                return "changed"
            keyed = sealed.pop("hmac_sha256", "")
            seal = cls(**sealed)
            expected = keyed_digest(_text(seal._content()).encode())
            return replace(seal, is_own=hmac.compare_digest(keyed, expected))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return "changed"

    def states(self, folder: Path) -> dict[str, State]:
        """How each of its files is now."""
        return {name: self._state(folder, name) for name in self.files}

    def _state(self, folder: Path, name: str) -> State:
        if name != os.path.basename(name) or not os.path.lexists(folder / name):  # noqa: PTH119
            return "missing"
        data = own_bytes(folder / name)
        return "as written" if data is not None and sha256(data) == self.files[name] else "changed"

    def _content(self) -> dict[str, Any]:
        content = asdict(self)
        del content["is_own"]
        if not self.signed_by:
            # As seals were before anybody signed.
            del content["signed_by"]
        return {"format": _FORMAT, **content}


def write_sealed(
    report: AuditReport,
    outputs: Iterable[tuple[str, str | bytes]],
    folder: Path,
    *,
    kept: Mapping[str, str] | None = None,
    own: bool = True,
    signer: Signer | None = None,
) -> None:
    """Write an audit's files one by one, and their seal: whatever breaks off, what stands there is sealed.

    Parameters
    ----------
    outputs : iterable of (str, str or bytes)
        Names and contents; made one by one, as making one may fail.
    kept : mapping, optional
        Name -> SHA-256 of files that stand there already.
    own : bool
        See :meth:`Seal.write`.
    signer : Signer, optional
        Signs the seal once all is written.
    """
    files = dict(kept or {})
    if files:
        Seal.of(report, files).write(folder, own=own)
    for name, content in outputs:
        write_atomic(folder / name, content)
        files[name] = sha256(content)
        Seal.of(report, files).write(folder, own=own)
    if signer is not None:
        Seal.of(report, files).write(folder, own=own, signer=signer)


def is_signed(folder: Path, signer: Signer) -> bool:
    """Whether the seal of a folder bears a signature of this key that fits."""
    content, signature = own_bytes(folder / SEAL, _MOST_BYTES), own_bytes(folder / SIGNATURE, _MOST_BYTES)
    if content is None or signature is None:
        return False
    # A key signs the same content with the same bytes: no public key need be believed.
    return signature == signer.text(content).encode()


def sha256(content: bytes | str) -> str:
    """Hexadecimal SHA-256."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()


def own_bytes(path: Path, most: int | None = None) -> bytes | None:
    """The content of a regular file that is no link, None for anything else, or beyond ``most`` bytes."""
    try:
        # Without waiting for the writer of a pipe.
        flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags)
    except OSError:
        return None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or path.is_symlink() or (most is not None and status.st_size > most):
            return None
        return file.read()


def _text(content: Mapping[str, Any]) -> str:
    return json.dumps(content, sort_keys=True, separators=(",", ":"))
