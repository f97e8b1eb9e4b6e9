"""Promises of SDV's metadata: kinds as it says them, the cells and the user on top, and clear errors."""

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from click.testing import CliRunner

import synthaudit
from synthaudit.adapters.alignment.align import align_real
from synthaudit.adapters.alignment.align_options import AlignOptions
from synthaudit.adapters.alignment.declared import ColumnOverride
from synthaudit.adapters.alignment.sdv_metadata import read_sdv_metadata
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cli.main import cli
from synthaudit.errors import InputError

COLUMNS: dict[str, dict[str, Any]] = {
    "id": {"sdtype": "id", "regex_format": "[0-9]{4}"},
    "hospital": {"sdtype": "id"},
    "age": {"sdtype": "numerical", "computer_representation": "Int64"},
    "code": {"sdtype": "categorical"},
    "flag": {"sdtype": "boolean"},
    "born": {"sdtype": "datetime", "datetime_format": "%Y-%m-%d"},
    "seen": {"sdtype": "datetime", "datetime_format": "%d.%m.%Y"},
    "note": {"sdtype": "text"},
    "mail": {"sdtype": "email", "pii": True},
    "place": {"sdtype": "city", "pii": False},
    "odd": {"sdtype": "unknown"},
}
SINGLE = {"METADATA_SPEC_VERSION": "SINGLE_TABLE_V1", "columns": COLUMNS, "primary_key": "id"}
MULTI = {"METADATA_SPEC_VERSION": "V1", "tables": {"people": {"columns": COLUMNS, "primary_key": "id"}}}


def people(n: int = 60) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "id": [f"{1000 + i}" for i in range(n)],
            "hospital": [i % 3 for i in range(n)],
            "age": [20 + i % 40 for i in range(n)],
            "code": [i % 5 for i in range(n)],
            "flag": [i % 2 for i in range(n)],
            "born": [f"20{i % 28 + 10}-01-02" for i in range(n)],
            "seen": [f"{i % 28 + 1:02d}.01.2020" for i in range(n)],
            "note": [f"note {i % 7}" for i in range(n)],
            "mail": [f"p{i % 9}@x.org" for i in range(n)],
            "place": [f"town {i % 4}" for i in range(n)],
            "odd": [i % 6 for i in range(n)],
        }
    )


def kinds(metadata: Any, frame: pd.DataFrame, **explicit: ColumnOverride) -> dict[str, tuple[str, ...]]:
    options = AlignOptions(metadata=read_sdv_metadata(metadata), overrides=explicit)
    schema = align_real(read_table(frame, "train"), options=options).schema
    return {column.name: (column.kind, *column.roles) for column in schema.columns}


EXPECTED = {
    "id": ("identifier",),
    "hospital": ("numeric",),
    "age": ("numeric", "quasi_identifier"),
    "code": ("categorical",),
    "flag": ("boolean",),
    "born": ("datetime",),
    "seen": ("datetime",),
    "note": ("text",),
    "mail": ("categorical", "quasi_identifier"),
    "place": ("categorical",),
    "odd": ("numeric",),
}


@pytest.mark.parametrize("metadata", [SINGLE, MULTI, {**MULTI, "METADATA_SPEC_VERSION": "MULTI_TABLE_V1"}])
def test_each_sdtype_has_its_kind(metadata: Any) -> None:
    """A key that is unique is an identifier, one that repeats is what its cells say; so are times not in ISO 8601."""
    assert kinds(metadata, people()) == EXPECTED
    assert kinds(metadata, people(40))["id"] == ("identifier",)


def test_what_is_personal_is_no_secret() -> None:
    """Names and addresses say who somebody is: quasi-identifiers, never sensitive, whose levels would be printed."""
    columns = {"a": {"sdtype": "ssn"}, "b": {"sdtype": "company", "pii": True}}
    metadata = read_sdv_metadata({"METADATA_SPEC_VERSION": "SINGLE_TABLE_V1", "columns": columns})
    for name in ("a", "b"):
        assert (metadata.overrides[name].quasi_identifier, metadata.overrides[name].sensitive) == (True, None)


def test_a_primary_key_that_repeats_or_is_missing_is_none() -> None:
    """The cells decide, as a table may have lost its key."""
    frame = people()
    frame.loc[1, "id"] = "1000"
    assert kinds(SINGLE, frame)["id"] == ("identifier",)  # by the cells: 59 of 60 differ
    frame["id"] = ["1000", "1001"] * 30
    assert kinds(SINGLE, frame)["id"] == ("numeric",)


def test_the_users_own_words_win() -> None:
    """By key: what the user leaves open stays as the metadata has it."""
    explicit = {"mail": ColumnOverride(kind="text"), "age": ColumnOverride(sensitive=True)}
    kind_of = kinds(SINGLE, people(), **explicit)
    assert kind_of["mail"] == ("text", "quasi_identifier")
    assert kind_of["age"] == ("numeric", "sensitive", "quasi_identifier")
    assert kinds(SINGLE, people(), id=ColumnOverride(kind="categorical"))["id"] == ("categorical",)


