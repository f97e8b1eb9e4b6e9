"""What cells of a release say in codes that everybody can read: packed, in another alphabet, letters exchanged.

Only codes without a key. A record under a secret key or a hash says nothing to whoever searches; the audited copy does
not have it.
"""

import base64
import binascii
import re
import string
import zlib
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import unquote_to_bytes

FEWEST = 8
"""Characters from which on a text is looked for in code: shorter ones stand in any code by chance."""
_MOST, _MOST_IN_ALL = 1 << 12, 1 << 24
"""Characters of one packed cell that are read, and of all at a time: what is packed may grow a thousandfold."""
_BASE64 = re.compile(r"[A-Za-z0-9+/_-]{12,}={0,2}")
_BASE32 = re.compile(r"[A-Z2-7]{16,}={0,6}|[a-z2-7]{16,}={0,6}")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2}){8,}")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}){4,}")
_LETTERS = string.ascii_lowercase + string.ascii_uppercase
_HALF = _LETTERS[13:26] + _LETTERS[:13] + _LETTERS[39:] + _LETTERS[26:39]
_TURNED = _LETTERS[25::-1] + _LETTERS[:25:-1]
_EXCHANGED = (
    str.maketrans(_LETTERS + string.digits, _HALF + string.digits[5:] + string.digits[:5]),
    str.maketrans(_LETTERS + string.digits, _TURNED + string.digits[::-1]),
)
"""Letters by half the alphabet and digits by five (rot13, rot5); both turned about (atbash, nine's complement)."""


def unpacked(texts: Sequence[str]) -> list[str]:
    """What these texts hold in base64, base32, hexadecimal or percent signs, packed by zlib or gzip or not.

    Examples
    --------
    >>> unpacked(["ref SmFuZSBEb2UsIDQ4", "ref 4a616e6520446f652c203438", "nothing of the kind"])
    ['Jane Doe, 48', 'Jane Doe, 48']
    """
    clear: list[str] = []
    left = _MOST_IN_ALL
    for text in texts:
        if len(text) >= FEWEST and left > 0:
            held = list(_unpacked(text))
            left -= sum(map(len, held))
            clear += held
    return clear


def exchanged(texts: Sequence[str]) -> list[str]:
    """These texts with letters and digits moved by half their number, and with both turned about.

    Examples
    --------
    >>> exchanged(["Wnar Qbr, 93", "short"])
    ['Jane Doe, 48', 'Dmzi Jyi, 06']
    """
    return [text.translate(way) for text in texts if len(text) >= FEWEST for way in _EXCHANGED]


def _unpacked(text: str) -> Iterator[str]:
    for written, read in _WRITTEN:
        for match in written.finditer(text):
            content = read(match[0])
            if content is not None and (clear := _text_of(content)) is not None:
                yield clear


def _base64(text: str) -> bytes | None:
    body = text.rstrip("=").translate(str.maketrans("-_", "+/"))
    try:
        return base64.b64decode(body + "=" * (-len(body) % 4))
    except (binascii.Error, ValueError):
        return None


def _base32(text: str) -> bytes | None:
    body = text.rstrip("=").upper()
    try:
        return base64.b32decode(body + "=" * (-len(body) % 8))
    except (binascii.Error, ValueError):
        return None


_WRITTEN: tuple[tuple[re.Pattern[str], Callable[[str], bytes | None]], ...] = (
    (_BASE64, _base64),
    (_BASE32, _base32),
    (_HEX, bytes.fromhex),
    (_PERCENT, unquote_to_bytes),
)


def _text_of(content: bytes) -> str | None:
    """Readable text, packed or not; None for anything else."""
    for wbits in (0, zlib.MAX_WBITS, zlib.MAX_WBITS | 16, -zlib.MAX_WBITS):
        unpacked = content if not wbits else _inflated(content, wbits)
        if unpacked:
            try:
                clear = unpacked.decode()
            except UnicodeDecodeError:
                continue
            if clear.isprintable() or clear.replace("\n", "").replace("\t", "").isprintable():
                return clear
    return None


def _inflated(content: bytes, wbits: int) -> bytes | None:
    try:
        return zlib.decompressobj(wbits).decompress(content, _MOST)
    except zlib.error:
        return None
