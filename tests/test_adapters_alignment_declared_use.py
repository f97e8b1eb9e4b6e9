"""Only columns with levels can be declared as rebalanced, those with a law as a target; messages say which and why."""

import pytest
from test_adapters_alignment_scope import aligned, tables

from synthaudit.adapters.config import parse_config
from synthaudit.errors import InputError

REFUSED = {
    "unknown": (
        ["wards"],
        {},
        "SA-184 train frame: no column 'wards', which --rebalanced names. Correct the name. Did you mean 'ward'?",
    ),
    "a number": (
        ["ward", "age"],
        {},
        "SA-187 option --rebalanced: 'age', which is numeric; only categorical and boolean columns have levels. Name"
        " the columns whose levels were rebalanced.",
    ),
    "left out": (
        ["ward"],
        {"exclude": ["ward"]},
        "SA-187 option --rebalanced: 'ward', which is not audited. Leave it out there, or audit it.",
    ),
    "no text": ([3], {}, "SA-180 rebalanced: an object of type int. Give a text."),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_levels_is_refused(case: str) -> None:
    names, options, message = REFUSED[case]
    with pytest.raises(InputError) as caught:
        aligned(tables(), rebalanced=names, **options)
    assert str(caught.value) == message


def test_levels_and_truth_values_can_be_declared() -> None:
    """Each once, in the order in which they were named."""
    made = tables(smoker=lambda n: ["yes", "no"] * (n // 2))
    assert aligned(made, rebalanced=["smoker", "ward", "smoker"]).rebalanced == ("smoker", "ward")


TARGETS = {
    "unknown": ("wards", "SA-184 train frame: no column 'wards', which --target names. Correct the name."),
    "no law": (
        "visit",
        "SA-187 option --target: 'visit', which is identifier; no model predicts one. Name a number, a time or a column"
        " with levels.",
    ),
}


@pytest.mark.parametrize("case", TARGETS)
def test_what_no_model_predicts_is_refused(case: str) -> None:
    target, message = TARGETS[case]
    made = tables(visit=lambda n: [f"v-{i:07d}" for i in range(n)])
    with pytest.raises(InputError) as caught:
        aligned(made, target=target, schema={"visit": {"kind": "identifier"}})
    assert str(caught.value).startswith(message)


def test_numbers_and_levels_can_be_the_target() -> None:
    assert [aligned(tables(), target=target).schema.columns[0].name for target in ("age", "ward")] == ["age", "age"]


@pytest.mark.parametrize("name", ["unit", "thousands"])
def test_what_stands_beside_numbers_is_a_short_text(name: str) -> None:
    """64 characters; more is a mistake."""
    columns = parse_config({"columns": {"age": {name: "u" * 64}}}).columns
    assert getattr(columns["age"], name) == "u" * 64
    for wrong in ("u" * 65, ""):
        with pytest.raises(InputError):
            parse_config({"columns": {"age": {name: wrong}}})
