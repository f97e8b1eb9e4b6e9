"""Whether a text is nearer to the release's texts than to those of other people: the attack ``text_similarity``."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from synthaudit.types import FloatArray, IntArray

if TYPE_CHECKING:
    from scipy import sparse

_COMMON = 0.01
"""Share of people's texts above which a run of letters says nothing of one of them; it keeps the products small."""
_CHUNK = 512
_FEATURES = 2**20


def text_similarity(texts: pd.Series, unit: IntArray, release: pd.Series) -> FloatArray:
    """(n,) cosine to the nearest text of the release, less that to the nearest text of somebody else.

    Texts are weighted counts of hashed runs of 3 to 5 characters; a run's weight is log(n / its number of texts among
    all n people's, members and strangers alike). 0 for a missing text.

    Examples
    --------
    >>> people = pd.Series(["the cat sat", "a dog ran", "the rain fell"], dtype=object)
    >>> (text_similarity(people, np.arange(3), pd.Series(["A dog ran!"], dtype=object)).round(1) + 0.0).tolist()
    [0.0, 0.9, 0.0]
    """
    from sklearn.feature_extraction.text import HashingVectorizer

    there = np.flatnonzero(texts.notna())
    theirs = pd.unique(release.dropna())
    score = np.zeros(len(texts))
    if not len(there) or not len(theirs):
        return score
    counts = HashingVectorizer(
        analyzer="char", ngram_range=(3, 5), n_features=_FEATURES, alternate_sign=False, norm=None
    )
    ours = counts.transform(texts.iloc[there])
    n_texts = np.bincount(ours.indices, minlength=_FEATURES)
    n = len(there)
    weight = np.where(n_texts <= max(_COMMON * n, 2), np.log((n + 1) / np.maximum(n_texts, 1)), 0.0)
    own, other = _weighted(ours, weight), _weighted(counts.transform(theirs), weight).T.tocsr()
    people = own.T.tocsr()
    for start in range(0, n, _CHUNK):
        rows = own[start : start + _CHUNK]
        to_release = (rows @ other).max(axis=1).toarray().ravel()
        among = (rows @ people).tocoo()
        among.data[unit[there[start + among.row]] == unit[there[among.col]]] = 0.0
        score[there[start : start + _CHUNK]] = to_release - among.max(axis=1).toarray().ravel()
    # Sums over runs differ in their last bits with the order of the runs.
    return np.round(score, 9) + 0.0


def _weighted(counts: "sparse.csr_matrix", weight: FloatArray) -> "sparse.csr_matrix":
    """Rows of length one, without the runs that have no weight."""
    from scipy import sparse

    weighted = sparse.csr_matrix(counts @ sparse.diags(weight))
    weighted.eliminate_zeros()
    length = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
    return sparse.csr_matrix(sparse.diags(1.0 / np.where(length > 0, length, 1.0)) @ weighted)
