"""Every fixed word of the report: verdicts, statuses, attacks, glossary.

A verdict is a pass, a fail, or inconclusive, and says whether leakage was detected. It never calls a
table private, safe or anonymous: no audit can show that.
"""

from collections.abc import Mapping

from synthaudit.attacks import ATTACKS as FAMILY
from synthaudit.attacks import BESIDE, BY_RANK
from synthaudit.files.catalogue import N_, Labels, _
from synthaudit.report.retold import retold
from synthaudit.types import ControlStatus, CoverageStatus, Kind, Outcome, ThreatModel

HEADINGS: Labels[tuple[Outcome, bool], str] = Labels(
    {
        ("pass", False): N_("no leakage detected above the limit"),
        ("pass", True): N_("a small leak, below the limit"),
        ("fail", True): N_("leakage detected, above the limit"),
        ("fail", False): N_("a limit is exceeded"),
        ("inconclusive", True): N_("leakage detected, how much is not decided"),
        ("inconclusive", False): N_("neither passed nor failed"),
    }
)
"""What the outcome says, by whether leakage was detected."""

OUTCOME_WORDS: Labels[str, str] = Labels(
    {
        "pass": N_("Pass"),
        "fail": N_("Fail"),
        "inconclusive": N_("Inconclusive"),
        "error": N_("Error"),
    }
)
"""The one word for an outcome, with a capital."""

OUTCOMES: Labels[str, str] = Labels(
    {"pass": N_("pass"), "fail": N_("fail"), "inconclusive": N_("inconclusive"), "error": N_("error")}
)
"""The same within a line."""

FOR_USE: Labels[str, str] = Labels(
    {
        "internal": N_("for internal use"),
        "partner": N_("for partner use"),
        "public": N_("for public use"),
    }
)

USES: Labels[str, str] = Labels(
    {
        "internal": N_("Internal team"),
        "partner": N_("Partner under contract"),
        "public": N_("Open to the public"),
    }
)

USES_WITHIN: Labels[str, str] = Labels(
    {"internal": N_("internal team"), "partner": N_("partner under contract"), "public": N_("open to the public")}
)
"""The same within a sentence."""

_LIMIT_WORDS: Labels[Outcome, str] = Labels(
    {
        "pass": N_("within the limit"),
        "fail": N_("above the limit"),
        "inconclusive": N_("not decided"),
    }
)

NO_LIMIT = N_("reported, no limit")

_GATE_WORDS: dict[str, Labels[Outcome, str]] = {
    "positive_control": Labels({"pass": N_("yes"), "fail": N_("no"), "inconclusive": N_("not shown")}),
    "top": Labels({"pass": N_("no sign of it"), "fail": N_("yes"), "inconclusive": N_("not ruled out")}),
    "coverage": Labels({"pass": N_("nothing"), "fail": N_("yes"), "inconclusive": N_("yes")}),
}

A_GAP = N_("a test is missing")
"""How the gate ``coverage`` stands where what it names was not tested."""


def gate_word(name: str, outcome: Outcome) -> str:
    """How a gate stands, in the words that fit its question."""
    return _GATE_WORDS.get(name, _LIMIT_WORDS)[outcome]


GATES: Labels[str, str] = Labels(
    {
        "auc": N_("Telling members from non-members"),
        "tpr_at_fpr": N_("Members found at 1 false name in 100"),
        "copies": N_("Members copied verbatim beyond chance"),
        "exposed": N_("Members clearly exposed"),
        "top": N_("More members than non-members at the very top of an attack"),
        "attributes": N_("Secrets guessed right, members beyond non-members"),
        "positive_control": N_("Planted leak found"),
        "coverage": N_("Anything else against a pass"),
    }
)


def gate_label(name: str) -> str:
    """What a gate asks; one without a line in ``GATES`` is shown by its own name."""
    return GATES.get(name, name.replace("_", " ").capitalize())


COVERAGE_WORDS: Labels[CoverageStatus, str] = Labels(
    {
        "ran": N_("ran"),
        "ran_low_power": N_("ran, too weak to conclude"),
        "not_run": N_("not run"),
        "not_applicable": N_("does not apply"),
    }
)

CONTROL_WORDS: Labels[ControlStatus, str] = Labels(
    {
        "ok": N_("as expected"),
        "noted": N_("unusual, noted"),
        "failed": N_("failed"),
        "not_run": N_("not run"),
    }
)