def test_columns_that_are_not_there() -> None:
    """One of the metadata that train lacks is an error, one of train that the metadata lacks is said."""
    with pytest.raises(InputError) as caught:
        kinds(SINGLE, people().rename(columns={"age": "ages"}))
    assert str(caught.value) == (
        "SA-184 train frame: no column 'age', which the SDV metadata describes. Correct the metadata."
        " Did you mean 'ages'?"
    )
    options = AlignOptions(metadata=read_sdv_metadata(SINGLE))
    real = align_real(read_table(people().assign(extra=1.5), "train"), options=options)
    reasons = [note.reason for note in real.coverage if note.test == "kinds"]
    assert reasons[0] == "1 column of train not described by the SDV metadata: kinds were inferred."


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ("{", "SA-122 SDV metadata m.json: not valid JSON. Give the file that SDV saved."),
        ("[1]", "SA-122 SDV metadata m.json: not a JSON object. Give the file that SDV saved."),
        (
            "[" * 100_000,
            "SA-122 SDV metadata m.json: lists within lists, 65 deep or more.",
        ),
        ({"columns": COLUMNS}, "SA-122 SDV metadata m.json: METADATA_SPEC_VERSION is missing or unknown."),
        (
            {**SINGLE, "METADATA_SPEC_VERSION": ["V1"]},
            "SA-122 SDV metadata m.json: METADATA_SPEC_VERSION is missing or",
        ),
        ({**SINGLE, "columns": {}}, "SA-122 SDV metadata m.json: no columns. Correct the metadata."),
        ({**SINGLE, "columns": {"a": 1}}, "SA-122 SDV metadata m.json, column 'a': no sdtype. Correct the metadata."),
        (
            {**SINGLE, "columns": {"a": {"sdtype": "numericl"}}},
            "SA-122 SDV metadata m.json, column 'a': unknown sdtype 'numericl'. Correct the metadata. "
            "Did you mean 'numerical'?",
        ),
        (
            {**SINGLE, "columns": {"a": {"sdtype": "email", "pii": "yes"}}},
            "SA-122 SDV metadata m.json, column 'a': 'pii' is neither true nor false. Correct the metadata.",
        ),
        ({**SINGLE, "primary_key": "key"}, "SA-122 SDV metadata m.json: the primary key 'key' is no column of it."),
        ({**MULTI, "tables": {}}, "SA-122 SDV metadata m.json: 0 tables; exactly 1 expected."),
        ({**MULTI, "tables": {"a": {}, "b": {}}}, "SA-122 SDV metadata m.json: 2 tables; exactly 1 expected."),
    ],
)
def test_what_is_no_such_metadata(tmp_path: Path, metadata: Any, message: str) -> None:
    """Each fault with its place."""
    (tmp_path / "m.json").write_text(metadata if isinstance(metadata, str) else json.dumps(metadata))
    with pytest.raises(InputError) as caught:
        read_sdv_metadata(tmp_path / "m.json")
    assert str(caught.value).startswith(message)


def test_every_way_in(tmp_path: Path) -> None:
    """--sdv-metadata, [data] sdv_metadata and schema= as a path or a mapping: one and the same schema."""
    (tmp_path / "m.json").write_text(json.dumps(SINGLE))
    people().to_csv(tmp_path / "t.csv", index=False)
    (tmp_path / "c.toml").write_text('[data]\nsdv_metadata = "m.json"\n[columns.note]\nkind = "categorical"\n')
    infer = ["schema", "infer", str(tmp_path / "t.csv")]
    by_flag = CliRunner().invoke(cli, [*infer, "--sdv-metadata", str(tmp_path / "m.json")], catch_exceptions=False)
    by_file = CliRunner().invoke(cli, [*infer, "--config", str(tmp_path / "c.toml")], catch_exceptions=False)
    assert '[columns."code"]\nkind = "categorical"' in by_flag.output
    assert '[columns."note"]\nkind = "text"' in by_flag.output
    assert by_file.output == by_flag.output.replace(
        '[columns."note"]\nkind = "text"', '[columns."note"]\nkind = "categorical"'
    )
    shown = [
        synthaudit.audit(people(), people()[::-1], profile="quick", jobs=1, schema=source).columns
        for source in (SINGLE, tmp_path / "m.json", str(tmp_path / "m.json"))
    ]
    assert shown[0] == shown[1] == shown[2]
    assert {column.name: column.kind for column in shown[0]} == {name: kind for name, (kind, *_) in EXPECTED.items()}


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        (None, "datetime"),
        ("%Y-%m-%d", "datetime"),
        ("%Y-%m-%dT%H:%M:%S", "datetime"),
        ("%d/%m/%Y", "datetime"),
        ("%d/%m", None),
        ("%H:%M", None),
        (5, None),
    ],
)
def test_a_form_of_times_decides_by_what_it_writes(form: Any, kind: str | None) -> None:
    """What it makes of the third of February 2001, 04:05:06; no text is no form, and nothing said is a type."""
    told = {"sdtype": "datetime"} if form is None else {"sdtype": "datetime", "datetime_format": form}
    metadata = {"METADATA_SPEC_VERSION": "V1", "columns": {"t": told}}
    assert read_sdv_metadata(metadata).overrides["t"].kind == kind


def test_ids_are_keys_and_forms_of_days_are_kept() -> None:
    """With the primary key once, wherever it stands; a form that names no day is left to the cells."""
    columns = {**COLUMNS, "hour": {"sdtype": "datetime", "datetime_format": "%H:%M"}}
    for primary, keys in (
        (None, ("id", "hospital")),
        ("hospital", ("id", "hospital")),
        ("code", ("id", "hospital", "code")),
    ):
        metadata = read_sdv_metadata({**SINGLE, "columns": columns, "primary_key": primary})
        assert metadata.keys == keys
    read = {name: (metadata.overrides[name].kind, metadata.overrides[name].format) for name in ("born", "hour", "age")}
    assert read == {"born": ("datetime", "%Y-%m-%d"), "hour": (None, None), "age": ("numeric", None)}
