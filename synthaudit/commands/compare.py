"""Several audits side by side, from their evidence alone: a page, and whether they can be compared at all."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from synthaudit.commands.audit import OUTPUTS, SCORES
from synthaudit.commands.batch_files import INDEX
from synthaudit.commands.person_scores import PersonScores, read_scores
from synthaudit.commands.report import doubt_of, sealed_report
from synthaudit.commands.seal import Seal
from synthaudit.errors import InputError
from synthaudit.files import printable, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.report.comparability import differences
from synthaudit.report.comparison import ComparedRelease, Comparison, PairTest
from synthaudit.report.comparison_figures import top_figures
from synthaudit.report.comparison_order import place_of
from synthaudit.report.render import render_comparison
from synthaudit.statistics.letters import letters
from synthaudit.statistics.members_found import SharedHalves, paired_pvalue, standing, unpaired_pvalue
from synthaudit.statistics.multiplicity import holm
from synthaudit.types import AuditReport

FEWEST, MOST = 2, 12
"""Releases on one page."""
_REPORT = "report.html"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """What became of a comparison."""

    page: Path
    comparison: Comparison
    doubts: tuple[str, ...]
    """What is doubtful about the evidence, each once."""

    @property
    def exit_code(self) -> int:
        """0 compared, 3 not comparable."""
        return self.comparison.exit_code


@dataclass(frozen=True, slots=True, kw_only=True)
class _Audit:
    """One audit as it lies on the disk."""

    path: Path
    report: AuditReport
    seal: Seal | None
    evidence_sha256: str


def compare_releases(paths: Sequence[Path], output: Path) -> Compared:
    """Hold audits side by side and write the page.

    Parameters
    ----------
    paths : sequence of Path
        2 to 12 ``evidence.json``, or their folders.
    output : Path
        Of the page; its folder must exist.

    Raises
    ------
    InputError
        SA-101 or SA-104 evidence cannot be read, SA-401 to SA-403 it is none, SA-404 it was changed after its seal,
        SA-410 too few audits or too many, or one of them twice, SA-411 scores that no audit wrote, SA-412 the page
        would lie where it cannot, or be taken for a file of an audit.
    """
    if not FEWEST <= len(paths) <= MOST:
        got = N_("{n} audits").format(n=len(paths))
        raise InputError("SA-410", "compare", got, N_("Give 2 to 12 folders of audits."))
    _refuse_output(output)
    audits = [_Audit(path=path, report=report, seal=seal, evidence_sha256=digest)
              for path, report, seal, digest in map(sealed_report, paths)]  # fmt: skip
    if len({audit.evidence_sha256 for audit in audits}) < len(audits):
        raise InputError("SA-410", "compare", N_("the same evidence twice"), N_("Name every audit once."))
    comparison = _compared(audits, output)
    write_atomic(output, render_comparison(comparison))
    doubts = dict.fromkeys(doubt_of(audit.seal) for audit in audits)
    return Compared(page=output, comparison=comparison, doubts=tuple(filter(None, doubts)))


def _refuse_output(output: Path) -> None:
    where = N_("output {name}").format(name=printable(str(output), 200))
    if output.suffix.lower() not in (".html", ".htm") or output.name in (*OUTPUTS, INDEX):
        got = N_("no name of a page, or that of a file which audits write")
        raise InputError("SA-412", where, got, N_("Choose another name that ends in .html."))
    if not output.parent.is_dir():
        raise InputError("SA-412", where, N_("its folder is not there"), N_("Make it, or choose another."))


def _compared(audits: Sequence[_Audit], output: Path) -> Comparison:
    """In the order of the page: as given where they cannot be compared."""
    apart = differences([audit.report for audit in audits])
    if not apart:
        audits = sorted(audits, key=lambda audit: place_of(audit.report))
    releases = tuple(_release(audit, output) for audit in audits)
    nothing: tuple[tuple[str, ...], ...] = ((),) * len(audits)
    if apart:
        return Comparison(releases=releases, differences=apart, pairs=(), letters=nothing, unpaired="")
    tested = [place for place, audit in enumerate(audits) if top_figures(audit.report) is not None]
    if len(tested) < FEWEST:
        return Comparison(releases=releases, differences=(), pairs=(), letters=nothing, unpaired="")
    pvalue, unpaired = _pair_test([audits[place] for place in tested])
    every = list(combinations(range(len(tested)), 2))
    adjusted = holm([pvalue(first, second) for first, second in every]).tolist()
    pairs = [
        PairTest(first=tested[first], second=tested[second], adjusted=p)
        for (first, second), p in zip(every, adjusted, strict=True)
    ]
    different = [pair for pair, test in zip(every, pairs, strict=True) if test.is_told_apart]
    letter = dict(zip(tested, letters(len(tested), different), strict=True))
    return Comparison(
        releases=releases,
        differences=(),
        pairs=tuple(pairs),
        letters=tuple(letter.get(place, ()) for place in range(len(audits))),
        unpaired=unpaired,
    )


def _release(audit: _Audit, output: Path) -> ComparedRelease:
    report = audit.path.parent / _REPORT
    return ComparedRelease(
        report=audit.report,
        evidence_sha256=audit.evidence_sha256,
        folder=audit.path.resolve().parent.name,
        link=_link(report, output) if report.is_file() else None,
    )


def _link(report: Path, output: Path) -> str | None:
    """From the page to a report; None where no relative path leads there, as to another drive."""
    try:
        return Path(os.path.relpath(report.resolve(), output.parent.resolve())).as_posix()
    except ValueError:
        return None


def _pair_test(audits: Sequence[_Audit]) -> tuple[Callable[[int, int], float], str]:
    """How two of these are held against each other, and why not on the same people; empty where they are."""
    people = _people(audits)
    if isinstance(people, str):
        figures = [top for audit in audits if (top := top_figures(audit.report)) is not None]
        return lambda first, second: unpaired_pvalue(figures[first], figures[second]), people
    seed = audits[0].report.provenance.seed
    halves = SharedHalves.draw(people[0].is_member, seed)
    placed = [standing(each.scores, halves) for each in people]
    return lambda first, second: paired_pvalue(placed[first], placed[second], halves, seed), ""


def _people(audits: Sequence[_Audit]) -> list[PersonScores] | str:
    """Scores of the same people by every audit, or why there are none."""
    if not all((audit.path.parent / SCORES).is_file() for audit in audits):
        return N_("not every audit has its scores beside it")
    if not all(_is_sealed(audit) for audit in audits):
        return N_("scores are not as an audit wrote them")
    people = [read_scores(audit.path.parent / SCORES, by_person=audit.report.unit == "entity") for audit in audits]
    if not all(each.same_people(people[0]) for each in people):
        return N_("the scores are not of the same people")
    counted = [top[0].n for audit in audits if (top := top_figures(audit.report)) is not None]
    if any(n != len(people[0].is_member) for n in counted):
        return N_("the scores are not of the people whom the evidence counts")
    return people


def _is_sealed(audit: _Audit) -> bool:
    """Whether the scores are what the seal beside them says; without a seal nobody can tell, and the page says so."""
    return audit.seal is None or audit.seal.states(audit.path.parent).get(SCORES) == "as written"
