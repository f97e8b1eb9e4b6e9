"""What the code can say, the documentation explains."""

import json
import re
from pathlib import Path

from synthaudit.adapters.config import config_json_schema
from synthaudit.adapters.policy import policies
from synthaudit.attacks import ATTACKS
from synthaudit.commands.plan import plan_people
from synthaudit.commands.request import request

ROOT = Path(__file__).parent.parent


def test_every_error_code_is_listed_and_every_listed_code_exists() -> None:
    """docs/errors.md and the package name the same SA codes."""
    used = {c for p in (ROOT / "synthaudit").rglob("*.py") for c in re.findall(r"SA-\d{3}", p.read_text("utf-8"))}
    listed = set(re.findall(r"SA-\d{3}", (ROOT / "docs" / "errors.md").read_text("utf-8")))
    assert used == listed


def test_every_attack_has_its_line() -> None:
    """docs/attacks.md lists every attack of the family with its threat model, and no other."""
    rows = re.findall(
        r"^\| `(\w+)` \| [^|]+ \| (\w+) \|", (ROOT / "docs" / "attacks.md").read_text("utf-8"), re.MULTILINE
    )
    assert set(rows) == {(attack.name, attack.threat_model) for attack in ATTACKS}


def test_the_limits_in_the_documentation_are_those_of_the_code() -> None:
    """docs/commands.md prints the limits of the built-in policies."""
    text = (ROOT / "docs" / "commands.md").read_text("utf-8")
    for policy in policies():
        auc, tpr = (f"{limit:.2f}".removeprefix("0") for limit in (policy.auc, policy.tpr_at_fpr))
        assert f"| `{policy.name}` | {auc} | {tpr} | {100 * policy.copies_excess:g} %".replace("| 0.", "| .") in text
        exposed = "reported" if policy.exposed_allowed else "nobody allowed"
        assert f"{exposed} | {policy.attribute_excess:.2f} |\n".replace("| 0.", "| .") in text


def test_the_shipped_schema_of_the_configuration_is_current() -> None:
    """``make schemas`` was run after the last change of the configuration's types."""
    for folder in ("synthaudit", "docs"):
        assert json.loads((ROOT / folder / "config.schema.json").read_text("utf-8")) == config_json_schema()


def test_the_people_needed_are_those_of_a_plan() -> None:
    """docs/questions.md names them for the profile standard."""
    text = (ROOT / "docs" / "questions.md").read_text("utf-8")
    plan = plan_people(2_000, request("-", profile="standard").settings)
    for use in plan.uses:
        assert f"| `{use.use}` | {use.people_needed:,} |\n" in text
