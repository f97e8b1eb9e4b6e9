"""Every fixed word of the report: verdicts, statuses, attacks, glossary.

A verdict is a pass, a fail, or inconclusive, and says whether leakage was detected. It never calls a
table private, safe or anonymous: no audit can show that.
"""

from collections.abc import Mapping

from synthaudit.attacks import ATTACKS as FAMILY
from synthaudit.attacks import BESIDE, BY_RANK
from synthaudit.types import ControlStatus, CoverageStatus, Kind, Outcome, ThreatModel

HEADINGS: dict[tuple[Outcome, bool], str] = {
    ("pass", False): "no leakage detected above the limit",
    ("pass", True): "a small leak, below the limit",
    ("fail", True): "leakage detected, above the limit",
    ("fail", False): "a limit is exceeded",
    ("inconclusive", True): "leakage detected, how much is not decided",
    ("inconclusive", False): "neither passed nor failed",
}
"""What the outcome says, by whether leakage was detected."""

OUTCOME_WORDS: dict[str, str] = {"pass": "Pass", "fail": "Fail", "inconclusive": "Inconclusive", "error": "Error"}
"""The one word for an outcome, with a capital; uses have the same in small letters."""

FOR_USE: dict[str, str] = {"internal": "for internal use", "partner": "for partner use", "public": "for public use"}

USES: dict[str, str] = {
    "internal": "Internal team",
    "partner": "Partner under contract",
    "public": "Open to the public",
}

_LIMIT_WORDS: dict[Outcome, str] = {
    "pass": "within the limit",
    "fail": "above the limit",
    "inconclusive": "not decided",
}

NO_LIMIT = "reported, no limit"

_GATE_WORDS: dict[str, dict[Outcome, str]] = {
    "positive_control": {"pass": "yes", "fail": "no", "inconclusive": "not shown"},
    "top": {"pass": "no sign of it", "fail": "yes", "inconclusive": "not ruled out"},
    "coverage": {"pass": "nothing", "fail": "yes", "inconclusive": "yes"},
}

A_GAP = "a test is missing"
"""How the gate ``coverage`` stands where what it names was not tested."""


def gate_word(name: str, outcome: Outcome) -> str:
    """How a gate stands, in the words that fit its question."""
    return _GATE_WORDS.get(name, _LIMIT_WORDS)[outcome]


GATES: dict[str, str] = {
    "auc": "Telling members from non-members",
    "tpr_at_fpr": "Members found at 1 false name in 100",
    "copies": "Members copied verbatim beyond chance",
    "exposed": "Members clearly exposed",
    "top": "More members than non-members at the very top of an attack",
    "attributes": "Secrets guessed right, members beyond non-members",
    "positive_control": "Planted leak found",
    "coverage": "Anything else against a pass",
}


def gate_label(name: str) -> str:
    """What a gate asks; one without a line in ``GATES`` is shown by its own name."""
    return GATES.get(name, name.replace("_", " ").capitalize())


COVERAGE_WORDS: dict[CoverageStatus, str] = {
    "ran": "ran",
    "ran_low_power": "ran, too weak to conclude",
    "not_run": "not run",
    "not_applicable": "does not apply",
}

CONTROL_WORDS: dict[ControlStatus, str] = {
    "ok": "as expected",
    "noted": "unusual, noted",
    "failed": "failed",
    "not_run": "not run",
}

CONTROLS: dict[str, tuple[str, str]] = {
    "a_a": (
        "Same against same",
        "Two random halves of people who were not in the data. Nobody can be told apart, so the attacks must not.",
    ),
    "null": (
        "A release without a leak",
        "Real records of other people play the release. An attack that finds somebody here is broken.",
    ),
    "blind_baseline": (
        "Without the release",
        "Members against non-members, the release kept hidden. A difference means that the two tables were not "
        "drawn alike, and membership figures would mean nothing.",
    ),
    "stand_in": (
        "Members as the release",
        "Half of the members play the release. If the other members are nearer to them, or farther, than others "
        "are, the tables are related in a way that hides a leak or feigns one.",
    ),
}

PLANTED: dict[str, str] = {"verbatim": "Verbatim copies", "near": "Near copies"}

KINDS: dict[Kind, str] = {
    "numeric": "number",
    "categorical": "category",
    "datetime": "date or time",
    "boolean": "yes or no",
    "text": "text",
    "identifier": "identifier",
}

USED: dict[str, str] = {
    "distance": "in every attack",
    "exact_match": "equal values only",
    "left_out": "left out",
}

ROLES: dict[str, str] = {
    "train": "Training data (members)",
    "holdout": "Holdout (non-members)",
    "synthetic": "Synthetic release",
    "reference": "Reference sample",
    "deleted": "People said to be deleted",
}

RISKS: dict[str, str] = {
    "attribute_inference": "Guessing an attribute",
    "singling_out": "Singling out",
    "linkability": "Linking",
}

