"""The parts of ``docs/attacks.md`` that attacks say of themselves: ``python -P tests/attack_docs.py`` writes them."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from textwrap import fill

from synthaudit.attacks import ATTACKS, BESIDE
from synthaudit.attacks.common.declared import Beside
from synthaudit.pipeline.suite import when_it_runs
from synthaudit.types import Attack

PAGE = Path(__file__).parent.parent / "docs" / "attacks.md"
_NOTE = "written by tests/attack_docs.py from the attacks themselves"


def updated(text: str) -> str:
    """The page with its table and its sections as the attacks of the registry have them."""
    views: dict[str, list[Attack]] = {}
    for attack in ATTACKS:
        views.setdefault(attack.name, []).append(attack)
    head = ["| attack | views | threat model | in words | runs |", "|---|---|---|---|---|"]
    text = _replaced(text, "table", "\n".join([*head, *(_row(attacks) for attacks in views.values())]))
    text = _replaced(text, "sections", "\n\n".join(_section(attacks[0]) for attacks in views.values()))
    return _replaced(text, "beside", "\n\n".join(_section(beside, _more(beside)) for beside in BESIDE))


def _more(beside: Beside) -> dict[str, str]:
    attacker = "no attacker, only the auditor" if beside.threat_model is None else f"`{beside.threat_model}`"
    return {"Threat model": f"{attacker}.", "Reads": f"{beside.view}.", "Runs": f"{beside.runs}."}


def _row(attacks: Sequence[Attack]) -> str:
    first = attacks[0]
    name, views = f"`{first.name}`", ", ".join(f"`{attack.view}`" for attack in attacks)
    return f"| {name} | {views} | {first.threat_model} | {first.about.label} | {when_it_runs(first.name)} |"


def _section(attack: Attack | Beside, more: Mapping[str, str] | None = None) -> str:
    about = attack.about
    source = about.source.removesuffix(".") + "."
    items = {"Sees": about.sees, "Misses": about.misses, "Cost": about.cost, "Source": source, **(more or {})}
    return "\n".join(
        [
            f"### `{attack.name}`: {about.label}",
            "",
            _wrapped(about.idea),
            "",
            *(_wrapped(f"- **{name}.** {text}", indent="  ") for name, text in items.items()),
        ]
    )


def _wrapped(text: str, indent: str = "") -> str:
    # A line that began with an operator would be read as a list.
    text = re.sub(r" ([-+*=]) ", "\u0001\\1 ", text)
    filled = fill(text, 120, subsequent_indent=indent, break_on_hyphens=False, break_long_words=False)
    return filled.replace("\u0001", " ")


def _replaced(text: str, part: str, content: str) -> str:
    begin, end = f"<!-- {part}: {_NOTE} -->\n", f"\n<!-- end of {part} -->"
    return re.sub(f"(?s)({re.escape(begin)}).*?({re.escape(end)})", lambda m: f"{m[1]}\n{content}\n{m[2]}", text)


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text("utf-8")), "utf-8")
