"""Promises of synthaudit.adapters.policy and .config: files are read strictly, all problems at once."""

import re
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner
from pydantic import TypeAdapter

from synthaudit.adapters.config import Config, config_json_schema, load_config, parse_config
from synthaudit.adapters.policy import LIMITS, load_policy, policies
from synthaudit.cli.main import cli
from synthaudit.errors import InputError
from synthaudit.types import Policy

POLICY = """
name = "hospital"
auc = 0.6
"tpr_at_fpr_0.01" = 0.04
copies_excess = 0.001
exposed_allowed = false
source = "data protection board"
"""


def test_built_in_limits() -> None:
    """The three uses have the published limits, each stricter than the one before."""
    assert [(p.name, p.auc, p.tpr_at_fpr, p.copies_excess, p.exposed_allowed) for p in policies()] == [
        ("internal", 0.65, 0.10, 0.01, True),
        ("partner", 0.60, 0.05, 0.005, False),
        ("public", 0.55, 0.03, 0.002, False),
    ]
    assert [p.attribute_excess for p in policies()] == [0.20, 0.10, 0.05]
    source = "chosen by the synthaudit project (version 2); no regulator sets one for membership"
    assert {p.source for p in policies()} == {source}


def test_policy_file(tmp_path: Path) -> None:
    """A file gives the limits and who set them."""
    path = tmp_path / "p.toml"
    path.write_text(POLICY)
    policy = load_policy(path)
    assert (policy.name, policy.tpr_at_fpr, policy.source) == ("hospital", 0.04, "data protection board")
    assert policy.attribute_excess is None
    path.write_text(POLICY + "attribute_excess = 0.07\n")
    assert load_policy(path).attribute_excess == 0.07


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            POLICY.replace("auc =", "acu ="),
            "SA-180 p.toml: 'auc' is missing; unknown key 'acu' (did you mean 'auc'?). Correct the file.",
        ),
        (
            POLICY.replace("0.6", "1.0").replace("0.04", "0.0").replace('"hospital"', '"public"'),
            "SA-180 p.toml: 'auc' must be above 0.5 and below 1; 'tpr_at_fpr_0.01' must be above 0.01, which is "
            "chance, and below 1; 'name' is that of a built-in policy. Correct the file.",
        ),
        (
            POLICY + "attribute_excess = 0.0\n",
            "SA-180 p.toml: 'attribute_excess' must be above 0 and below 1. Correct the file.",
        ),
        (POLICY.replace("0.6", "inf"), "SA-180 p.toml: 'auc' must be finite. Correct the file."),
        ("name = ", "SA-180 p.toml: not valid TOML at end of document. Correct the syntax."),
        ("a = 1\na = 2\n", "SA-180 p.toml: not valid TOML at line 2, column 6. Correct the syntax."),
    ],
)
def test_bad_policy_files(tmp_path: Path, content: str, message: str) -> None:
    """Every problem of a policy file is in one message, without its values."""
    path = tmp_path / "p.toml"
    path.write_text(content)
    with pytest.raises(InputError) as caught:
        load_policy(path)
    assert str(caught.value) == message


def written(**limits: float | bool) -> str:
    """A policy file with other limits than ``POLICY``."""
    keys = {"auc": 0.6, "tpr_at_fpr_0.01": 0.04, "copies_excess": 0.001, "exposed_allowed": False, **limits}
    lines = [f'"{key}" = {str(value).lower()}' for key, value in keys.items()]
    return "\n".join([*lines, 'name = "hospital"', 'source = "data protection board"'])


@pytest.mark.parametrize(
    ("key", "inside", "outside", "must_be"),
    [
        ("auc", (0.501, 0.999), (0.5, 1.0, 0.4), "above 0.5 and below 1"),
        ("tpr_at_fpr_0.01", (0.011, 0.999), (0.01, 1.0), "above 0.01, which is chance, and below 1"),
        (
            "copies_excess",
            (0.0001, 0.999),
            (0.0, -0.001, 1.0),
            "above 0, which no number of people can show, and below 1",
        ),
        ("attribute_excess", (0.001, 0.999), (0.0, 1.0, -0.1), "above 0 and below 1"),
    ],
)
def test_what_a_limit_may_be(
    tmp_path: Path, key: str, inside: tuple[float, ...], outside: tuple[float, ...], must_be: str
) -> None:
    """Up to its ends, and not beyond."""
    path = tmp_path / "p.toml"
    for value in inside:
        path.write_text(written(**{key: value}))
        assert TypeAdapter(Policy).dump_python(load_policy(path), by_alias=True)[key] == value
    for value in outside:
        path.write_text(written(**{key: value}))
        with pytest.raises(InputError) as caught:
            load_policy(path)
        assert str(caught.value) == f"SA-180 p.toml: '{key}' must be {must_be}. Correct the file."


