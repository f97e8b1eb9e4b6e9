"""Quality beside privacy: how like the real table the release is, and how useful for a declared target."""

from collections.abc import Iterator
from dataclasses import dataclass

from synthaudit.report.components import Named, Table, table
from synthaudit.report.numbers import count, shown
from synthaudit.types import AuditReport, ColumnSimilarity, Prediction, Similarity, Utility

_MOST_ROWS = 40
_NAME = 80


@dataclass(frozen=True, slots=True, kw_only=True)
class UtilityView:
    """The section, ready to print."""

    text: tuple[str, ...]
    overview: Table | None
    columns: Table | None
    more: str
    """What is left out of ``columns``; empty where nothing is."""


def view(report: AuditReport) -> UtilityView | None:
    """Scores beside those of real people; None where nothing was compared."""
    utility = report.utility
    if utility is None:
        return None
    worst = sorted(utility.columns, key=lambda column: column.release - column.real)
    rest = len(worst) - _MOST_ROWS
    return UtilityView(
        text=_text(utility),
        overview=table(
            "quality-table",
            "Quality of the release, beside that of real people",
            ("What", "This release", _whom(utility), "Without a model"),
            list(_rows(utility)),
            numeric={1, 2, 3},
        ),
        columns=table(
            "quality-columns-table",
            "Columns by how like their law is to that of train, the least like first",
            ("Column", "Kind", "This release", _whom(utility)),
            [_column(column) for column in worst[:_MOST_ROWS]],
            numeric={2, 3},
        ),
        more=f"{count(rest)} more columns are in evidence.json." if rest > 0 else "",
    )


def one_line(utility: Utility) -> str:
    """Both scores in one sentence, for whoever reads no section.

    Examples
    --------
    >>> alike = Similarity(release=0.913, real=0.972)
    >>> one_line(Utility(marginals=alike, pairs=None, columns=(), n_rows=900, against_halves=False))
    'Columns are like those of train by 91 of 100 points (as many real people: 97).'
    """
    parts = [f"Columns are like those of train by {_beside(utility.marginals)}"]
    if utility.pairs is not None:
        parts.append(f"pairs of columns by {_beside(utility.pairs)}")
    return " and ".join(parts) + "."


def _beside(similarity: Similarity) -> str:
    return f"{_points(similarity.release)} of 100 points (as many real people: {_points(similarity.real)})"


def _points(share: float) -> str:
    return f"{100 * share:.0f}"


def _whom(utility: Utility) -> str:
    return "The other half of train" if utility.against_halves else "As many people held out"


def _text(utility: Utility) -> tuple[str, ...]:
    other = "half of train, held against the other half" if utility.against_halves else "as many real people held out"
    return (
        "A private table of no use is no bargain, and a good score says nothing of privacy: a copy of train has 100 of"
        " 100 points. No verdict rests on these figures.",
        f"100 points: every level, or tenth of a number, is as common as in train. {count(utility.n_rows)} rows were"
        f" compared. Chance alone costs points, so read each figure beside that of {other}.",
    )


def _rows(utility: Utility) -> Iterator[tuple[Named, str, str, str]]:
    similarities = (
        ("Single columns", "share of each level or range of a number", utility.marginals),
        ("Pairs of columns", "share of each pair of them", utility.pairs),
    )
    for name, note, similarity in similarities:
        if similarity is not None:
            figures = _points(similarity.release), _points(similarity.real)
            yield (Named(text=name, note=f"{note}; 100 = as in train"), *figures, "–")
    if utility.prediction is not None:
        yield _predicted(utility.prediction)


def _predicted(prediction: Prediction) -> tuple[Named, str, str, str]:
    share = (
        "share of each level guessed right"
        if prediction.measure == "balanced_accuracy"
        else "share of variance explained"
    )
    note = (
        f"{share}, in 100, for {count(prediction.n_tested)} people held out; trained on"
        f" {count(prediction.n_trained)} rows of the release, and of train"
    )
    name = Named(text=f"Models of {shown(prediction.column, _NAME)}", note=note)
    return name, _points(prediction.release), _points(prediction.real), _points(prediction.guess)


def _column(column: ColumnSimilarity) -> tuple[str, str, str, str]:
    return shown(column.column, _NAME), column.kind, _points(column.release), _points(column.real)