THREATS: dict[ThreatModel, tuple[str, str]] = {
    "no_box": ("release only", "holds the release and the record of one person, nothing else"),
    "reference": ("release and a sample", "also holds a sample of similar people"),
    "shadow": ("release, sample, method", "also knows the kind of generator and can run it"),
    "black_box": ("generator on call", "can also ask the vendor's generator for more releases"),
}

_VIEWS: Mapping[str, str] = {
    # Evidence of earlier versions has it.
    "gower": "Gower",
    **dict.fromkeys((attack.view for attack in FAMILY), ""),
    **{view: label for attack in FAMILY for view, label in attack.declared.view_labels.items()},
}
VIEWS: Mapping[str, str] = {
    **_VIEWS,
    **{again.view: ", ".join(filter(None, (_VIEWS[again.attack.view], "by rank"))) for again in BY_RANK},
}
"""What an attack looks at, where the same attack has several ways of looking."""

_LONGEST_LABEL = 30
"""Characters for which a chart has room."""


def _short(label: str) -> str:
    return label if len(label) <= _LONGEST_LABEL else label.partition(",")[0]


ATTACKS: Mapping[str, str] = {attack.name: _short(attack.about.label) for attack in FAMILY}
"""Plain names of our attacks, up to a comma where a chart has no room for more. An attack of another package, or of
another version, is shown by its own name, written as words."""

TOGETHER = "All attacks together"

PER_RECORD: Mapping[str, tuple[str, str]] = {beside.name: (beside.short_label, beside.looks_at) for beside in BESIDE}
"""What each per-record attack is called and looks at."""

SCOPE: tuple[str, ...] = (
    "Passing once is no proof. The figures hold for the attacks listed here, for this release and these tables; "
    "a stronger attack may exist, and a new release needs a new audit.",
    "The question asked is membership: can somebody who holds the release and the record of a person tell "
    "whether that person was in the training data? Guessing unknown attributes, singling out and linking are other "
    "questions; “Other risks” says what was tried.",
    "A limit is a choice. No regulator sets one for membership; who set these limits stands beside the verdict.",
    "Several releases made from the same people add up. Each may stay below a limit that all of them together exceed.",
    "Nothing here judges whether the release is useful. A table of noise would do well in this report.",
)

GLOSSARY: tuple[tuple[str, str], ...] = (
    (
        "Member, non-member",
        "A member is in the data that the generator was trained on. A non-member comes from the same population but "
        "was kept away from the generator. An attack that finds members but not non-members has found a leak.",
    ),
    ("Holdout", "The table of non-members. Without it nobody can say how often an attack is right by luck."),
    (
        "Attack",
        "A rule that gives every record a score: the higher, the more it believes that the record was in the training "
        "data. All attacks here are run on members and non-members mixed, without knowing which is which.",
    ),
    (
        "False name",
        "A non-member who is wrongly named as a member. “At 1 false name in 100” means that the attack is set so "
        "strictly that only 1 of 100 non-members is named. That share is also called false positive rate (FPR).",
    ),
    (
        "Members found",
        "How many members are rightly named at that setting. An attack that only guesses finds as many members as it "
        "gives false names. Also called true positive rate (TPR).",
    ),
    (
        "AUC",
        "Show the attack one member and one non-member. The AUC is the chance that it points to the right one: 0.5 is "
        "a coin toss, 1 is always right. Below 0.5 the attack is right when turned around, which leaks as well. "
        "It is the area under the ROC curve, the curve of members found against false names.",
    ),
    (
        "95 % interval",
        "The range of true values that fit what was measured. Were the audit repeated with other people, 95 of 100 "
        "such ranges would contain the truth.",
    ),
    (
        "p-value",
        "How often pure chance would look at least as bad as this. It says whether there is a leak, not how large.",
    ),
    (
        "Adjusted p-value",
        "The p-value after allowing for the number of attacks tried: of many attacks one looks good by luck.",
    ),
    (
        "Planted leak",
        "Real records put into the release on purpose, to see whether the attacks find them. A test that misses a "
        "planted leak proves nothing by finding no other.",
    ),
    (
        "Clearly exposed",
        "A member whose own record stands out so strongly that, of all members named in this way, at most 1 in 20, "
        "or 1 in 10 where few stand out, is expected to be named wrongly.",
    ),
    (
        TOGETHER,
        "A model that reads the scores of all attacks at once. It is taught who some of the members are and judged on "
        "people it has yet to see. Only the auditor can train it, for nobody else knows the members; it stands for a "
        "clever combination of these attacks.",
    ),
    (
        "Shadow release",
        "A release that the auditor made with a generator of the kind the vendor is assumed to use, from people "
        "chosen by the auditor. It shows what such a generator does with and without a person.",
    ),
    (
        "Reference sample",
        "Real records that are in neither group, which the attacker is assumed to own for comparison.",
    ),
)
