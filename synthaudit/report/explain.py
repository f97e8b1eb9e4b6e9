"""What an attack is, as plain text for a terminal."""

from collections.abc import Sequence
from textwrap import fill
from typing import Protocol

from synthaudit.files.catalogue import N_, Labels, _, marks
from synthaudit.files.retold import retold
from synthaudit.report import words
from synthaudit.report.numbers import shown
from synthaudit.types import About, ThreatModel

_WIDTH = 100
_INDENT = 10
_SHORT_AUDITOR = N_("auditor only")
HOLDS: Labels[ThreatModel | None, str] = Labels(
    {
        "no_box": N_("holds the release and the record of one person"),
        "reference": N_("holds the release, the record of one person, and a sample of similar people"),
        "shadow": N_(
            "holds the release, the record of one person and a sample of similar people, knows the kind of generator"
            " and can run it"
        ),
        "black_box": N_(
            "holds all that can be held: the release, records, a sample, the method, and the vendor's generator on call"
        ),
        None: N_("is the auditor, who alone knows the members"),
    }
)
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
    return _(_SHORT_AUDITOR) if threat_model is None else words.THREATS[threat_model][0]


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
        label = shown(_(attack.about.label)) + (f" ({origin})" if origin else "")
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
        _("attacker"): HOLDS[first.threat_model] + (f" ({first.threat_model})" if first.threat_model else ""),
        _("idea"): _(about.idea),
        _("sees"): _(about.sees),
        _("misses"): _(about.misses),
        _("cost"): _(about.cost),
        _("source"): _(about.source),
        _("views"): ", ".join(attack.view for attack in attacks),
        _("runs"): retold(runs),
        _("from"): origin,
    }
    paragraphs = [_entry(name, text) for name, text in entries.items() if text]
    return "\n".join([f"{first.name}{marks().colon}{shown(_(about.label))}", "", *paragraphs])


def _entry(name: str, text: str) -> str:
    indent = " " * _INDENT
    head = f"{name:<{_INDENT}}"
    return fill(shown(text), _WIDTH, initial_indent=head, subsequent_indent=indent, break_on_hyphens=False)