CONTROLS: Labels[str, tuple[str, str]] = Labels(
    {
        "a_a": (
            N_("Same against same"),
            N_(
                "Two random halves of people who were not in the data. Nobody can be told apart, so the attacks "
                "must not."
            ),
        ),
        "null": (
            N_("A release without a leak"),
            N_("Real records of other people play the release. An attack that finds somebody here is broken."),
        ),
        "blind_baseline": (
            N_("Without the release"),
            N_(
                "Members against non-members, the release kept hidden. A difference means that the two tables were "
                "not drawn alike, and membership figures would mean nothing."
            ),
        ),
        "stand_in": (
            N_("Members as the release"),
            N_(
                "Half of the members play the release. If the other members are nearer to them, or farther, than "
                "others are, the tables are related in a way that hides a leak or feigns one."
            ),
        ),
    }
)

_CONTROL_TESTS = {
    "A/A control": "a_a",
    "null control": "null",
    "blind baseline": "blind_baseline",
    "stand-in control": "stand_in",
}
"""Name of a test in the evidence -> the control that it is."""


def name_of_test(name: str) -> str:
    """A test of the coverage record as the page calls it: a control by the name that it has in its own table."""
    if name in _CONTROL_TESTS:
        return _("control “{control}”").format(control=CONTROLS[_CONTROL_TESTS[name]][0])
    return retold(name)


def control_name(name: str) -> str:
    """The same of a control that a reason names, such as ``null``."""
    return CONTROLS[_CONTROL_TESTS[f"{name} control"]][0]


PLANTED: Labels[str, str] = Labels({"verbatim": N_("Verbatim copies"), "near": N_("Near copies")})

KINDS: Labels[Kind, str] = Labels(
    {
        "numeric": N_("number"),
        "categorical": N_("category"),
        "datetime": N_("date or time"),
        "boolean": N_("yes or no"),
        "text": N_("text"),
        "identifier": N_("identifier"),
    }
)

USED: Labels[str, str] = Labels(
    {
        "distance": N_("in every attack"),
        "exact_match": N_("equal values only"),
        "left_out": N_("left out"),
    }
)

ROLES: Labels[str, str] = Labels(
    {
        "train": N_("Training data (members)"),
        "holdout": N_("Holdout (non-members)"),
        "synthetic": N_("Synthetic release"),
        "reference": N_("Reference sample"),
        "deleted": N_("People said to be deleted"),
    }
)

RISKS: Labels[str, str] = Labels(
    {
        "attribute_inference": N_("Guessing an attribute"),
        "singling_out": N_("Singling out"),
        "linkability": N_("Linking"),
    }
)

RISKS_WITHIN: Labels[str, str] = Labels(
    {
        "attribute_inference": N_("guessing an attribute"),
        "singling_out": N_("singling out"),
        "linkability": N_("linking"),
    }
)
"""The same within a sentence."""

THREATS: Labels[ThreatModel, tuple[str, str]] = Labels(
    {
        "no_box": (N_("release only"), N_("holds the release and the record of one person, nothing else")),
        "reference": (N_("release and a sample"), N_("also holds a sample of similar people")),
        "shadow": (N_("release, sample, method"), N_("also knows the kind of generator and can run it")),
        "black_box": (N_("generator on call"), N_("can also ask the vendor's generator for more releases")),
    }
)

_VIEWS: Mapping[str, str] = {
    # Evidence of earlier versions has it.
    "gower": N_("Gower"),
    **dict.fromkeys((attack.view for attack in FAMILY), ""),
    **{view: label for attack in FAMILY for view, label in attack.declared.view_labels.items()},
}
_AGAIN: Mapping[str, str] = {again.view: again.attack.view for again in BY_RANK}
"""View of an attack that is made again by rank -> the view that it is made in first."""


OVER_ROWS: Labels[str, str] = Labels({"max": N_("max"), "mean": N_("mean")})
"""How the scores of a person's rows became one."""


def view_name(view: str) -> str | None:
    """What an attack looks at, where the same attack has several ways of looking; None for another package's."""
    if view in _AGAIN:
        return ", ".join(filter(None, (_(_VIEWS[_AGAIN[view]]), _("by rank"))))
    return _(_VIEWS[view]) if view in _VIEWS else None


_LONGEST_LABEL = 30
"""Characters for which a chart has room."""
_ATTACKS: Mapping[str, str] = {attack.name: attack.about.label for attack in FAMILY}


