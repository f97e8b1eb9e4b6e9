"""What an attack is, as plain text for a terminal."""

from collections.abc import Sequence
from textwrap import fill
from typing import Protocol

from synthaudit.report import words
from synthaudit.report.numbers import shown
from synthaudit.types import About, ThreatModel

_WIDTH = 100
_INDENT = 10
_SHORT_AUDITOR = "auditor only"
HOLDS: dict[ThreatModel | None, str] = {
    "no_box": "holds the release and the record of one person",
    "reference": "holds the release, the record of one person, and a sample of similar people",
    "shadow": "holds the release, the record of one person and a sample of similar people, knows the kind of generator"
    " and can run it",
    "black_box": "holds all that can be held: the release, records, a sample, the method, and the vendor's generator"
    " on call",
    None: "is the auditor, who alone knows the members",
}
"""Who makes an attack of each threat model, in a clause."""


class Explained(Protocol):
    """What there is to say of an attack: of a member of the family, or of one beside it."""

    @property
    def name(self) -> str:
        """Name in the family, snake case."""
        ...

    @property
    def view(self) -> str:
        """What it reads."""
        ...

    @property
    def threat_model(self) -> ThreatModel | None:
        """What its attacker must hold; None where only the auditor can make it."""
        ...

    @property
    def about(self) -> About:
        """What it is, sees and misses."""
        ...


def short(threat_model: ThreatModel | None) -> str:
    """The attacker in two or three words, as the report has them."""
    return _SHORT_AUDITOR if threat_model is None else words.THREATS[threat_model][0]


def listing(attacks: Sequence[Explained], origins: Sequence[str]) -> str:
    """One line per name: name, what the attacker holds, label, and where a foreign attack comes from.

    Parameters
    ----------
    attacks : sequence of Explained
        The family and what is beside it; an attack in several views is listed once.
    origins : sequence of str
        Distribution and version of each, empty for our own.
    """
    lines = {}
    width = max(len(attack.name) for attack in attacks)
    holds = max(len(short(attack.threat_model)) for attack in attacks)
    for attack, origin in zip(attacks, origins, strict=True):
        label = shown(attack.about.label) + (f" ({origin})" if origin else "")
        lines[attack.name] = f"{attack.name:<{width}}  {short(attack.threat_model):<{holds}}  {label}"
    return "\n".join(lines.values())


def explanation(attacks: Sequence[Explained], runs: str, origin: str) -> str:
    """Everything that an attack says of itself.

    Parameters
    ----------
    attacks : sequence of Explained
        One attack in all its views.
    runs : str
        When it runs.
    origin : str
        Distribution and version, empty for our own.
    """
    first = attacks[0]
    about = first.about
    entries = {
        "attacker": HOLDS[first.threat_model] + (f" ({first.threat_model})" if first.threat_model else ""),
        "idea": about.idea,
        "sees": about.sees,
        "misses": about.misses,
        "cost": about.cost,
        "source": about.source,
        "views": ", ".join(attack.view for attack in attacks),
        "runs": runs,
        "from": origin,
    }
    paragraphs = [_entry(name, text) for name, text in entries.items() if text]
    return "\n".join([f"{first.name}: {shown(about.label)}", "", *paragraphs])


def _entry(name: str, text: str) -> str:
    indent = " " * _INDENT
    head = f"{name:<{_INDENT}}"
    return fill(shown(text), _WIDTH, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False)
