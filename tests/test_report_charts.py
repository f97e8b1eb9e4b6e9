"""Charts: they hold what they are given and nothing that could act."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from example_report import EXAMPLES, FAIL, HOSTILE, NOTHING, PASS, UNRESOLVED, finding, stack
from markupsafe import Markup

from synthaudit.report import charts
from synthaudit.types import AuditReport


def texts(svg: str | None) -> list[str]:
    """The words of a drawing."""
    return re.findall(r">([^<]+)</text>", svg or "")


def test_the_forest_names_the_strongest_attacks_in_order() -> None:
    """All together on top, then each attack in its strongest view, farthest from guessing first; both limits."""
    found = texts(charts.forest(FAIL))
    known = [charts.attack_name(f.attack) for f in FAIL.findings]
    # Each twice: a light rim keeps a name apart from the lines behind it.
    drawn = list(dict.fromkeys(text for text in found if text in ("All attacks together", *known)))
    assert drawn[:5] == [
        "All attacks together",
        "Record linkage",
        "Shadows, likelihood ratio",
        "Shadows, calibrated",
        "Synthetic to real distance",
    ]
    assert len(drawn) == 1 + len({f.attack for f in FAIL.findings})
    assert {"limit 0.60", "0.40"} <= set(found)


def test_of_many_attacks_the_chart_drops_the_weakest_and_none_above_a_limit() -> None:
    """At most fourteen lines; an attack that finds members at the top scores alone stays, however small its AUC."""
    weak = [finding(f"weak_{i:02d}", "cells", 0.51 + i / 1000, 0.01) for i in range(30)]
    loud = finding("loud", "cells", 0.501, 0.2)
    shown = [f.attack for f in charts.in_chart(replace(PASS, findings=(*weak, loud)))]
    assert shown == [f"weak_{i:02d}" for i in range(29, 16, -1)] + ["loud"]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [(0.5, 0.59, "below"), (0.5, 0.6, "open"), (0.61, 0.7, "above"), (None, None, "open")],
)
def test_all_attacks_together_stand_to_the_limit_by_their_bounds(
    low: float | None, high: float | None, expected: str
) -> None:
    """Above by the lower bound, below by the upper one, and what has no bound is not decided."""
    assert charts.together_stands(replace(stack(0.6, 0.1), lower_bound=low, upper_bound=high), PASS) == expected


def test_an_inverted_attack_counts_as_strong_as_its_mirror() -> None:
    """AUC .40 lies as far from guessing as .60 and stands above .55."""
    near, far = finding("dcr", "quantile_l2", 0.44, 0.01), finding("nndr", "quantile_l2", 0.30, 0.01)
    assert charts.by_strength([near, far]) == [far, near]


@pytest.mark.parametrize(
    ("auc", "tpr", "expected"),
    [
        (0.50, 0.010, "below"),
        (0.59, 0.010, "open"),
        (0.50, 0.040, "open"),
        (0.64, 0.010, "above"),
        (0.5, 0.08, "above"),
    ],
)
def test_how_an_attack_stands_is_read_from_its_bounds(auc: float, tpr: float, expected: str) -> None:
    """Above: a lower bound over a limit. Below: both upper bounds under theirs. Else open."""
    assert charts.stands(finding("dcr", "quantile_l2", auc, tpr), PASS) == expected


def test_a_missing_upper_bound_is_never_below_the_limit() -> None:
    """What could not be bounded is not decided."""
    unbounded = replace(PASS.findings[0], upper_bounds={"auc": 0.51, "tpr_at_fpr_0.01": None})
    assert charts.stands(unbounded, PASS) == "open"


def test_where_members_cannot_be_compared_no_attack_stands_anywhere() -> None:
    """Neither within nor above a limit: the figure means nothing."""
    for one in (finding("dcr", "quantile_l2", 0.5, 0.01), finding("dcr", "quantile_l2", 0.9, 0.5)):
        assert charts.stands(one, UNRESOLVED) == "open"
    assert charts.together_stands(replace(stack(0.9, 0.1), lower_bound=0.8, upper_bound=0.9), UNRESOLVED) == "open"


def test_the_detection_chart_marks_limit_resolution_and_guessing() -> None:
    """The three lines a reader needs to judge the curve."""
    assert {"limit 5\u00a0% at 1 %", "1 of 2,000 non-members", "guessing"} <= set(texts(charts.detection(PASS)))


def test_the_controls_chart_counts_plantings() -> None:
    """Each planted leak stands with its count; this release stands beside the controls."""
    found = texts(charts.controls(FAIL))
    assert [text for text in found if " of 10" in text] == [
        "6 of 10",
        "9 of 10",
        "10 of 10",
    ]
    assert "This release" in found


def test_without_figures_there_is_no_chart() -> None:
    """Nothing is drawn from nothing."""
    assert [chart(NOTHING) for chart in (charts.forest, charts.detection, charts.controls)] == [None, None, None]


@pytest.mark.parametrize("chart", [charts.forest, charts.detection, charts.controls])
def test_a_drawing_is_the_same_drawn_twice(chart: Callable[[AuditReport], Markup | None]) -> None:
    """Identifiers count from one in each chart, whatever was drawn before in this process."""
    first = chart(PASS)
    chart(FAIL)
    assert chart(PASS) == first


@pytest.mark.parametrize("name", EXAMPLES)
def test_drawings_hold_listed_tags_and_no_addresses(name: str) -> None:
    """No script, link, metadata, foreign object, or class; a name for those who cannot see; rounded coordinates."""
    for chart in (charts.forest, charts.detection, charts.controls):
        svg = chart(EXAMPLES[name])
        if svg is None:
            continue
        assert set(re.findall(r"<([A-Za-z]+)", svg)) <= charts._TAGS
        assert "http" not in svg
        assert svg.startswith('<svg width="')
        assert ' role="img" aria-label="' in svg.partition(">")[0]
        assert re.findall(r'="[^"]*\d\.\d{2,}', re.sub(r'(opacity|font-family)="[^"]*"', "", svg)) == []


def test_hostile_names_are_text_in_a_drawing() -> None:
    """A name of an attack cannot become a tag."""
    hostile = replace(FAIL, findings=(finding(HOSTILE, HOSTILE, 0.6, 0.03),))
    svg = charts.forest(hostile)
    assert svg is not None
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_a_tag_that_is_not_listed_stops_the_drawing() -> None:
    """Should the drawing library ever write something else, no page is made of it."""
    with pytest.raises(AssertionError, match="a chart may not hold <script>"):
        charts.cleaned('<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', "x", "label")


def test_identifiers_and_their_uses_are_rewritten_together() -> None:
    """What refers to a clip path still finds it under its new name."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg"><g clip-path="url(#clip7)"/><defs><clipPath id="clip7"/></defs></svg>'
    )
    assert charts.cleaned(svg, "forest", "label") == (
        '<svg class="chart" role="img" aria-label="label"><g clip-path="url(#forest-1)" />'
        '<defs><clipPath id="forest-1" /></defs></svg>'
    )


def test_a_control_and_a_point_of_the_curve_keep_bars_of_their_own() -> None:
    """Equal kind and share planted twice must not be drawn on top of each other."""
    assert FAIL.controls is not None
    control = replace(FAIL.controls.planted[0], share=0.05, gates=("partner",))
    twice = replace(FAIL, controls=replace(FAIL.controls, planted=(control, replace(control, gates=()))))
    labels = [text.replace("\u00a0", " ") for text in texts(charts.controls(twice)) if "copies" in text]
    assert labels == ["Verbatim copies, 5 %, control", "Verbatim copies, 5 %"]


@pytest.mark.parametrize(
    ("attack", "view", "label"),
    [
        ("linkage_sum", "cells", "Record linkage"),
        ("linkage_sum", "cells:max", "Record linkage · max"),
        ("dcr", "quantile_l2:mean", "Nearest synthetic record · L2 · mean"),
        ("my_attack", "my_view", "My attack · my view"),
    ],
)
def test_attacks_have_plain_names(attack: str, view: str, label: str) -> None:
    """Known ones in words, foreign ones under their own name, with the encoding and how rows were pooled."""
    assert charts.attack_label(attack, view).replace("\u00a0", " ") == label