def attack_name(attack: str) -> str | None:
    """Plain name of one of our attacks, up to a comma where a chart has no room for more; None for an attack of another
    package, or of another version.
    """
    label = _(_ATTACKS.get(attack, ""))
    return (label if len(label) <= _LONGEST_LABEL else label.partition(",")[0]) or None


TOGETHER = N_("All attacks together")

PER_RECORD: Labels[str, tuple[str, str]] = Labels(
    {beside.name: (beside.short_label, beside.looks_at) for beside in BESIDE}
)
"""What each per-record attack is called and looks at."""

SCOPE: tuple[str, ...] = (
    N_(
        "Passing once is no proof. The figures hold for the attacks listed here, for this release and these "
        "tables; a stronger attack may exist, and a new release needs a new audit."
    ),
    N_(
        "The question asked is membership: can somebody who holds the release and the record of a person "
        "tell whether that person was in the training data? Guessing unknown attributes, singling out and "
        "linking are other questions; “Other risks” says what was tried."
    ),
    N_("A limit is a choice. No regulator sets one for membership; who set these limits stands beside the verdict."),
    N_(
        "Several releases made from the same people add up. Each may stay below a limit that all of them "
        "together exceed."
    ),
    N_(
        "No limit asks whether the release is useful: a table of noise would pass. “Quality” says how like train it is."
    ),
)

GLOSSARY: tuple[tuple[str, str], ...] = (
    (
        N_("Member, non-member"),
        N_(
            "A member is in the data that the generator was trained on. A non-member comes from the same "
            "population but was kept away from the generator. An attack that finds members but not non-members "
            "has found a leak."
        ),
    ),
    (N_("Holdout"), N_("The table of non-members. Without it nobody can say how often an attack is right by luck.")),
    (
        N_("Attack"),
        N_(
            "A rule that gives every record a score: the higher, the more it believes that the record was in the "
            "training data. All attacks here are run on members and non-members mixed, without knowing which is "
            "which."
        ),
    ),
    (
        N_("False name"),
        N_(
            "A non-member who is wrongly named as a member. “At 1 false name in 100” means that the attack is "
            "set so strictly that only 1 of 100 non-members is named. That share is also called false positive "
            "rate (FPR)."
        ),
    ),
    (
        N_("Members found"),
        N_(
            "How many members are rightly named at that setting. An attack that only guesses finds as many "
            "members as it gives false names. Also called true positive rate (TPR)."
        ),
    ),
    (
        N_("AUC"),
        N_(
            "Show the attack one member and one non-member. The AUC is the chance that it points to the right "
            "one: 0.5 is a coin toss, 1 is always right. Below 0.5 the attack is right when turned around, which "
            "leaks as well. It is the area under the ROC curve, the curve of members found against false names."
        ),
    ),
    (
        N_("95 % interval"),
        N_(
            "The range of true values that fit what was measured. Were the audit repeated with other people, 95 "
            "of 100 such ranges would contain the truth."
        ),
    ),
    (
        N_("p-value"),
        N_("How often pure chance would look at least as bad as this. It says whether there is a leak, not how large."),
    ),
    (
        N_("Adjusted p-value"),
        N_("The p-value after allowing for the number of attacks tried: of many attacks one looks good by luck."),
    ),
    (
        N_("Planted leak"),
        N_(
            "Real records put into the release on purpose, to see whether the attacks find them. A test that "
            "misses a planted leak proves nothing by finding no other."
        ),
    ),
    (
        N_("Clearly exposed"),
        N_(
            "A member whose own record stands out so strongly that, of all members named in this way, at most 1 "
            "in 20, or 1 in 10 where few stand out, is expected to be named wrongly."
        ),
    ),
    (
        TOGETHER,
        N_(
            "A model that reads the scores of all attacks at once. It is taught who some of the members are and "
            "judged on people it has yet to see. Only the auditor can train it, for nobody else knows the "
            "members; it stands for a clever combination of these attacks."
        ),
    ),
    (
        N_("Shadow release"),
        N_(
            "A release that the auditor made with a generator of the kind the vendor is assumed to use, from "
            "people chosen by the auditor. It shows what such a generator does with and without a person."
        ),
    ),
    (
        N_("Reference sample"),
        N_("Real records that are in neither group, which the attacker is assumed to own for comparison."),
    ),
)
