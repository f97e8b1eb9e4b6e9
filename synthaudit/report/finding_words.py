"""What each kind of finding is called, what usually helps, and what to ask the vendor about it."""

from dataclasses import dataclass
from typing import Literal

from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report import what_now

Kind = Literal[
    "copies",
    "own-values",
    "rare-values",
    "near-copies",
    "group",
    "attribute",
    "isolated",
    "rows-removed",
    "pieces",
    "deleted-known",
    "deleted-in-train",
    "claim",
    "one-release",
    "holdout-seen",
]
"""What was found; the stable part of a finding's name."""
Topic = Literal[
    "copies",
    "values",
    "rare",
    "single_people",
    "group",
    "attribute",
    "filter",
    "deleted",
    "claim",
    "holdout",
    "left_out",
    "fitted_on",
    "beyond",
    "proof",
    "other_releases",
    "resemblance",
]
"""What a question to the vendor is about."""

KIND_OF: dict[str, Kind] = {
    what_now.COPIED: "copies",
    what_now.OWN_VALUES: "own-values",
    what_now.RARE: "rare-values",
    what_now.NEAR: "near-copies",
    what_now.GROUP: "group",
    what_now.GUESSED: "attribute",
    what_now.ISOLATED: "isolated",
    what_now.REMOVED: "rows-removed",
    what_now.TEXT: "pieces",
    what_now.STILL_KNOWN: "deleted-known",
    what_now.DELETED: "deleted-in-train",
}
"""Row of the table of findings in ``docs/what-now.md`` -> kind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KindWords:
    """A kind in words."""

    label: str
    helps: str
    topic: Topic


_WORDS: dict[Kind, tuple[str, str, Topic]] = {
    "copies": (
        N_("Verbatim copies"),
        N_("Take real rows out; stop training earlier; fewer parameters. To delete the copies found is no cure."),
        "copies",
    ),
    "own-values": (
        N_("Values of one person"),
        N_("Make these values up anew from a list, or leave the column out."),
        "values",
    ),
    "rare-values": (
        N_("Rare values"),
        N_("Round amounts, cut dates to months, pool rare levels before fitting, not after."),
        "rare",
    ),
    "near-copies": (
        N_("Near copies"),
        N_("Larger leaves, wider bandwidths, fewer epochs, or training with differential privacy."),
        "single_people",
    ),
    "group": (
        N_("A group stands out"),
        N_("Pool the group with another, or leave it out."),
        "group",
    ),
    "attribute": (
        N_("An attribute is guessed too well"),
        N_("Leave the secret out, or release it in a table of its own."),
        "attribute",
    ),
    "isolated": (
        N_("The most isolated people are known"),
        N_("Cap extremes before fitting; differential privacy."),
        "single_people",
    ),
    "rows-removed": (
        N_("Rows near the training data are missing"),
        N_("Audit the release before the filter: a filter hides copies, and the hole gives members away."),
        "filter",
    ),
    "pieces": (
        N_("Pieces of text are repeated"),
        N_("Release no free text; codes instead."),
        "rare",
    ),
    "deleted-known": (
        N_("People said to be deleted are still known"),
        N_("Fit again without them; audit that release with the same list."),
        "deleted",
    ),
    "deleted-in-train": (
        N_("People said to be deleted are in train"),
        N_("Ask which list is right; delete them, fit again, audit that release with the same list."),
        "deleted",
    ),
    "claim": (
        N_("The claim of epsilon is refuted"),
        N_("Have the noise, the unit and the count of all steps looked at, and the code reviewed."),
        "claim",
    ),
    "one-release": (
        N_("One of several releases tells who was in"),
        N_("Withdraw that release; others take nothing back."),
        "single_people",
    ),
    "holdout-seen": (
        N_("The vendor seems to have had the holdout"),
        N_("Look whether the files were given in the right order; else draw a new holdout."),
        "holdout",
    ),
}
RANK: dict[Kind, int] = {kind: place for place, kind in enumerate(_WORDS)}
"""Place of a kind among equals."""


def kind_words(kind: Kind) -> KindWords:
    """The words of a kind, in the language of the moment."""
    label, helps, topic = _WORDS[kind]
    return KindWords(label=_(label), helps=_(helps), topic=topic)


ASKED: Labels[Topic, tuple[str, str]] = Labels(
    {
        "copies": (
            N_("How do rows of the training table come into the release word for word?"),
            N_("Names the step that lets them through, and changes that step. “We delete the copies” is none."),
        ),
        "values": (
            N_("Where do the values of names, numbers and accounts in the release come from?"),
            N_("They are drawn from a list made up for this release, and real ones never reach the generator."),
        ),
        "rare": (
            N_("What is done with rare values, exact amounts, dates and free text before the generator is fitted?"),
            N_("They are rounded, pooled or left out before fitting, by a rule that is written down for each column."),
        ),
        "single_people": (
            N_("What keeps the generator from learning single people by heart?"),
            N_("Settings that bound what one person can change, such as the smallest leaf, early stopping, or noise."),
        ),
        "group": (
            N_("How many people of the group that stands out was the generator fitted on, and how was it weighted?"),
            N_("A number, and a plan: the group is pooled, or given no weight of its own."),
        ),
        "attribute": (
            N_("Why does the release say more of these attributes for people in the data than for others?"),
            N_("Names columns that determine the secret for single people, and coarsens or leaves out one of them."),
        ),
        "filter": (
            N_("Which rows were removed from the release after it was made, and by what rule?"),
            N_("None, and the unfiltered release is handed over; or the rule, and that it never looks at real rows."),
        ),
        "deleted": (
            N_("On which date were the people of the deletion list taken out, and was the generator fitted again?"),
            N_("A date before the fit, and a log of that fit with its number of rows."),
        ),
        "claim": (
            N_("How was the claimed epsilon worked out, and for which change of the training table does it hold?"),
            N_("Names mechanism, unit, delta and all steps that read the data, and owns that the figure was wrong."),
        ),
        "holdout": (
            N_("What exactly was the generator fitted on, and were you ever given people outside the training table?"),
            N_("A list of the files with their hashes, none of which is the holdout."),
        ),
        "left_out": (
            N_("Which people of the same kind was the generator never given?"),
            N_("A list drawn at random beforehand; or the same generator is fitted again on a drawn half."),
        ),
        "fitted_on": (
            N_("What exactly was the generator fitted on, and what was done to its rows before and after?"),
            N_("A list of files with hashes, and every step: cleaning, tuning, choosing, filtering."),
        ),
        "beyond": (
            N_("Why does the delivered file hold more than the table: further decimals, metadata, an order of rows?"),
            N_("The export is mended: the file holds the table and nothing else."),
        ),
        "proof": (
            N_("What shows that the claimed epsilon holds: which mechanism, which unit, which steps are counted?"),
            N_("A proof or a review that names all of them, tuning and preparation included. No audit shows it."),
        ),
        "other_releases": (
            N_("Which other releases were made from these people, and who holds them?"),
            N_("A full list; they are then audited together, since releases add up."),
        ),
        "resemblance": (
            N_("Which levels, units or names were changed in the release, and which shares were changed on purpose?"),
            N_("A list by column, or a release written as the training table is."),
        ),
    }
)
"""The question, and what a good answer is."""
