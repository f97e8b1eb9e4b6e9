"""How good a release is, beside how private: against real rows, and against what fresh real rows reach."""

from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from synthaudit.types.tables import STRICT, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Similarity:
    """How like train a table is, and how like it as many real people are who were not in it; both in [0, 1]."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    release: float
    """Of the release."""
    real: float
    """Of the real people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnSimilarity:
    """One column: 1 minus the total variation distance between its law in a table and in train."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    column: str
    """Name of the column."""
    kind: Kind
    """How its cells are read."""
    release: float
    """Of the release, in [0, 1]."""
    real: float
    """Of as many real people who were not in it, in [0, 1]."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """How well a model guesses a column of real people whom it never saw, by what it was trained on.

    By ``balanced_accuracy`` the mean share of each level that is guessed right, in [0, 1]; by ``r_squared`` the share
    of the variance that is explained, at most 1, below 0 where the mean of train is the better guess.
    """

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    column: str
    """Name of the target."""
    measure: Literal["balanced_accuracy", "r_squared"]
    """By which guesses are judged; higher is better."""
    release: float
    """Trained on the release."""
    real: float
    """Trained on as many rows of train."""
    guess: float
    """Without a model."""
    n_trained: int
    """Rows that each model was trained on."""
    n_tested: int
    """Real rows that it was judged on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utility:
    """Fidelity of columns and of pairs of columns, and usefulness for the declared target."""

    __pydantic_config__: ClassVar[dict[str, Any]] = STRICT

    marginals: Similarity
    """Mean over columns."""
    pairs: Similarity | None
    """Mean over pairs of columns; None where there is one column."""
    columns: tuple[ColumnSimilarity, ...]
    """In the order of the train table."""
    n_rows: int
    """Of the release and of the real people, drawn at random: a smaller table is less like any other."""
    against_halves: bool
    """Whether the real people are half of train, where there is no holdout."""
    prediction: Prediction | None = None
    """None where no target was declared, or without a holdout."""
