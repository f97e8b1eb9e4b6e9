"""Promise: a small file that a person or a program writes is refused at once, with its code, when it is a bomb.

Configurations, policies, SDV's metadata, manifests and evidence: each input is told by exact code and words, in
seconds and little memory, with nothing written and nothing of the file quoted.
"""

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from example_report import PASS

from synthaudit.adapters.readers.tables import read_table
from synthaudit.cli.main import cli
from synthaudit.errors import InputError
from synthaudit.evidence import to_json

SECONDS = 20
"""Of processor time for one refusal, on a machine under load."""
SECRET = "S3cretCell"

TOML: dict[str, tuple[Any, str]] = {
    "arrays 900 deep": ("a = " + "[" * 900 + "]" * 900, "lists within lists, 65 deep or more"),
    "arrays without an end": ("a = " + "[" * 900_000, "more than 100,000 values"),
    "arrays closed only": ("a = " + "]" * 900_000, "more than 100,000 values"),
    "inline tables 900 deep": ("a = " + "{b = " * 900 + "1" + "}" * 900, "lists within lists, 65 deep or more"),
    "an integer of 100,000 digits": ("a = " + "9" * 100_000, "a number of more than 400 digits"),
    "one with underscores": ("a = " + "9_9" * 40_000, "a number of more than 400 digits"),
    "an octal one": ("a = 0o" + "7" * 100_000, "a number of more than 400 digits"),
    "a float of 100,000 digits": ("a = 1." + "9" * 100_000, "a number of more than 400 digits"),
    "a dotted name of 50,000 parts": (".".join(["a"] * 50_000) + " = 1", "names of more than 8 parts"),
    "a dotted table": ("[" + ".".join(["a"] * 50_000) + "]", "names of more than 8 parts"),
    "a dotted table of tables": ("[[" + " . ".join(["a"] * 25_000) + "]]", "names of more than 8 parts"),
    "dotted names in quotes": (".".join(['"a"'] * 25_000) + " = 1", "names of more than 8 parts"),
    "dotted names in other quotes": (".".join(["'a.b'"] * 25_000) + " = 1", "names of more than 8 parts"),
    "many dotted names": ("\n".join(".".join(["a"] * 30) + f".b{i} = 1" for i in range(1_600)), "names of more than 8"),
    "a list of a million": ("a = [" + "1," * 400_000 + "1]", "more than 100,000 values"),
    "many tables": ("[[a]]\n" * 150_000, "more than 100,000 values"),
    "too large": ("#" * (1 << 20) + "\n", "larger than 1048576 bytes"),
    "not UTF-8": (b"a = '\xff'", "not UTF-8 at byte 5"),
    "half a character": (b"a = '\xed\xa0\x80'", "not UTF-8 at byte 5"),
    "a control character as a key": ('"\\u0001" = 1', "unknown key '\\u0001'"),
    "a bare control character": ("\x01 = 1", "not valid TOML at line 1, column 1"),
    "a bidi mark as a key": ('"\u202e" = 1', "unknown key '\\u202e'"),
    "a newline as a key": ('"a\\nb" = 1', "unknown key 'a\\u000ab'"),
    "an empty key": ('"" = 1', "unknown key ''"),
    "a key of a megabyte": ('"' + "k" * 1_000_000 + '" = 1', "unknown key 'kkkkkkkk"),
    "many unknown keys": ("\n".join(f"k{i} = 1" for i in range(90_000)), "more. Correct the file."),
    "a key twice": ("a = 1\na = 2", "not valid TOML"),
    "a string without an end": ('a = """' + SECRET * 90_000, "not valid TOML"),
    "quotes without an end": ('"""\\' * 200_000, "not valid TOML"),
    "single quotes without an end": ("'''a" * 200_000, "not valid TOML"),
    "a date that is none": ("a = 2020-13-40", "not valid TOML"),
    "infinity": ("[run]\ntime_budget_minutes = inf", "'run.time_budget_minutes' must be finite"),
    "NaN": ("[run]\ntime_budget_minutes = nan", "'run.time_budget_minutes' must be "),
    "a seed beyond all": ("[run]\nseed = " + "9" * 300, ""),
    "a bracket in a key": ('"[x]" = 1', "unknown key"),
}
JSON: dict[str, tuple[Any, str]] = {
    "lists 900 deep": ("[" * 900 + "]" * 900, "lists within lists, 65 deep or more"),
    "objects 100,000 deep": ('{"a":' * 100_000, "lists within lists, 65 deep or more"),
    "an integer of 100,000 digits": ('{"a": ' + "9" * 100_000 + "}", "a number of more than 400 digits"),
    "a float of 100,000 digits": ('{"a": 1.' + "9" * 100_000 + "}", "a number of more than 400 digits"),
    "NaN": ('{"a": NaN}', "NaN or Infinity, which are not JSON"),
    "minus infinity": ('{"a": -Infinity}', "NaN or Infinity, which are not JSON"),
    "a name twice": ('{"a": 1, "a": 2}', "the same name twice in one object"),
    "a name twice deep within": ('{"a": [{"b": 1, "\\u0062": 2}]}', "the same name twice in one object"),
    "empty lists": ('{"a": [' + "[]," * 2_000_000 + "[]]}", "more than 300,000 values"),
    "closed only": ("]" * 2_000_000, "more than 300,000 values"),
    "cut short": ('{"a": "' + SECRET * 1_000, "not valid JSON"),
    "backslashes without an end": ('{"a": "' + "\\" * 2_000_001, "not valid JSON"),
    "empty": ("", "not valid JSON"),
    "a text": (f'"{SECRET}"', "not a JSON object"),
    "a number": ("1", "not a JSON object"),
    "a list": ("[1]", "not a JSON object"),
    "not UTF-8": (b'{"a": "\xff"}', "not UTF-8"),
    "too large": (b" " * ((16 << 20) + 1), "larger than 16777216 bytes"),
}
EVIDENCE: dict[str, Callable[[dict[str, Any]], Any]] = {
    "a million reasons": lambda e: e.update(reasons=[SECRET] * 1_000_000),
    "a million findings": lambda e: e.update(findings=[{}] * 1_000_000),
    "a million settings": lambda e: e["provenance"].update(config=dict.fromkeys(map(str, range(500_000)), 1)),
    "settings 900 deep": lambda e: e["provenance"].update(config={"a": json.loads("[" * 900 + "]" * 900)}),
    "a reason of 20 MB": lambda e: e.update(reasons=[SECRET * 2_000_000]),
    "a number as a reason": lambda e: e.update(reasons=[1]),
    "an outcome of its own": lambda e: e.update(outcome=SECRET),
    "an infinite figure": lambda e: e["copies"].update(pvalue=float("1e999")),
    "a version as text": lambda e: e.update(schema_version="2"),
    "a version that is true": lambda e: e.update(schema_version=True),
    "an unknown field": lambda e: e.update(unknown=SECRET),
    "a missing field": lambda e: e.pop("outcome"),
}


