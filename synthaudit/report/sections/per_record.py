"""The most isolated people, attacked one by one."""

from synthaudit.files.catalogue import _
from synthaudit.report import words
from synthaudit.report.components import Named, Table, TextAndTable, figure, table
from synthaudit.report.facts import units
from synthaudit.report.numbers import count, duration, of_100, p_is, pvalue, sentence, shown
from synthaudit.report.summary import gives_isolated_away
from synthaudit.types import AuditReport, Estimate, PerRecord, PerRecordAttack


def view(report: AuditReport) -> TextAndTable | None:
    """How exposed they are, and what this release says of them; None where nobody was attacked alone."""
    result = report.per_record
    return None if result is None else TextAndTable(text=_text(report, result), table=_table(report, result))


def _text(report: AuditReport, result: PerRecord) -> tuple[str, ...]:
    """Who was attacked and how, how exposed they are, and what this release says of them."""
    who = units(report)
    verdict = (
        _("more than chance explains") if gives_isolated_away(result) else _("nothing that chance does not explain")
    )
    return (
        _(
            "The {n_records} {who} farthest from everybody else were attacked one by one, because generators "
            "expose such {who} first. An attacker who knows the kind of generator makes many releases, with and "
            "without one of them, and learns to tell the two apart. Kind of generator assumed: {generator}."
        ).format(n_records=count(result.n_records), who=who, generator=shown(result.generator, 60)),
        *_exposure(result.attacks, _("person") if report.unit == "entity" else _("record")),
        _(
            "What was learned was then tried on this release, and it finds {verdict} (both attacks together: "
            "{pvalue}). Only this figure and the right guesses speak of the release itself; the others tell what "
            "a generator of the kind assumed would do. No limit rests on either, and nobody is named."
        ).format(verdict=verdict, pvalue=p_is(result.pvalue)),
        _("{cost} It took {seconds}.").format(cost=sentence(result.cost), seconds=duration(result.seconds)),
        *(_("Failed: {failure}").format(failure=sentence(failure)) for failure in result.failures),
    )


def _exposure(attacks: tuple[PerRecordAttack, ...], unit: str) -> tuple[str, ...]:
    """What the stronger attack reaches, in tries."""
    estimates = [(attack.auc.value, attack) for attack in attacks if isinstance(attack.auc, Estimate)]
    if not estimates:
        return ()
    value, attack = max(estimates, key=lambda pair: pair[0])
    most = attack.auc_most_exposed
    worst = (
        _("; for the one most at risk in {most}").format(most=of_100(most.value)) if isinstance(most, Estimate) else ""
    )
    return (
        _(
            "Shown a new release made with such a {unit} and one made without, the stronger attack points to the "
            "right one in {value} of 100 tries{worst}. A coin is right in 50."
        ).format(unit=unit, value=of_100(value), worst=worst),
    )


def _table(report: AuditReport, result: PerRecord) -> Table | None:
    """What each kind of attack reaches."""
    return table(
        "isolated-table",
        _("The most isolated {units}, one by one").format(units=units(report)),
        (
            _("What the attack looks at"),
            _("AUC, mean (95 %)"),
            _("AUC of the most exposed (95 %)"),
            _("Right guesses on this release"),
            "p",
        ),
        [
            (
                _name(attack.name),
                figure(attack.auc),
                figure(attack.auc_most_exposed),
                _("{n_right} of {n_guessed}").format(n_right=count(attack.n_right), n_guessed=count(attack.n_guessed))
                if attack.n_guessed
                else _("none made"),
                pvalue(attack.pvalue),
            )
            for attack in result.attacks
        ],
        numeric={1, 2, 3, 4},
    )


def _name(attack: str) -> Named:
    label, meaning = words.PER_RECORD.get(attack, (shown(attack, 40), ""))
    return Named(text=label, note=meaning)
