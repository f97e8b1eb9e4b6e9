"""Hashes of identifiers: who knows a person's number knows its hash, so that a hash without a key hides nobody.

Of the functions in common use, in hexadecimal or base64, of the value as it is written, in small or large letters, or
by its letters and digits alone. What is hashed with a key or a salt is not looked for.
"""

import hashlib
from base64 import b64encode
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial

from synthaudit.cells import fold_text, identity_key

FUNCTIONS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "sha3_256", "blake2b")
FEWEST_CHARACTERS = 10
"""Of a hash that was cut off: of shorter ones strangers share some."""
_SPELLINGS: tuple[Callable[[str], str], ...] = (str, str.strip, str.lower, str.upper, fold_text, identity_key)
_HEX = frozenset("0123456789abcdef")
_MOST_TRIED = 4_000
"""Values by which the way of hashing is chosen."""


def digests_met(texts: Sequence[Sequence[str]], released: Collection[str]) -> list[dict[str, str]]:
    """Hashes of real values by the one way of hashing under which most of them stand in a release.

    Parameters
    ----------
    texts : sequence of sequences of str
        The different values of each real table; the way is chosen over all of them, whoever is a member.
    released : collection of str
        ``identity_key`` of the values of the release.

    Returns
    -------
    list of dict
        Of each table, ``identity_key`` of a value's hash -> the value; empty where no hash stands in the release.

    Examples
    --------
    >>> released = [hashlib.md5(text).hexdigest() for text in (b"ann@x.org", b"dee@x.org")]
    >>> [list(side.values()) for side in digests_met([["Ann@x.org", "bob@x.org"], ["cy@x.org"]], released)]
    [['Ann@x.org', 'bob@x.org'], ['cy@x.org']]
    >>> digests_met([["bob@x.org"]], released)
    []
    """
    pooled = sorted(text for side in texts for text in side)
    tried = pooled[:: max(1, len(pooled) // _MOST_TRIED)]
    held = frozenset(released)
    hits = {way: sum(way(text) in held for text in tried) for way in _ways_of(held, tried)}
    if not any(hits.values()):
        return []
    best = max(hits, key=hits.__getitem__)
    return [{best(text): text for text in side} for side in texts]


def digest_keys(texts: Collection[str]) -> frozenset[str]:
    """``identity_key`` of the hashes of these values by every way, none of them cut off."""
    ways = [way for length in (None, 0) for way in _ways(length, texts)]
    return frozenset(way(text) for way in ways for text in texts)


def _ways_of(released: Collection[str], texts: Collection[str]) -> Iterator[Callable[[str], str]]:
    """Those that could have made the values of a release: by their characters and their commonest length."""
    lengths = Counter(len(key) for key in released if len(key) >= FEWEST_CHARACTERS and _HEX.issuperset(key))
    n_letters = sum(not key.isdecimal() for key in released if len(key) in lengths)
    if lengths and n_letters:
        yield from _ways(lengths.most_common(1)[0][0], texts)
    if any(len(key) > FEWEST_CHARACTERS and not _HEX.issuperset(key) for key in released):
        yield from _ways(0, texts)


def _ways(length: int | None, texts: Collection[str]) -> Iterator[Callable[[str], str]]:
    """In hexadecimal, the first so many characters or all (None); in base64 (0)."""
    spellings = {tuple(map(spelling, texts)): spelling for spelling in reversed(_SPELLINGS)}.values()
    for function in FUNCTIONS:
        if length is None or 2 * hashlib.new(function).digest_size >= length:
            yield from (partial(_hashed, function=function, spelling=spelling, length=length) for spelling in spellings)


def _hashed(text: str, *, function: str, spelling: Callable[[str], str], length: int | None) -> str:
    digest = hashlib.new(function, spelling(text).encode("utf-8", "surrogatepass"), usedforsecurity=False)
    return identity_key(b64encode(digest.digest()).decode()) if length == 0 else digest.hexdigest()[:length]