def refusal(arguments: list[str], folder: Path) -> str:
    """The message of a command that is refused: quickly, in words of its own, and with nothing written."""
    before = sorted(path.name for path in folder.rglob("*"))
    start = time.process_time()
    done = CliRunner().invoke(cli, arguments)
    assert time.process_time() - start < SECONDS
    assert isinstance(done.exception, InputError), (done.exception, done.output)
    assert sorted(path.name for path in folder.rglob("*")) == before
    message = str(done.exception)
    assert SECRET not in message
    assert len(message) < 4_000
    return message


@pytest.mark.parametrize("what", TOML)
def test_a_configuration(tmp_path: Path, what: str) -> None:
    """SA-180 from ``--config``; with a table that is not there, so that nothing goes on."""
    content, words = TOML[what]
    (tmp_path / "c.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    message = refusal(["schema", "infer", "none.csv", "--config", str(tmp_path / "c.toml")], tmp_path)
    if words:
        assert message.startswith("SA-180 c.toml: "), message
        assert words in message
    else:
        assert message.startswith("SA-101 train none.csv: ")


@pytest.mark.parametrize("what", [what for what in TOML if "budget" not in TOML[what][1] and TOML[what][1]])
def test_a_policy(tmp_path: Path, what: str) -> None:
    """The same words for a policy's file."""
    content, words = TOML[what]
    (tmp_path / "p.toml").write_bytes(content if isinstance(content, bytes) else content.encode())
    message = refusal(["policy", "show", str(tmp_path / "p.toml")], tmp_path)
    assert message.startswith("SA-180 p.toml: "), message
    assert words in message


@pytest.mark.parametrize("what", JSON)
@pytest.mark.parametrize("kind", ["evidence", "metadata", "manifest"])
def test_a_json_file(tmp_path: Path, kind: str, what: str) -> None:
    """Evidence SA-401, SDV's metadata SA-122, a manifest SA-241."""
    content, words = JSON[what]
    name = {"evidence": "evidence.json", "metadata": "m.json", "manifest": "manifest.json"}[kind]
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    arguments = {
        "evidence": ["report", str(path)],
        "metadata": ["schema", "infer", "none.csv", "--sdv-metadata", str(path)],
        "manifest": ["check-inputs", "--manifest", str(path), "--synthetic", "none.csv"],
    }[kind]
    message = refusal(arguments, tmp_path)
    code = {"evidence": "SA-401 evidence", "metadata": "SA-122 SDV metadata", "manifest": "SA-241 manifest"}[kind]
    assert message.startswith(code), message
    assert kind == "manifest" or words in message


@pytest.mark.parametrize("what", EVIDENCE)
def test_evidence_that_an_audit_never_writes(tmp_path: Path, what: str) -> None:
    """A field too many, too few, too long or of another type; nothing is rendered."""
    content = json.loads(to_json(PASS))
    EVIDENCE[what](content)
    (tmp_path / "evidence.json").write_text(json.dumps(content).replace("Infinity", "1e999"))
    message = refusal(["report", str(tmp_path)], tmp_path)
    assert message[:6] in ("SA-401", "SA-402", "SA-403"), message


def test_the_most_that_is_rendered_is_rendered(tmp_path: Path) -> None:
    """Evidence within the limits gives its report in seconds, whatever it repeats."""
    content = json.loads(to_json(PASS))
    content["reasons"] = ["word"] * 100_000
    (tmp_path / "evidence.json").write_text(json.dumps(content))
    start = time.process_time()
    done = CliRunner().invoke(cli, ["report", str(tmp_path)], catch_exceptions=False)
    assert done.exit_code == 0
    assert time.process_time() - start < SECONDS


BOMBS: dict[str, tuple[str, bytes, str]] = {
    "lists in a line": ("t.jsonl", b'{"a":[' + b"[]," * 2_000_000 + b"[]]}", "SA-118 train t.jsonl: a line holds more"),
    "objects in a line": ("t.jsonl", b'{"a":' * 500_000, "SA-118 train t.jsonl: a line holds more than 5,000 values."),
    "names in a line": (
        "t.jsonl",
        b"{" + b",".join(b'"%d":1' % i for i in range(300_000)) + b"}",
        "SA-118 train t.jsonl: a line holds more than 5,000 values.",
    ),
    "a number in a line": ("t.jsonl", b'{"a":' + b"9" * 2_000_000 + b"}", "SA-118 train t.jsonl: a line holds a "),
    "commas": ("t.csv", b"," * 20_000_000, "SA-156 train t.csv, header: a record; limit 16777216 bytes."),
}


@pytest.mark.parametrize("what", BOMBS)
def test_a_table_of_one_line(tmp_path: Path, what: str) -> None:
    """A line that is cheap to write and dear to parse."""
    name, content, message = BOMBS[what]
    (tmp_path / name).write_bytes(content)
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        read_table(tmp_path / name, "train")
    assert str(caught.value).startswith(message)
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("evidence.json", ["report"]),
        ("manifest.json", ["check-inputs", "--synthetic", "none.csv", "--manifest"]),
        ("m.json", ["schema", "infer", "none.csv", "--sdv-metadata"]),
        ("p.toml", ["policy", "show"]),
        ("c.toml", ["schema", "infer", "none.csv", "--config"]),
    ],
)
def test_a_line_of_300_megabytes(tmp_path: Path, name: str, arguments: list[str]) -> None:
    """Refused by its size, with at most 200 MB beyond what the command needs anyway."""
    with (tmp_path / name).open("wb") as file:
        file.truncate(300_000_000)
    code = (
        "import sys, resource\nfrom synthaudit.cli.main import main\nimport synthaudit.commands.request\n"
        "import synthaudit.commands.audit\n"
        "before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\ntry:\n main()\nfinally:\n"
        " print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)"
    )
    command = [sys.executable, "-P", "-W", "ignore", "-c", code, *arguments, str(tmp_path / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2, done.stderr
    assert "larger than" in done.stderr
    assert int(done.stdout) < 200
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > 0
