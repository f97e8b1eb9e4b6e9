"""Promises of synthaudit.adapters.alignment.schema: kinds and roles come from the real tables and can be overruled."""

import tomllib
from typing import Any

import numpy as np
import pandas as pd
import pytest

from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.missing import mark_missing
from synthaudit.adapters.alignment.schema import infer_schema, infer_with_notes
from synthaudit.adapters.alignment.schema_file import schema_to_toml
from synthaudit.adapters.config import parse_config
from synthaudit.adapters.readers.tables import RawTable, read_table
from synthaudit.cells import text_column
from synthaudit.errors import InputError
from synthaudit.types import Column, Schema

N = 100
RNG = np.random.default_rng(0)


def table(values: Any, name: str = "x", role: Any = "train") -> RawTable:
    column = text_column(values) if isinstance(values[0], str) else pd.Series(values)
    return read_table(pd.DataFrame({name: column}), role)


KINDS: list[tuple[str, Any, str]] = [
    ("x", RNG.normal(size=N), "numeric"),
    ("x", RNG.integers(0, 5, N), "numeric"),
    ("x", [f"{v:.3f}" for v in RNG.normal(size=N)], "numeric"),
    ("x", ["1", "2.0", " 3", "1e3"] * 25, "numeric"),
    ("x", ["00501", "10001"] * 50, "categorical"),
    ("x", [f"1.{i}" for i in range(12)] * 9, "categorical"),
    ("x", [f"1.{i:02d}" for i in range(12)] * 9, "numeric"),
    ("x", [f"+4930{i:06d}" for i in range(N)], "identifier"),
    ("account_index", RNG.permutation(10 * N)[:N], "numeric"),
    ("row_index", RNG.permutation(10 * N)[:N], "identifier"),
    ("x", [str(2**53 + i) for i in range(N)], "identifier"),
    ("x", np.arange(N), "identifier"),
    ("x", RNG.permutation(N) + 7, "identifier"),
    ("x", RNG.permutation(10 * N)[:N], "numeric"),
    ("patient_id", RNG.permutation(10 * N)[:N], "identifier"),
    ("patientId", RNG.permutation(10 * N)[:N], "identifier"),
    ("id", RNG.normal(size=N), "numeric"),
    ("paid", RNG.permutation(10 * N)[:N], "numeric"),
    ("x", np.arange(20), "numeric"),
    ("x", [True, False] * 50, "boolean"),
    ("x", ["Yes", "no"] * 50, "boolean"),
    ("x", ["t", "f"] * 50, "boolean"),
    ("x", ["m", "f"] * 50, "categorical"),
    ("x", ["yes"] * N, "categorical"),
    ("x", ["2020-01-01", "2020-01-02T10:00:00Z"] * 50, "datetime"),
    ("x", pd.date_range("2020", periods=N), "datetime"),
    ("x", ["31/12/2020", "01/02/2020"] * 50, "datetime"),
    ("x", ["31/13/2020", "01/02/2020"] * 50, "categorical"),
    ("x", ["NA", "EU", "AS"] * 34, "categorical"),
    ("x", [f"name {i}" for i in range(N)], "identifier"),
    ("x", [f"level {i % 600}" for i in range(2000)], "categorical"),
    ("x", [f"the patient number {i} was seen in the morning" for i in range(N)], "text"),
    ("x", ["the patient was seen in the morning", "the patient was not seen"] * 50, "categorical"),
    ("x", ["1", "2", "NA"] * 34, "categorical"),
]


@pytest.mark.parametrize(("name", "values", "kind"), KINDS, ids=[f"{i}-{k}" for i, (_, _, k) in enumerate(KINDS)])
def test_kinds(name: str, values: Any, kind: str) -> None:
    """Each kind of column is told by its cells, a continuous number never taken for a key."""
    assert infer_schema(table(values, name)).columns[0].kind == kind


def test_both_real_tables_decide() -> None:
    """A leading zero or a third level that only the holdout has counts as much as one of train."""
    assert infer_schema(table(["10", "11"] * 9), table(["007", "10"], role="holdout")).columns[0].kind == "categorical"
    assert infer_schema(table(["y", "n"] * 9), table(["y", "?"], role="holdout")).columns[0].kind == "categorical"


BAD: list[tuple[list[Any], str]] = [
    (
        [*(f"{i},5" for i in range(N)), "k 1"],
        "SA-131 train frame, column 1 'x': 99 % of cells look like numbers with a decimal comma. Pass --decimal ',' "
        "or declare the column categorical.",
    ),
    (
        [*(f"{i}.5" for i in range(N)), "NA", "-"],
        "SA-150 train frame, column 1 'x': 100 of 102 cells are numbers, the rest is a usual spelling of missing. "
        "Pass --missing '-' --missing 'NA', or declare the column categorical.",
    ),
    (
        [*(f"{1900 + i}-01-01" for i in range(N)), "?"],
        "SA-150 train frame, column 1 'x': 100 of 101 cells are dates, the rest is a usual spelling of missing. "
        "Pass --missing '?', or declare the column categorical.",
    ),
    (
        ["2021-02-28", "2021-02-31"],
        "SA-154 train frame, column 1 'x': 1 of 2 dates do not exist. Correct them, pass --missing with their spelling,"
        " or declare the column categorical.",
    ),
    (
        [None, None],
        "SA-151 train frame, column 1 'x': no cell here, and some in another table. Leave it out with --exclude x, or "
        "fill it in.",
    ),
]


