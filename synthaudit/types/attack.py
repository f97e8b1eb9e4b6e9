"""What an attacker sees, and the protocols of attacks and shadow generators."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from synthaudit.types.tables import (
    BoolArray,
    CodeArray,
    FloatArray,
    IntArray,
    Schema,
    ThreatModel,
)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Cells:
    """One table as arrays, one column each per audited column.

    ``codes`` are equal where, and only where, canonical cells are equal, across all tables of the audit;
    0 is missing. ``values`` hold numbers and times (NaN where missing or not a number).
    """

    codes: CodeArray
    values: FloatArray

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: npt.NDArray[Any]) -> "Cells":
        """The rows with these positions, or where this mask is true."""
        return Cells(codes=self.codes[rows], values=self.values[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """One table as points of a mixed space: ``numeric`` (n, p) float64, ``codes`` (n, q) int32.

    Distance: sum of |difference| (L1) or squared difference (L2) over ``numeric`` plus the number of codes
    that differ; L2 takes the root of the total.
    """

    numeric: FloatArray
    codes: CodeArray

    def __len__(self) -> int:
        return len(self.numeric)

    def take(self, rows: npt.NDArray[Any]) -> "Points":
        """The rows with these positions, or where this mask is true."""
        return Points(numeric=self.numeric[rows], codes=self.codes[rows])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Neighbours:
    """The k nearest rows of each query, nearest first, ties by row position: (n, k) each."""

    distance: FloatArray
    row: IntArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class NeighbourView:
    """The neighbour tables of one encoding, shared by every attack that reads distances."""

    name: str
    to_synthetic: Neighbours
    to_reference: Neighbours
    smallest_positive: float
    """Half of it is the constant that keeps log-distances finite."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AgreementSums:
    """(n,) log-sums of the linkage agreement between each candidate and the rows of either table."""

    synthetic: FloatArray
    reference: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ShadowScores:
    """Base scores of all candidates against every shadow release of a known membership."""

    base: str
    target: FloatArray
    """(n,) base score against the release under audit."""
    shadow: FloatArray
    """(k, n) base score against each shadow release."""
    included: BoolArray
    """(k, n) whether the shadow generator was fitted on the candidate."""
    ring: IntArray
    """(k,) permutation that the shadow's set was cut from; sets of one ring tell of each other."""


class SharedValues(Protocol):
    """What audits of the same real people need once; see ``runtime/shared.py``."""

    def get(self, name: str, inputs: Any, make: Callable[[], T]) -> T:
        """The value made of these inputs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AttackerView:
    """All that an attack may look at: no labels, no split, cut to its threat model."""

    schema: Schema
    synthetic: Cells
    reference: Cells
    reference_is_candidates: bool
    """True where no reference could be set aside: candidate i is row i of ``reference`` and never its own
    reference."""
    points: Mapping[Literal["candidates", "synthetic", "reference"], Points] = field(default_factory=dict)
    """The same tables as points of the quantile space."""
    agreement: Mapping[str, AgreementSums] = field(default_factory=dict)
    """By rule of agreement, see ``linkage/agreement.py``."""
    claims: Mapping[str, FloatArray] = field(default_factory=dict)
    """(n,) by rule of agreement: log of the largest share of a synthetic row that each candidate can claim against
    all other candidates and the reference."""
    neighbours: Mapping[str, NeighbourView] = field(default_factory=dict)
    n_whole: int | None = None
    """Rows of the release in all, among which the neighbours were found, where ``synthetic`` is a sample of them: the
    rows of ``to_synthetic`` are then -1. None where ``synthetic`` is the whole release."""
    parts: Callable[[], Iterator[tuple[Cells, Points]]] | None = None
    """Of such a release reads all rows anew, as cells and as points, so many at a time as are held; else None."""
    value_counts: IntArray | None = None
    """(n, d) how many of all rows of such a release hold each candidate's value in its column; else None."""
    shadows: Mapping[str, ShadowScores] = field(default_factory=dict)
    by_rank: "AttackerView | None" = None
    """The same release with the law of the real rows in every column; None where it has that law anyway."""
    jobs: int = 1
    kept: dict[str, Any] = field(default_factory=dict, repr=False)
    """What was worked out of this view and is asked for again, by name: it saves time alone, and may be missing."""
    shared: SharedValues | None = field(default=None, repr=False)
    """What was worked out of the real people alone, for another release of a batch; None outside of one."""

    @property
    def n_searched(self) -> int:
        """Synthetic rows that the neighbours were found among."""
        return len(self.synthetic) if self.n_whole is None else self.n_whole

    def all_rows(self) -> Iterator[tuple[Cells, Points]]:
        """All rows of the release, part by part; one part, ``synthetic`` itself, where that is the release."""
        if self.parts is None:
            yield self.synthetic, self.points["synthetic"]
        else:
            yield from self.parts()

    def all_cells(self) -> Iterator[Cells]:
        """The same rows as cells alone."""
        if self.parts is None:
            yield self.synthetic
        else:
            yield from (cells for cells, _ in self.parts())


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What a reader should know of an attack; ``synthaudit explain`` prints it."""

    label: str
    """Name in plain words, as the report prints it."""
    idea: str
    """The score and why it works, a sentence or two."""
    sees: str
    """Leaks that it finds."""
    misses: str
    """Leaks that it cannot find."""
    cost: str
    """How the work grows with n candidates, m synthetic rows, n_R reference rows and d columns."""
    source: str
    """Author, year, equation; or own."""


class Attack(Protocol):
    """One membership attack: it scores, it never loads, fits a generator, or judges."""

    @property
    def name(self) -> str:
        """Name in the family, snake case."""
        ...

    @property
    def view(self) -> str:
        """Encoding it reads, ``"cells"`` where it reads the cells themselves."""
        ...

    @property
    def threat_model(self) -> ThreatModel:
        """What its attacker must hold."""
        ...

    @property
    def about(self) -> About:
        """What it is, sees and misses."""
        ...

    def score(self, candidates: Cells, view: AttackerView, rng: np.random.Generator) -> FloatArray:
        """(n,) finite scores, higher = more likely a member."""
        ...


class Generator(Protocol):
    """A family of synthetic data generators that shadows are drawn from."""

    @property
    def name(self) -> str:
        """Name on the command line."""
        ...

    def fit_sample(self, table: pd.DataFrame, n_rows: int, rng: np.random.Generator) -> pd.DataFrame:
        """Fit on ``table`` (canonical cells, see AuditData) and draw ``n_rows`` rows of the same columns."""
        ...
