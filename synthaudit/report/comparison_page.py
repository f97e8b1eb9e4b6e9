"""The page of a comparison: which release gives less away, as far as the same people tell, and of which use it is."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from synthaudit.files.catalogue import _, marks, plural
from synthaudit.report import comparison_figures as figures
from synthaudit.report import words
from synthaudit.report.charts import privacy_and_quality
from synthaudit.report.comparability import Difference
from synthaudit.report.comparison import ALPHA, ComparedRelease, Comparison
from synthaudit.report.comparison_order import what_would_change
from synthaudit.report.components import TONES, Cell, Missing, Named, Status, Table, Tone, table
from synthaudit.report.evidence_words import claim, epsilon
from synthaudit.report.facts import gaps, policy_name
from synthaudit.report.names import day, title
from synthaudit.report.numbers import NBSP, capital, count, pvalue, sentence, shown
from synthaudit.report.retold import retold
from synthaudit.report.summary import outcome_word
from synthaudit.types import AuditReport, Outcome

_NAME = 80
_MOST_GAPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonView:
    """The page, ready to print."""

    title: str
    heading: str
    tone: Tone
    lead: tuple[str, ...]
    apart: tuple[str, ...]
    """In what the audits differ, and between whom; empty where they can be compared."""
    decision: Table
    decision_notes: tuple[str, ...]
    figures: Table
    chart: Markup | None
    chart_notes: tuple[str, ...]
    pairs: Table | None
    pair_notes: tuple[str, ...]
    claims: Table | None
    gaps: Table | None
    more_gaps: str
    changes: tuple[str, ...]
    evidence: Table


def view(comparison: Comparison) -> ComparisonView:
    """All words and figures of the page; what it says follows from the evidence and the tests."""
    reports = [release.report for release in comparison.releases]
    names = [_name(number, release) for number, release in enumerate(comparison.releases, start=1)]
    apart = tuple(_apart(difference) for difference in comparison.differences)
    open_questions = _gaps(reports)
    rest = len(open_questions) - _MOST_GAPS
    # In one drawing figures are compared, whatever is written beside it.
    chart = None if apart else privacy_and_quality(dict(enumerate(reports, start=1)))
    return ComparisonView(
        title=_("{n} releases side by side").format(n=len(reports)),
        heading=_("Not comparable") if apart else _("{n} releases side by side").format(n=len(reports)),
        tone="open" if apart else "plain",
        lead=_not_comparable() if apart else tuple(_lead(comparison)),
        apart=apart,
        decision=_decision(comparison),
        decision_notes=tuple(_decision_notes(comparison)),
        figures=figures.beside(names, reports),
        chart=chart,
        chart_notes=_not_drawn() if apart else _chart_notes(reports, drawn=chart is not None),
        pairs=_pairs(comparison),
        pair_notes=tuple(_pair_notes(comparison)),
        claims=_claims(names, reports),
        gaps=table(
            "gaps-table",
            _("Tests without an answer, and in which releases"),
            (_("Test"), _("Releases"), _("Why")),
            open_questions[:_MOST_GAPS],
        ),
        more_gaps=_("{n} more are in the reports.").format(n=count(rest)) if rest > 0 else "",
        changes=what_would_change(comparison),
        evidence=_evidence(names, comparison.releases),
    )


def terminal_lines(comparison: Comparison) -> tuple[str, ...]:
    """The same in a few lines: what cannot be compared, or each release with its verdict and its letters."""
    if comparison.differences:
        return (_("Not comparable"), *(f"  {_apart(difference)}" for difference in comparison.differences))
    lines = list(_lead(comparison))
    for place, release in enumerate(comparison.releases):
        found = figures.members_found(release.report)
        lines.append(
            _("  {name}: {outcome}; members found of 1,000: {found}; letters: {letters}").format(
                name=_name(place + 1, release),
                outcome=words.OUTCOMES[release.report.outcome],
                found=found.replace(NBSP, " ") if isinstance(found, str) else _("not tested"),
                letters=" ".join(comparison.letters[place]) or _("none"),
            )
        )
    return tuple(lines)


def _name(number: int, release: ComparedRelease) -> str:
    name = title(release.report, _NAME) or shown(release.folder, _NAME)
    return _("{number}. {name}").format(number=number, name=name)


def _href(link: str | None) -> str:
    """A relative link whatever the names of the folders are: no scheme, no host."""
    return "" if link is None else "./" + quote(link, errors="surrogateescape")


# --- what stands first ----------------------------------------------------------------------------------


def _not_comparable() -> tuple[str, ...]:
    return (
        _(
            "These audits were not made alike. What looks better here may be the doing of the audit, and not of the "
            "release. So there is no order, and no release is told from another."
        ),
    )


def _not_drawn() -> tuple[str, ...]:
    return (_("Nothing is drawn: figures of audits that were not made alike do not belong in one drawing."),)


def _apart(difference: Difference) -> str:
    groups = marks().semicolon.join(_places(group) for group in difference.groups)
    return _("{what} differs: {groups}.").format(what=capital(_(difference.what)), groups=groups)


def _places(places: Sequence[int]) -> str:
    """Releases by their numbers."""
    numbers = [str(place + 1) for place in places]
    if len(numbers) == 1:
        return _("release {number}").format(number=numbers[0])
    return _("releases {numbers} and {last}").format(numbers=", ".join(numbers[:-1]), last=numbers[-1])


def _lead(comparison: Comparison) -> Iterator[str]:
    reports = [release.report for release in comparison.releases]
    passed = [place for place, report in enumerate(reports) if report.outcome == "pass"]
    use = words.FOR_USE.get(reports[0].policy.name) or _("under the policy {policy}").format(
        policy=policy_name(reports[0])
    )
    if passed:
        yield plural("{who} passes {use}.", "{who} pass {use}.", len(passed)).format(
            who=capital(_places(passed)), use=use
        )
    else:
        yield _("No release passes {use}.").format(use=use)
    told = sum(pair.is_told_apart for pair in comparison.pairs)
    if not comparison.pairs:
        yield _("No two of them could be tested against each other.")
    elif not told:
        yield _("No release could be told from another: which of them gives less away is not known.")
    elif told == len(comparison.pairs):
        yield _("All that were tested can be told apart: the differences are larger than chance explains.")
    else:
        yield _("Some can be told apart. Releases that share a letter cannot: their order says nothing.")


def _decision(comparison: Comparison) -> Table:
    policies = {release.report.policy.name for release in comparison.releases}
    chosen = policies.pop() if len(policies) == 1 else ""
    # Where the policy is one of the uses, its verdict is that of the release.
    by_policy = () if chosen in words.USES else (_("Under the policy"),)
    uses = tuple(
        _("{use} (the policy)").format(use=name) if use == chosen else name for use, name in words.USES.items()
    )
    lettered = () if comparison.differences else (_("Letters"),)
    return Table(
        id="decision-table",
        caption=_("One row a release"),
        head=(_("Release"), *by_policy, *uses, *lettered, _("Members found of 1,000")),
        numeric=frozenset({1 + len(by_policy) + len(uses) + len(lettered)}),
        rows=tuple(
            (
                Named(
                    text=_name(place + 1, release), note=marks().days_in(day(release.report)), href=_href(release.link)
                ),
                *([_verdict(release.report, release.report.outcome)] if by_policy else []),
                *_uses(release.report),
                *([_lettered(comparison.letters[place])] if lettered else []),
                figures.members_found(release.report),
            )
            for place, release in enumerate(comparison.releases)
        ),
    )


def _verdict(report: AuditReport, outcome: Outcome) -> Status:
    return Status(word=outcome_word(report, outcome), tone=TONES[outcome])


def _uses(report: AuditReport) -> list[Cell]:
    """The verdict for each use; a dash where the evidence has none."""
    outcomes = {use.use: use.outcome for use in report.uses}
    return [_verdict(report, outcomes[use]) if use in outcomes else "–" for use in words.USES]


def _lettered(letters: Sequence[str]) -> Cell:
    return " ".join(letters) or Missing(why=_("Without a letter: it could not be tested against others."))


def _decision_notes(comparison: Comparison) -> Iterator[str]:
    yield _(
        "Members found: by the strongest attack on each release, at 1 false name in 100, with its interval (95 %). "
        "Guessing finds 10."
    )
    if comparison.differences:
        yield _("The rows stand as the audits were given. That is no order.")
        return
    yield _(
        "Rows stand by verdict, then by members found. Two releases that share a letter cannot be told apart; two that "
        "share none can."
    )
    yield _(
        "Of several releases the best looks better than it is: whoever picks the lowest figure picks luck as well. A "
        "low figure is no proof of privacy."
    )


# --- what stands behind it ------------------------------------------------------------------------------


def _chart_notes(reports: Sequence[AuditReport], *, drawn: bool) -> tuple[str, ...]:
    lines = [
        _(
            "A table that gives little away and is of no use is no bargain. To the right: more like train. Lower: "
            "fewer members found. A copy of train is farthest right, and highest."
        )
    ]
    lacking = [place for place, report in enumerate(reports) if report.utility is None]
    if lacking:
        lines.append(_("Likeness was not measured: {releases}.").format(releases=_places(lacking)))
    if not drawn:
        lines.append(_("A drawing needs two releases with both figures. The table above has what there is."))
    return tuple(lines)


def _pairs(comparison: Comparison) -> Table | None:
    reports = [release.report for release in comparison.releases]
    return table(
        "pairs-table",
        _("Every two releases against each other"),
        (_("Releases"), _("Members found of 1,000"), _("Right guesses of 100"), _("p, over all pairs"), _("Result")),
        [
            (
                _("{first} and {second}").format(first=pair.first + 1, second=pair.second + 1),
                _both(figures.members_found(reports[pair.first]), figures.members_found(reports[pair.second])),
                _both(figures.right_guesses(reports[pair.first]), figures.right_guesses(reports[pair.second])),
                pvalue(pair.adjusted),
                Status(word=_("told apart"), tone="plain")
                if pair.is_told_apart
                else Status(word=_("not told apart"), tone="open"),
            )
            for pair in comparison.pairs
        ],
        numeric={3},
    )


def _both(first: str | Missing, second: str | Missing) -> str:
    texts = [each if isinstance(each, str) else "–" for each in (first, second)]
    return _("{first}, and {second}").format(first=texts[0], second=texts[1])


def _pair_notes(comparison: Comparison) -> Iterator[str]:
    if comparison.differences:
        yield _("Audits that were not made alike are not tested against each other.")
        return
    if comparison.unpaired:
        yield _(
            "Intervals were compared, as if each release had been tested on other people: {why}. That is careful: a "
            "true difference is missed more often."
        ).format(why=_(comparison.unpaired))
    else:
        yield _(
            "The same people, one by one: the scores of two releases were exchanged at random, person by person, and "
            "the difference held against those that chance gives."
        )
    yield _(
        "Two figures were tested for each pair: members found, and right guesses. If all releases gave as much away, "
        "any two would be told apart in at most {n} of 100 such pages (Holm, over all pairs and both figures)."
    ).format(n=round(100 * ALPHA))
    untested = [place for place, letters in enumerate(comparison.letters) if not letters]
    if untested:
        yield _("Not tested, for figures are missing or cannot be relied on: {releases}.").format(
            releases=_places(untested)
        )


def _claims(names: Sequence[str], reports: Sequence[AuditReport]) -> Table | None:
    if all(report.claim is None for report in reports):
        return None
    return table(
        "claims-table",
        _("What vendors claim, and what the releases show"),
        (_("Release"), _("Claimed"), _("Shown"), _("Why")),
        [
            (
                name,
                sentence(claim(report)),
                sentence(epsilon(report)),
                "–" if report.claim is None else sentence(report.claim.reason),
            )
            for name, report in zip(names, reports, strict=True)
        ],
    )


def _gaps(reports: Sequence[AuditReport]) -> list[tuple[Cell, ...]]:
    """Each test without an answer, with the releases that lack it; those that rule out a pass first."""
    lacking: dict[str, dict[int, str]] = {}
    blocking: set[str] = set()
    for place, report in enumerate(reports):
        for line in gaps(report):
            lacking.setdefault(line.test, {}).setdefault(place, sentence(line.reason))
            if line.blocks_pass:
                blocking.add(line.test)
    everybody = list(range(len(reports)))
    return [
        (
            Named(text=capital(retold(test)), note=_("rules out a pass") if test in blocking else ""),
            _("all") if list(why) == everybody else ", ".join(str(place + 1) for place in why),
            shown(next(iter(why.values())), 300),
        )
        for test, why in sorted(lacking.items(), key=lambda item: item[0] not in blocking)
    ]


def _evidence(names: Sequence[str], releases: Sequence[ComparedRelease]) -> Table:
    return Table(
        id="evidence-table",
        caption=_("The evidence that was compared"),
        head=(_("Release"), _("Made by"), _("SHA-256 of evidence.json")),
        rows=tuple(
            (
                name,
                _("synthaudit {version}, profile {profile}, seed {seed}").format(
                    version=shown(release.report.provenance.synthaudit_version, 20),
                    profile=shown(release.report.profile, 20),
                    seed=release.report.provenance.seed,
                ),
                Named(text="", code=release.evidence_sha256),
            )
            for name, release in zip(names, releases, strict=True)
        ),
    )
