"""The most isolated people, attacked one by one."""

from synthaudit.report import words
from synthaudit.report.components import Named, Table, table
from synthaudit.report.numbers import count, duration, measured, of_100, p_is, pvalue, sentence, shown
from synthaudit.report.summary import gives_isolated_away, units
from synthaudit.types import AuditReport, Estimate, PerRecordAttack


def text(report: AuditReport) -> tuple[str, ...]:
    """In words: who was attacked and how, how exposed they are, and what this release says of them."""
    found, who = report.per_record, units(report)
    if found is None:
        return ()
    verdict = "more than chance explains" if gives_isolated_away(found) else "nothing that chance does not explain"
    return (
        f"The {count(found.n_records)} {who} farthest from everybody else were attacked one by one, because generators "
        f"expose such {who} first. An attacker who knows the kind of generator makes many releases, with and without "
        "one of them, and learns to tell the two apart. Kind of generator assumed: "
        f"{shown(found.generator, 60)}.",
        *_exposure(found.attacks, "person" if report.unit == "entity" else "record"),
        f"What was learned was then tried on this release, and it finds {verdict} (both attacks together: "
        f"{p_is(found.pvalue)}). Only this figure and the right guesses speak of the release itself; the others tell "
        "what a generator of the kind assumed would do. No limit rests on either, and nobody is named.",
        f"{sentence(found.cost)} It took {duration(found.seconds)}.",
        *(f"Failed: {sentence(failure)}" for failure in found.failures),
    )


def _exposure(tried: tuple[PerRecordAttack, ...], one: str) -> tuple[str, ...]:
    """What the stronger attack reaches, in tries."""
    known = [(attack.auc.value, attack) for attack in tried if isinstance(attack.auc, Estimate)]
    if not known:
        return ()
    value, attack = max(known, key=lambda pair: pair[0])
    most = attack.auc_most_exposed
    worst = f"; for the one most at risk in {of_100(most.value)}" if isinstance(most, Estimate) else ""
    return (
        f"Shown a new release made with such a {one} and one made without, the stronger attack points to the right one "
        f"in {of_100(value)} of 100 tries{worst}. A coin is right in 50.",
    )


def attacks(report: AuditReport) -> Table | None:
    """What each kind of attack reaches."""
    return table(
        "isolated-table",
        f"The most isolated {units(report)}, one by one",
        (
            "What the attack looks at",
            "AUC, mean (95 %)",
            "AUC of the most exposed (95 %)",
            "Right guesses on this release",
            "p",
        ),
        [
            (
                _name(attack.name),
                measured(attack.auc),
                measured(attack.auc_most_exposed),
                f"{count(attack.n_right)} of {count(attack.n_guessed)}" if attack.n_guessed else "none made",
                pvalue(attack.pvalue),
            )
            for attack in (report.per_record.attacks if report.per_record else ())
        ],
        numeric={1, 2, 3, 4},
    )


def _name(attack: str) -> Named:
    label, meaning = words.PER_RECORD.get(attack, (shown(attack, 40), ""))
    return Named(text=label, note=meaning)
