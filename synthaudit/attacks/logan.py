"""A neural discriminator between release and reference (LOGAN, Hayes et al. 2019)."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from synthaudit.attacks.common.declared import Declared
from synthaudit.attacks.common.features import fit_one_hot, two_classes
from synthaudit.attacks.common.reference import reference_splits, some_rows
from synthaudit.files.catalogue import N_
from synthaudit.types import About, AttackerView, Cells, FloatArray, Points, ThreatModel

_N_WAVES = 512
_WAVE_SCALE = 2.0
"""Width of the features: rows whose squared distance is the total variance over this agree by exp(-1)."""
_HIDDEN = 64
_BATCH = 200
_SMALLEST = 1e-7
_MOST_ROWS = 10_000
"""Of either table; more are drawn from."""
_BLOCK = 4_096


@dataclass(frozen=True, slots=True)
class Logan:
    """Logit of a network trained to tell release rows from reference rows.

    Both classes are real data of the attacker; the discriminator of the original is trained against its own
    generator and knows the population only through it. A network of plain inputs learns smooth functions and
    forgets single rows, so its inputs are random Fourier features (Rahimi and Recht 2007) of quantiles and one-hot
    categories. It is trained twice from one start, the second time with exchanged labels: half the difference is
    free of what the start alone says, and swapping S and R negates it.
    """

    n_epochs: int = 15
    name: str = "logan"
    view: str = "one_hot"
    threat_model: ThreatModel = "reference"
    about: ClassVar[About] = About(
        label=N_("Neural discriminator"),
        idea=(
            N_(
                "Trains a small neural network to tell the release from a population sample. "
                "Real people that it takes for synthetic are likely members."
            )
        ),
        sees=N_("Smooth overfitting that bends many columns at once."),
        misses=N_("Single copied people, unless they are many: a small network remembers regions rather than rows."),
        cost=N_(
            "O(e (m + n_R) (d + 64) 512) for e = 30 epochs in all, at most 10,000 rows a table; five times that"
            " without a reference."
        ),
        source=N_("Hayes, Melis, Danezis and De Cristofaro 2019 (LOGAN), here with a reference as the second class"),
    )
    declared: ClassVar[Declared] = Declared(looks_at="classifier", most_rows=_MOST_ROWS, reads_sample=True)

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) log odds that a row is synthetic, corrected for the sizes of the tables."""
        out = np.zeros(len(candidates))
        for queries, rows in reference_splits(view, len(candidates), rng):
            # What is remembered of a region does not grow with its rows, but the features of all rows would.
            synthetic = view.points["synthetic"].take(some_rows(np.arange(len(view.synthetic)), _MOST_ROWS, rng))
            reference = view.points["reference"].take(some_rows(rows, _MOST_ROWS, rng))
            seed = int(rng.integers(2**31))
            out[queries] = self._logit(view.points["candidates"].take(queries), synthetic, reference, seed)
        return out

    def _logit(self, queries: Points, synthetic: Points, reference: Points, seed: int) -> FloatArray:
        from sklearn.kernel_approximation import RBFSampler
        from sklearn.neural_network import MLPClassifier
        from sklearn.pipeline import make_pipeline
        from sklearn.preprocessing import StandardScaler

        one_hot = fit_one_hot(synthetic, reference)
        both = two_classes(one_hot.transform(synthetic), one_hot.transform(reference))
        variance = float(both.x.var(axis=0).sum())
        if not variance > 0:
            return np.zeros(len(queries))
        sampler = RBFSampler(gamma=_WAVE_SCALE / variance, n_components=_N_WAVES, random_state=seed)
        waves = make_pipeline(sampler, StandardScaler())
        x = waves.fit_transform(both.x).astype(np.float32)
        networks = []
        for label in (both.label, 1 - both.label):
            network = MLPClassifier((_HIDDEN,), batch_size=min(_BATCH, len(x)), random_state=seed)
            # Epoch by epoch: how long to train is part of the attack, not a matter of convergence.
            for _ in range(self.n_epochs):
                network.partial_fit(x, label, classes=[0, 1])
            networks.append(network)
        half_difference = np.empty(len(queries))
        for start in range(0, len(queries), _BLOCK):
            rows = np.arange(start, min(start + _BLOCK, len(queries)))
            block = waves.transform(one_hot.transform(queries.take(rows))).astype(np.float32)
            logits = [_logit_of(network.predict_proba(block)[:, 1]) for network in networks]
            half_difference[rows] = (logits[0] - logits[1]) / 2
        return np.asarray(half_difference + np.log(len(reference) / len(synthetic)))


def _logit_of(share: npt.NDArray[np.float32]) -> FloatArray:
    share = np.clip(share.astype(np.float64), _SMALLEST, 1 - _SMALLEST)
    return np.asarray(np.log(share) - np.log1p(-share))
