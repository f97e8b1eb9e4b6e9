"""The signature of an audit: of its seal, which hashes every file, by a key that its holder alone has (Ed25519).

``seal.sig`` beside ``seal.json`` holds the signature, the public key and its fingerprint. The private key is read,
used, and never written or shown.
"""

import base64
import hashlib
import json
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from synthaudit.adapters.readers.extras import need
from synthaudit.errors import InputError
from synthaudit.files import printable
from synthaudit.files.catalogue import N_
from synthaudit.files.system import is_open_to_others

SIGNATURE = "seal.sig"
PASSPHRASE = "SYNTHAUDIT_SIGN_PASSPHRASE"
"""Environment variable with the passphrase of the private key; a flag would stand in the list of processes."""
_FORMAT, _ALGORITHM = 1, "Ed25519"
_MOST_BYTES = 1 << 16
_WHERE_KEY, _WHERE_PUBLIC = N_("option --sign"), N_("option --public-key")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """A private key, ready to sign."""

    fingerprint: str
    """Of its public key: hexadecimal SHA-256 of the DER form (SubjectPublicKeyInfo)."""
    public: bytes
    """(32,) the public key itself."""
    sign: Callable[[bytes], bytes]

    def text(self, content: bytes) -> str:
        """What ``seal.sig`` holds of this content."""
        return _text(self.public, self.fingerprint, self.sign(content))


@dataclass(frozen=True, slots=True, kw_only=True)
class Signature:
    """What a ``seal.sig`` says, held against the content that it is said to sign."""

    fingerprint: str
    """Of the key that signed; empty where the file is none."""
    fits: bool


def load_signer(path: Path) -> Signer:
    """Read a private key.

    Parameters
    ----------
    path : Path
        PEM (PKCS 8), Ed25519, that nobody but its owner may read; a passphrase is taken from the environment variable
        ``SYNTHAUDIT_SIGN_PASSPHRASE``.

    Raises
    ------
    InputError
        SA-420 it is no such key, or the passphrase does not open it, SA-421 others may read it, SA-114 the extra
        ``sign`` is not installed.
    """
    need("cryptography", "sign", _WHERE_KEY)
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    data = _read(path, _WHERE_KEY, "SA-420", is_secret=True)
    passphrase = os.environ.get(PASSPHRASE, "").encode() or None
    do = N_("Make one with: openssl genpkey -algorithm ed25519 -out key.pem")
    try:
        try:
            key: Any = load_pem_private_key(data, passphrase)
        except TypeError:
            # The variable may be set for another key: one without a passphrase needs none.
            key = load_pem_private_key(data, None)
    except TypeError:
        got = N_("the key has a passphrase, and {variable} is not set").format(variable=PASSPHRASE)
        raise InputError("SA-420", _WHERE_KEY, got, N_("Set it to the passphrase.")) from None
    except (ValueError, UnsupportedAlgorithm):
        got = N_("no private key as PEM, or one that the passphrase does not open")
        raise InputError("SA-420", _WHERE_KEY, got, do) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise InputError("SA-420", _WHERE_KEY, N_("a key of another kind than Ed25519"), do)
    public = key.public_key().public_bytes_raw()
    return Signer(fingerprint=fingerprint(public), public=public, sign=key.sign)


def load_public_key(path: Path) -> str:
    """The fingerprint of the public key in a file (PEM, Ed25519).

    Raises
    ------
    InputError
        SA-422 it is no such key, SA-114 the extra ``sign`` is not installed.
    """
    need("cryptography", "sign", _WHERE_PUBLIC)
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        key: Any = load_pem_public_key(_read(path, _WHERE_PUBLIC, "SA-422"))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        do = N_("Write one with: openssl pkey -in key.pem -pubout -out public.pem")
        raise InputError("SA-422", _WHERE_PUBLIC, N_("no public key as PEM, of kind Ed25519"), do)
    return fingerprint(key.public_bytes_raw())


def read_signature(data: bytes, content: bytes) -> Signature:
    """Hold a ``seal.sig`` against the seal; whatever is wrong with it, it does not fit.

    Parameters
    ----------
    data : bytes
        The file, which may be anything.
    content : bytes
        The seal as it stands on disk.

    Raises
    ------
    InputError
        SA-114 the extra ``sign`` is not installed.
    """
    need("cryptography", "sign", SIGNATURE)
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        told = json.loads(data)
        public, signature = (base64.b64decode(told[name], validate=True) for name in ("public_key", "signature"))
        # Read back to the byte, so that not even a blank of it can change.
        if _text(public, fingerprint(public), signature).encode() != data:
            return Signature(fingerprint="", fits=False)
        Ed25519PublicKey.from_public_bytes(public).verify(signature, content)
    except InvalidSignature:
        return Signature(fingerprint=fingerprint(public), fits=False)
    except (ValueError, TypeError, KeyError, RecursionError):
        return Signature(fingerprint="", fits=False)
    return Signature(fingerprint=fingerprint(public), fits=True)


def fingerprint(public: bytes) -> str:
    """Hexadecimal SHA-256 of a public key's DER form, as ``openssl pkey -pubin -outform DER | sha256sum`` has it.

    Examples
    --------
    >>> fingerprint(bytes(32))[:16]
    '722abd12e99a5367'
    """
    # The DER form of an Ed25519 key is this and its 32 bytes (RFC 8410).
    return hashlib.sha256(bytes.fromhex("302a300506032b6570032100") + public).hexdigest()


def _text(public: bytes, key_fingerprint: str, signature: bytes) -> str:
    content = {
        "format": _FORMAT,
        "algorithm": _ALGORITHM,
        "fingerprint": key_fingerprint,
        "public_key": base64.b64encode(public).decode(),
        "signature": base64.b64encode(signature).decode(),
    }
    return json.dumps(content, indent=1) + "\n"


def _read(path: Path, where: str, code: Literal["SA-420", "SA-422"], *, is_secret: bool = False) -> bytes:
    """A small regular file; a secret one is refused where others may read it, and judged by what was opened."""
    got = N_("{name} cannot be read as a file").format(name=printable(path.name, 80))
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        raise InputError(code, where, got, N_("Give the file of the key.")) from None
    with os.fdopen(descriptor, "rb") as file:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _MOST_BYTES:
            raise InputError(code, where, got, N_("Give the file of the key."))
        if is_secret and is_open_to_others(status.st_mode, 0o077):
            got = N_("others may read or change {name}").format(name=printable(path.name, 80))
            raise InputError("SA-421", where, got, N_("Run chmod 600 on it; if others had it, make a new key."))
        return file.read(_MOST_BYTES)
