"""Crosswalk: where the figures of this audit belong in laws, opinions and standards; never that one of them is kept."""

from collections.abc import Callable
from dataclasses import dataclass

from synthaudit.files.catalogue import N_, _, marks
from synthaudit.report import evidence_words as figures
from synthaudit.report.components import Named, Table
from synthaudit.report.facts import policy_name
from synthaudit.report.numbers import capital, shown
from synthaudit.types import AuditReport

Clauses = tuple[Callable[[AuditReport], str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One thing that a source asks; its words are looked up when they are printed."""

    part: str
    asks: str
    evidence: Clauses
    """Figures of the audit, each with its word where there is none."""
    assumes: str
    gap: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A law, an opinion, a standard, or a guideline."""

    id: str
    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkView:
    """The section, ready to print."""

    tables: tuple[Table, ...]


def _singled_out(report: AuditReport) -> str:
    return figures.risk(report, "singling_out")


def _linked(report: AuditReport) -> str:
    return figures.risk(report, "linkability")


def _not_by_an_audit(report: AuditReport) -> str:
    return figures.not_tested()


def _governed(report: AuditReport) -> str:
    about = report.engagement
    auditor = shown(about.auditor, 60) if about is not None and about.auditor.strip() else _("not named")
    return _("policy {policy}, auditor {auditor}, a hash of the evidence").format(
        policy=policy_name(report), auditor=auditor
    )


def _draw(report: AuditReport) -> str:
    if report.sealed is not None:
        return _("the split was drawn and sealed beforehand")
    return _("the split is taken on trust: not tested")


SOURCES: tuple[Source, ...] = (
    Source(
        id="wp29",
        name=N_("Article 29 Working Party, Opinion 05/2014 (WP216)"),
        rows=(
            Row(
                part=N_("Singling out"),
                asks=N_("Can the record of one person be isolated?"),
                evidence=(_singled_out, figures.exposed),
                assumes=N_("People are described by columns of the release."),
                gap=N_("Descriptions that nobody tried here."),
            ),
            Row(
                part=N_("Linkability"),
                asks=N_("Can records of one person be linked?"),
                evidence=(_linked, figures.copies),
                assumes=N_("Two halves of one record stand for two tables."),
                gap=N_("Other tables, and releases that this audit was not given."),
            ),
            Row(
                part=N_("Inference"),
                asks=N_("Can a value be deduced from others?"),
                evidence=(figures.guessed,),
                assumes=N_("Only what is guessed of members beyond others counts."),
                gap=N_("What follows from the population; columns that nobody asked about."),
            ),
        ),
    ),
    Source(
        id="gdpr",
        name=N_("GDPR, recital 26"),
        rows=(
            Row(
                part=N_("Means reasonably likely to be used"),
                asks=N_("Who would try, at which cost and with which technology?"),
                evidence=(figures.attackers,),
                assumes=N_("Nobody stronger than these attackers is likely."),
                gap=N_("Whether that is so is a judgement on recipients; later means are in no figure."),
            ),
            Row(
                part=N_("Identified, directly or indirectly"),
                asks=N_("Is anybody identified, also by being singled out?"),
                evidence=(figures.members_found, figures.exposed),
                assumes=N_("Members and non-members come from one population."),
                gap=N_("A small rate may be one person; being in the data may be harmless or not."),
            ),
        ),
    ),
    Source(
        id="edpb",
        name=N_("EDPB, Opinion 28/2024 (models)"),
        rows=(
            Row(
                part=N_("Direct extraction"),
                asks=N_("How likely is it that data of people come out of the model?"),
                evidence=(figures.copies, figures.own_values),
                assumes=N_("What the release repeats stands for what the model holds."),
                gap=N_("The model itself was not looked at."),
            ),
            Row(
                part=N_("Obtaining by queries"),
                asks=N_("How likely is it that an answer gives somebody away, meant or not?"),
                evidence=(figures.on_call, figures.members_found),
                assumes=N_("This release stands for the answers."),
                gap=N_("Other answers of the same model, and many of them together."),
            ),
            Row(
                part=N_("Insignificant"),
                asks=N_("Is that likelihood insignificant for everybody?"),
                evidence=(figures.most_members_found, figures.largest_risk),
                assumes=N_("The attacks made are the strongest."),
                gap=N_("The opinion names no number, and no bound is zero."),
            ),
        ),
    ),
    Source(
        id="iso",
        name=N_("ISO/IEC 27559:2022"),
        rows=(
            Row(
                part=N_("6.2 Threat modelling"),
                asks=N_("Who may attack, and how?"),
                evidence=(figures.attackers,),
                assumes=N_("Every recipient may attack."),
                gap=N_("Motives, skills, contracts and controls of the recipient."),
            ),
            Row(
                part=N_("7.2 Data features"),
                asks=N_("Whose data, of which kinds?"),
                evidence=(figures.data_features,),
                assumes=N_("Kinds and persons are as declared."),
                gap=N_("Which columns others know or find sensitive."),
            ),
            Row(
                part=N_("7.3 Attack modelling"),
                asks=N_("Average risk or the largest; how was the sample drawn?"),
                evidence=(figures.largest_risk, _draw),
                assumes=N_("An attacker may know that a person could be in the data."),
                gap=N_("Groups that nobody declared."),
            ),
            Row(
                part=N_("8.2 Assessing identifiability"),
                asks=N_("Quantities, and adversarial tests"),
                evidence=(figures.most_members_found, figures.controls),
                assumes=N_("Membership stands for identifiability."),
                gap=N_("Who the person is whose record is recognised."),
            ),
            Row(
                part=N_("8.3 Mitigation"),
                asks=N_("What is changed, and is it assessed again?"),
                evidence=(figures.n_findings,),
                assumes=N_("Changes are made to the way of making the release."),
                gap=N_("Whether they help: only a new audit says."),
            ),
            Row(
                part=N_("9 Governance"),
                asks=N_("Roles, rules, and what happens after data are made available"),
                evidence=(_governed,),
                assumes=N_("Limits were set before the audit."),
                gap=N_("Roles, agreements, monitoring and incidents."),
            ),
        ),
    ),
    Source(
        id="nist",
        name=N_("NIST SP 800-226 (differential privacy)"),
        rows=(
            Row(
                part=N_("The guarantee"),
                asks=N_("Which epsilon and delta, for which unit?"),
                evidence=(figures.claim,),
                assumes=N_("The claim is complete."),
                gap=N_("Whether the mechanism has it: a proof says, and no audit."),
            ),
            Row(
                part=N_("Does it hold in practice?"),
                asks=N_("What does the release show?"),
                evidence=(figures.epsilon,),
                assumes=N_("People were put in or left out by fair coins."),
                gap=N_("A lower bound can refute a claim and never show it."),
            ),
            Row(
                part=N_("What undermines it"),
                asks=N_("Code, access, collection, several releases"),
                evidence=(_not_by_an_audit,),
                assumes=N_("Nothing."),
                gap=N_("All of it."),
            ),
        ),
    ),
    Source(
        id="ema",
        name=N_("EMA Policy 0070, Health Canada PRCI"),
        rows=(
            Row(
                part=N_("Risk of re-identification, .09 for the public"),
                asks=N_("With which chance is a record tied to its person?"),
                evidence=(figures.copies, figures.exposed),
                assumes=N_("There: a record stands for a person. Here: none does."),
                gap=N_("These figures are not that chance: do not hold them against .09."),
            ),
        ),
    ),
)
"""In the order of the section."""


def view(report: AuditReport) -> CrosswalkView:
    """One table for each source; what it says of the audit follows from the evidence."""
    return CrosswalkView(tables=tuple(_table(source, report) for source in SOURCES))


def _table(source: Source, report: AuditReport) -> Table:
    return Table(
        id=f"crosswalk-{source.id}",
        caption=_(source.name),
        head=(_("What it asks"), _("In this audit"), _("It assumes"), _("Gap")),
        rows=tuple(
            (Named(text=_(row.part), note=_(row.asks)), _evidence(row, report), _(row.assumes), _(row.gap))
            for row in source.rows
        ),
    )


def _evidence(row: Row, report: AuditReport) -> str:
    return capital(marks().semicolon.join(clause(report) for clause in row.evidence)) + "."