@pytest.mark.parametrize(("values", "message"), BAD, ids=[m[:6] for _, m in BAD])
def test_bad_columns(values: list[Any], message: str) -> None:
    """A column that a few cells would turn into categories is an error that says what to pass."""
    with pytest.raises(InputError) as caught:
        infer_schema(read_table(pd.DataFrame({"x": text_column(values)}), "train"))
    assert str(caught.value) == message


def test_overrides_win() -> None:
    """What the user declares is taken; a column that train lacks is an error with a suggestion."""
    real = table(np.arange(N), "age")
    overrides = {"age": ColumnOverride(kind="categorical", sensitive=True, quasi_identifier=False)}
    column = infer_schema(real, None, overrides).columns[0]
    assert (column.kind, column.roles) == ("categorical", ("sensitive",))
    with pytest.raises(InputError) as caught:
        infer_schema(real, None, {"agge": ColumnOverride()})
    assert str(caught.value) == (
        "SA-184 train frame: no column 'agge', which the configuration describes. Correct the name. Did you mean 'age'?"
    )


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("age", ("quasi_identifier",)),
        ("ZipNo", ("quasi_identifier",)),
        ("zip_code", ("quasi_identifier",)),
        ("diagnosis", ("sensitive",)),
        ("Race", ("sensitive", "quasi_identifier")),
        ("patient_id", ("entity",)),
        ("household", ("entity",)),
        ("user_rating", ()),
        ("percentage", ()),
    ],
)
def test_roles_by_name(name: str, roles: tuple[str, ...]) -> None:
    """Roles follow whole words of the name, none a part of a word."""
    assert infer_schema(table([1, 1, 2], name)).columns[0].roles == roles


def test_entity_is_no_audited_column() -> None:
    """The declared entity column leaves the columns and names the schema's entity."""
    real = read_table(pd.DataFrame({"who": [1, 2], "x": [1, 2]}), "train")
    schema = infer_schema(real, entity="who")
    assert (schema.names, schema.entity) == (["x"], "who")


def test_schema_to_toml_round_trip() -> None:
    """The written schema is a configuration that leads to the same schema, hostile names and all."""
    frame = pd.DataFrame({'a"b.c\\': [1, 2], "Straße ]": ["x", "y"], "income": [1.5, 2.5]})
    real = read_table(frame, "train")
    schema = infer_schema(real, None, {"income": ColumnOverride(kind="categorical")})
    config = parse_config(tomllib.loads(schema_to_toml(schema)))
    assert infer_schema(real, None, config.columns) == schema


def test_mark_missing() -> None:
    """A token is missing in text as it is spelled and in numbers by its value; codes are not numbers."""
    frame = pd.DataFrame({"t": text_column(["NA", " 999", "0999", "x"]), "n": [1, 999, 2, 3]})
    marked = mark_missing(frame, ["NA", "999"])
    assert marked["t"].tolist() == [None, None, "0999", "x"]
    assert marked["n"].isna().tolist() == [False, True, False, False]
    assert mark_missing(frame, ())["n"].tolist() == [1, 999, 2, 3]


def some(n: int, n_levels: int, form: str = "{}") -> list[str]:
    """``n`` cells of so many levels."""
    return [form.format(i % n_levels) for i in range(n)]