def test_a_policy_needs_a_name_and_a_source(tmp_path: Path) -> None:
    """Blanks are none; all problems are told together, the limits first and in their order."""
    path = tmp_path / "p.toml"
    blank = "'name' and 'source' must not be empty. Correct the file."
    for word in ("hospital", "data protection board"):
        path.write_text(POLICY.replace(word, "  "))
        with pytest.raises(InputError) as caught:
            load_policy(path)
        assert str(caught.value) == f"SA-180 p.toml: {blank}"
    path.write_text(
        written(attribute_excess=1.0, copies_excess=1.0, **{"tpr_at_fpr_0.01": 1.0}, auc=1.0).replace("hospital", "")
    )
    with pytest.raises(InputError) as caught:
        load_policy(path)
    assert str(caught.value) == (
        "SA-180 p.toml: 'auc' must be above 0.5 and below 1; 'tpr_at_fpr_0.01' must be above 0.01, which is chance, "
        f"and below 1; 'copies_excess' must be above 0, which no number of people can show, and below 1; "
        "'attribute_excess' must be above 0 and below 1; "
        f"{blank}"
    )


def test_every_limit_has_its_row() -> None:
    """A field of ``Policy`` that is no limit is its name or its source; every limit is checked, built in and shown."""
    named = {field.name for field in fields(Policy)} - {"name", "source"}
    assert [limit.field for limit in LIMITS] == [field.name for field in fields(Policy) if field.name in named]
    assert set(TypeAdapter(Policy).json_schema()["properties"]) == {limit.key for limit in LIMITS} | {"name", "source"}


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (
            POLICY,
            "name                                    hospital\n"
            "max(AUC, 1 - AUC)                       0.6\n"
            "members found at 1 % false names        0.04\n"
            "excess share of members copied          0.001\n"
            "people clearly exposed                  nobody allowed\n"
            "excess share whose secret is guessed    reported\n"
            "source                                  data protection board\n",
        ),
        (
            POLICY.replace("false", "true").replace("data protection", r"data\u202e") + "attribute_excess = 0.075\n",
            "name                                    hospital\n"
            "max(AUC, 1 - AUC)                       0.6\n"
            "members found at 1 % false names        0.04\n"
            "excess share of members copied          0.001\n"
            "people clearly exposed                  reported\n"
            "excess share whose secret is guessed    0.075\n"
            "source                                  data\\u202e board\n",
        ),
    ],
)
def test_a_policy_is_shown_whole(tmp_path: Path, content: str, shown: str) -> None:
    """Every limit in words and figures, and who set it; foreign text written out."""
    path = tmp_path / "p.toml"
    path.write_text(content)
    assert CliRunner().invoke(cli, ["policy", "show", str(path)]).output == shown


def test_unknown_policy() -> None:
    """A name that is no policy lists those there are."""
    with pytest.raises(InputError) as caught:
        load_policy("partnr")
    assert str(caught.value) == (
        "SA-101 option --policy: no policy 'partnr'. Choose one of internal, partner, public, or give a TOML file. "
        "Did you mean 'partner'?"
    )
    with pytest.raises(InputError, match=r"SA-101 no\.toml: cannot be opened"):
        load_policy("no.toml")


CONFIG = """
version = 1
[data]
train = "train.parquet"
synthetic = "-"
entity = "patient_id"
missing = ["NA", "-"]
rename = { Alter = "age" }
[columns.zip]
kind = "categorical"
[columns.diagnosis]
sensitive = true
[vendor]
name = "Vendor A"
release = "2026-11"
claims = { dp_epsilon = 3.0, unit = "person", relation = "add_remove" }
[threat]
generator = "cart"
[run]
profile = "standard"
seed = 0
time_budget_minutes = 30
jobs = 2
[policy]
use = "partner"
[output]
dir = "out"
"""


