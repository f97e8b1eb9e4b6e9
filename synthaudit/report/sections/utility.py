"""Quality beside privacy: how like the real table the release is, and how useful for a declared target."""

from collections.abc import Iterator
from dataclasses import dataclass

from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report.components import Named, Table, table
from synthaudit.report.numbers import count, shown
from synthaudit.types import AuditReport, ColumnSimilarity, Prediction, Similarity, Utility

_MOST_ROWS = 40
_KINDS: Labels[str, str] = Labels(
    {
        "numeric": N_("numeric"),
        "categorical": N_("categorical"),
        "datetime": N_("datetime"),
        "boolean": N_("boolean"),
        "text": N_("text"),
        "identifier": N_("identifier"),
    }
)
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
    # Only a declared target is guessed.
    guessed = () if utility.prediction is None else (_("Without a model"),)
    return UtilityView(
        text=_text(utility),
        overview=table(
            "quality-table",
            _("Quality of the release, beside that of real people"),
            (_("What"), _("This release"), _whom(utility), *guessed),
            [row if guessed else row[:-1] for row in _rows(utility)],
            numeric={1, 2, 3},
        ),
        columns=table(
            "quality-columns-table",
            _("Columns by how far they stay behind real people, the farthest first"),
            (_("Column"), _("Kind"), _("This release"), _whom(utility)),
            [_column(column) for column in worst[:_MOST_ROWS]],
            numeric={2, 3},
        ),
        more=_("{n} more columns are in evidence.json.").format(n=count(rest)) if rest > 0 else "",
    )


def one_line(utility: Utility) -> str:
    """Both scores in one sentence, for whoever reads no section.

    Examples
    --------
    >>> alike = Similarity(release=0.913, real=0.972)
    >>> one_line(Utility(marginals=alike, pairs=None, columns=(), n_rows=900, against_halves=False))
    'Columns are like those of train by 91 of 100 points (as many real people: 97).'
    """
    marginals = _beside(utility.marginals)
    if utility.pairs is None:
        return _("Columns are like those of train by {marginals}.").format(marginals=marginals)
    return _("Columns are like those of train by {marginals} and pairs of columns by {pairs}.").format(
        marginals=marginals, pairs=_beside(utility.pairs)
    )


def _beside(similarity: Similarity) -> str:
    return _("{release} of 100 points (as many real people: {real})").format(
        release=_points(similarity.release), real=_points(similarity.real)
    )


def _points(share: float) -> str:
    return f"{100 * share:.0f}"


def _whom(utility: Utility) -> str:
    return _("The other half of train") if utility.against_halves else _("As many people held out")


def _text(utility: Utility) -> tuple[str, ...]:
    other = (
        _("half of train, held against the other half") if utility.against_halves else _("as many real people held out")
    )
    return (
        _(
            "A table that gives little away and is of no use is no bargain, and a good score says nothing of privacy: "
            "a copy of train has 100 of 100 points. No verdict rests on these figures."
        ),
        _(
            "100 points: every level, or tenth of a number, is as common as in train. {n_rows} rows were "
            "compared. Chance alone costs points, so read each figure beside that of {other}."
        ).format(n_rows=count(utility.n_rows), other=other),
    )


def _rows(utility: Utility) -> Iterator[tuple[Named, str, str, str]]:
    similarities = (
        (_("Single columns"), _("share of each level or range of a number"), utility.marginals),
        (_("Pairs of columns"), _("share of each pair of them"), utility.pairs),
    )
    for name, note, similarity in similarities:
        if similarity is not None:
            figures = _points(similarity.release), _points(similarity.real)
            yield (Named(text=name, note=_("{note}; 100 = as in train").format(note=note)), *figures, "–")
    if utility.prediction is not None:
        yield _predicted(utility.prediction)


def _predicted(prediction: Prediction) -> tuple[Named, str, str, str]:
    share = (
        _("share of each level guessed right")
        if prediction.measure == "balanced_accuracy"
        else _("share of variance explained")
    )
    note = _(
        "{share}, in 100, for {n_tested} people held out; trained on {n_trained} rows of the release, and of train"
    ).format(share=share, n_tested=count(prediction.n_tested), n_trained=count(prediction.n_trained))
    name = Named(text=_("Models of {column}").format(column=shown(prediction.column, _NAME)), note=note)
    return name, _points(prediction.release), _points(prediction.real), _points(prediction.guess)


def _column(column: ColumnSimilarity) -> tuple[str, str, str, str]:
    return shown(column.column, _NAME), _KINDS[column.kind], _points(column.release), _points(column.real)