LIMITS: list[tuple[str, Any, str]] = [
    ("x", np.arange(49), "numeric"),
    ("x", np.arange(50), "identifier"),
    ("x", [*range(49), 50], "numeric"),
    ("x", [*range(49), 48], "numeric"),
    ("x", np.arange(-3, 60), "identifier"),
    ("id", [i // 2 for i in range(N)], "identifier"),
    ("id", [min(i // 2, 48) for i in range(N)], "numeric"),
    ("Unnamed: 0", [7 * i for i in range(N)], "identifier"),
    ("un", [7 * i for i in range(N)], "numeric"),
    ("x", some(N, 95, "n{}"), "identifier"),
    ("x", some(N, 94, "n{}"), "categorical"),
    ("x", some(49, 49, "n{}"), "categorical"),
    ("x", some(50, 50, "n{}"), "identifier"),
    ("x", some(N, 51, "one two three four {}"), "text"),
    ("x", some(N, 50, "one two three four {}"), "categorical"),
    ("x", some(N, 100, "one two three {}"), "identifier"),
    ("x", [f"{'a' * 61}{i:04d}" for i in range(N)], "text"),
    ("x", [f"{'a' * 60}{i:04d}" for i in range(N)], "identifier"),
    ("x", [*(str(i) for i in range(20)), "NA"], "categorical"),
    ("x", [*["1,5"] * 89, *["one"] * 11], "categorical"),
]


@pytest.mark.parametrize(("name", "values", "kind"), LIMITS, ids=[f"{i}-{k}" for i, (_, _, k) in enumerate(LIMITS)])
def test_both_sides_of_every_limit(name: str, values: Any, kind: str) -> None:
    """50 rows, half different, 95 % different, five words, 64 characters, 20 levels, 90 % of cells."""
    assert infer_schema(table(values, name)).columns[0].kind == kind


@pytest.mark.parametrize(
    ("values", "code"), [([*(str(i) for i in range(21)), "NA"], "SA-150"), ([*["1,5"] * 90, *["one"] * 10], "SA-131")]
)
def test_just_beyond_a_limit_is_an_error(values: list[str], code: str) -> None:
    """21 numbers are a quantity, 90 % of cells a decimal comma."""
    with pytest.raises(InputError, match=code):
        infer_schema(table(values))


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([*["31/12/2020"] * 90, *["x"] * 10], "Column 'x': looks like dates that are not ISO 8601, audited as text."),
        ([*["31/12/2020"] * 89, *["x"] * 11], None),
        (
            ["007", "1"],
            "Column 'x': digits of a code (zeros in front, very long numbers, telephones, versions), kept as text.",
        ),
        (["7", "1"], None),
    ],
)
def test_what_is_noticed_of_a_kind(values: list[str], note: str | None) -> None:
    """Where the cells look like something that they were not read as, it is said."""
    _, coverage = infer_with_notes(table(values), None, None, entity=None, columns=None, decimal=".")
    assert [(line.test, line.status, line.reason) for line in coverage] == ([("kinds", "ran", note)] if note else [])


@pytest.mark.parametrize(("n_days", "blocks"), [(19, False), (20, True)])
def test_very_many_dates_in_a_form_that_is_not_read_are_a_quantity(n_days: int, blocks: bool) -> None:
    """With the word among them 20 levels, or 21: a handful of days is compared well enough as categories."""
    values = [*(f"{1 + i % n_days:02d}/12/2020" for i in range(90)), *["x"] * 10]
    _, (note,) = infer_with_notes(table(values), None, None, entity=None, columns=None, decimal=".")
    assert note.reason.startswith("Column 'x': looks like dates that are not ISO 8601, audited as text")
    assert (note.blocks_pass, "Say what it is" in note.reason) == (blocks, blocks)


@pytest.mark.parametrize(
    ("name", "values", "roles", "is_said"),
    [
        ("patient", [1, 1, 2], ("entity",), True),
        ("patientName", [1, 1, 2], (), False),
        ("patient", [True, False, True], (), False),
        ("patient_id_age", [1, 1, 2], ("entity", "quasi_identifier"), True),
    ],
)
def test_the_key_of_a_person_is_said_unless_one_is_named(
    name: str, values: list[Any], roles: tuple[str, ...], is_said: bool
) -> None:
    """A word for people, alone or with a word for keys; silent where the entity column is named."""
    real = read_table(pd.DataFrame({name: values, "who": [1, 2, 3]}), "train")
    for entity in (None, "who"):
        schema, coverage = infer_with_notes(real, None, None, entity=entity, columns=[name], decimal=".")
        assert schema.columns[0].roles == roles
        assert [line.reason for line in coverage] == (
            [
                f"Column '{name}' looks like the key of a person; if several rows belong to one person, pass it as "
                "--entity."
            ]
            if is_said and entity is None
            else []
        )


def test_roles_that_are_declared_are_not_inferred() -> None:
    """``inferred`` holds what the name suggests and nobody said; a role that is denied is none."""
    overrides = {"race": ColumnOverride(sensitive=True), "income": ColumnOverride(sensitive=False)}
    real = read_table(pd.DataFrame({"race": [1, 2], "income": [1, 2], "debt": [1, 2]}), "train")
    columns = infer_schema(real, None, overrides).columns
    assert [(c.name, c.roles, c.inferred) for c in columns] == [
        ("race", ("sensitive", "quasi_identifier"), ("quasi_identifier",)),
        ("income", (), ()),
        ("debt", ("sensitive",), ("sensitive",)),
    ]


def test_schema_to_toml_word_by_word() -> None:
    """Entity, kinds and roles; a column that looks like the key of a person has a comment."""
    schema = Schema(
        entity="who",
        columns=(
            Column(name="Größe", kind="numeric", roles=("quasi_identifier",)),
            Column(name="patient", kind="categorical", roles=("entity", "sensitive")),
        ),
    )
    assert schema_to_toml(schema) == (
        'version = 1\n\n[data]\nentity = "who"\n\n[columns."Größe"]\nkind = "numeric"\nquasi_identifier = true\n\n'
        '# looks like the key of a person: [data] entity = "patient"\n[columns."patient"]\nkind = "categorical"\n'
        "sensitive = true\n"
    )
