"""Before any attack: what this many people can decide under each policy, and whether a pass is ruled out already."""

from collections.abc import Iterable
from dataclasses import replace

from synthaudit.attacker.candidates import Pile
from synthaudit.encoding import joined
from synthaudit.risks.attribute_inference import choose_secrets
from synthaudit.settings import Settings
from synthaudit.statistics.power import decidable
from synthaudit.types import Coverage, Decidable, Schema


def forecast(
    schema: Schema, settings: Settings, pile: Pile, n_attacks: int, coverage: Iterable[Coverage]
) -> tuple[Decidable, ...]:
    """Work out the chance of a pass under each policy of the settings, if nothing leaks.

    Parameters
    ----------
    schema : Schema
        The audited columns, some of which are guessed where the profile tries that.
    settings : Settings
    pile : Pile
    n_attacks : int
        Attacks in their views, each of which is measured in every summary of a person's rows.
    coverage : iterable of Coverage
        What is known by now: one gap that blocks a pass leaves no chance of one, and no number of people mends it.
    """
    n1, n0 = int(pile.is_member.sum()), int((~pile.is_member).sum())
    real = pile.candidates if pile.reference is None else joined(pile.candidates, pile.reference)
    n_secrets = 0 if settings.profile == "quick" else len(choose_secrets(schema, real).columns)
    chances = [decidable(policy, n1, n0, n_attacks * len(pile.suffixes), n_secrets) for policy in settings.policies]
    gap = next((line.test for line in coverage if line.blocks_pass), None)
    if gap is not None:
        chances = [replace(chance, pass_probability=0.0, n_needed=None, ruled_out=gap) for chance in chances]
    return tuple(chances)
