"""How the signature beside a seal stands to it, and to the key that is to have made it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from synthaudit.commands.seal import SEAL, Seal, own_bytes
from synthaudit.commands.signature import SIGNATURE, read_signature
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

_MOST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """How it stands, in words."""

    state: Literal["as written", "missing", "not looked at", "does not fit", "another key", "not signed"]
    why: str
    is_by_given_key: bool = False
    """Whether it fits, and was made by the key that was given to check it by."""


def checked_signature(folder: Path, seal: Seal | Literal["changed"] | None, public_key: str | None) -> Signed | None:
    """Hold a signature against the seal.

    Parameters
    ----------
    folder : Path
        Of the audit.
    seal : Seal, "changed" or None
        As :meth:`Seal.read` gives it.
    public_key : str or None
        Fingerprint of the key that is to have signed; None where any may have.

    Returns
    -------
    Signed or None
        None where nobody signed and no key was given: there is nothing to be said.
    """
    data, content = own_bytes(folder / SIGNATURE, _MOST_BYTES), own_bytes(folder / SEAL, _MOST_BYTES)
    if not isinstance(seal, Seal) or content is None:
        if data is None and public_key is None:
            return None
        return Signed(state="not looked at", why=N_("there is no seal as it was written that it could be held against"))
    if not seal.signed_by:
        # A signature beside it is of no finished run.
        return None if public_key is None else Signed(state="not signed", why=N_("nobody signed the seal"))
    if data is None:
        why = N_("the seal was signed by key {key}, and the signature is gone").format(key=seal.signed_by)
        return Signed(state="missing", why=why)
    try:
        signature = read_signature(data, content)
    except InputError as error:
        return Signed(state="not looked at", why=f"{error.got}. {error.do}")
    if not signature.fits:
        return Signed(state="does not fit", why=N_("the signature does not fit the seal"))
    if signature.fingerprint != (public_key or seal.signed_by):
        why = N_("signed by another key: {key}").format(key=signature.fingerprint)
        return Signed(state="another key", why=why)
    by = N_("signed by key {key}").format(key=signature.fingerprint)
    if public_key is None:
        by = N_("{by}; whose key that is, --public-key checks").format(by=by)
    return Signed(state="as written", why=by, is_by_given_key=public_key is not None)