def test_config_file(tmp_path: Path) -> None:
    """Every key is read; paths count from the file's own folder, names and standard input do not."""
    path = tmp_path / "f.toml"
    path.write_text(CONFIG)
    config = load_config(path)
    assert config.data.train == str(tmp_path / "train.parquet")
    assert (config.data.synthetic, config.data.holdout) == ("-", None)
    assert config.data.missing == ("NA", "-")
    assert config.data.rename == {"Alter": "age"}
    assert config.columns["zip"].kind == "categorical"
    assert config.columns["diagnosis"].sensitive
    assert config.vendor.claims is not None
    assert config.vendor.claims.dp_epsilon == 3.0
    assert (config.run.profile, config.run.time_budget_minutes, config.run.jobs) == ("standard", 30.0, 2)
    assert (config.policy.use, config.output.dir) == ("partner", str(tmp_path / "out"))
    assert parse_config({}) == Config()


@pytest.mark.parametrize(
    ("content", "got"),
    [
        ({"rnu": {}}, "unknown key 'rnu' (did you mean 'run'?)"),
        (
            {"run": {"sed": 1, "profile": "fast", "jobs": 0, "seed": "0"}},
            "'run.profile' must be 'quick', 'standard' or 'thorough'; 'run.seed' must be a whole number; 'run.jobs' "
            "must be at least 1; unknown key 'run.sed' (did you mean 'seed'?)",
        ),
        ({"columns": {"zip": {"knd": "text"}}}, "unknown key 'columns.zip.knd' (did you mean 'kind'?)"),
        (
            {"columns": {"zip": {"sensitive": "yes"}}},
            "'columns.zip.sensitive' must be true or false",
        ),
        ({"data": 3}, "'data' must be a table"),
        ({"data": {"missing": "NA", "allow_overlap": 1}}, "'data.missing' must be a list; 'data.allow_overlap' must "
         "be true or false"),
        ({"version": 2}, "'version' must be 1"),
        (
            {"vendor": {"claims": {"dp_epsilon": 0}}},
            "'vendor.claims.dp_epsilon' must be above 0.0",
        ),
    ],
)  # fmt: skip
def test_bad_config(content: dict[str, Any], got: str) -> None:
    """All problems at once, by their path in the file, no value quoted."""
    with pytest.raises(InputError) as caught:
        parse_config(content)
    assert str(caught.value) == f"SA-180 config: {got}. Correct the file."


def test_config_schema_describes_the_example() -> None:
    """The JSON Schema accepts the example and refuses an unknown key."""
    schema = config_json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(tomllib.loads(CONFIG), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"treshold": 1}, schema)


def test_documented_examples_are_valid(tmp_path: Path) -> None:
    """Every configuration, and the policy, in docs/input-tables.md are read without an error."""
    text = (Path(__file__).parents[1] / "docs" / "input-tables.md").read_text(encoding="utf-8")
    *parts, config, policy = (block.split("```")[0] for block in text.split("```toml\n")[1:])
    columns = {name: override for part in parts for name, override in parse_config(tomllib.loads(part)).columns.items()}
    assert (columns["reference"].kind, columns["cost"].unit, columns["born"].format) == ("identifier", "zł", "%d.%m.%y")
    assert parse_config(tomllib.loads(config)).data.rename == {"Alter": "age"}
    path = tmp_path / "policy.toml"
    path.write_text(policy)
    assert load_policy(path).name == "hospital"


def test_every_code_is_documented() -> None:
    """docs/errors.md lists each code that reading, aligning and writing can end with."""
    root = Path(__file__).parents[1]
    sources = [path for room in ("files", "adapters") for path in (root / "synthaudit" / room).rglob("*.py")]
    raised = {code for source in sources for code in re.findall(r'"(SA-\d{3})', source.read_text(encoding="utf-8"))}
    listed = set(re.findall(r"^\| (SA-\d{3}) ", (root / "docs" / "errors.md").read_text(encoding="utf-8"), re.M))
    assert raised <= listed
