"""The page of a batch: every release with its verdict and its few figures, the gravest first."""

import os
import re
from dataclasses import dataclass
from urllib.parse import quote

from synthaudit.files.catalogue import N_, Labels, _, plural
from synthaudit.report import words
from synthaudit.report.charts import attack_name
from synthaudit.report.components import TONES, Status, Tone
from synthaudit.report.numbers import NBSP, count, percent, sentence, shown
from synthaudit.report.retold import retold
from synthaudit.types.batch import BatchCount, BatchEarlier, BatchOutcome, BatchRecord, BatchRelease, BatchShare

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}Z", re.ASCII)
_MOST_NAME, _MOST_REASON = 120, 600
_GRAVEST: tuple[BatchOutcome, ...] = ("fail", "error", "inconclusive", "pass")
_CHANGES: Labels[str, str] = Labels(
    {
        "new": N_("new"),
        "same": N_("the same"),
        "another_file": N_("another file, same verdict"),
        "audited_again": N_("audited again, same verdict"),
        "another_verdict": N_("another verdict"),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexRow:
    """One release, ready to print; empty figures are not known."""

    name: str
    href: str
    """Relative and quoted; empty where there is no report."""
    verdict: Status
    worst: str
    """What the worst attack reaches, with its interval."""
    attack: tuple[str, ...]
    """Its name, and the members whom it finds."""
    copied: str
    at_risk: str
    date: str
    change: Status | None
    """None where no batch before is known."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexView:
    """The page, ready to print."""

    tally: str
    policy: str
    date: str
    unfinished: str
    """How many releases are left; empty where none is."""
    error: str
    """What stopped the whole batch."""
    rows: tuple[IndexRow, ...]
    skipped: tuple[tuple[str, str], ...]
    removed: tuple[tuple[str, Status, str], ...]
    doubt: str


def index_page(record: BatchRecord) -> IndexView:
    """The view of a batch.

    Parameters
    ----------
    record : BatchRecord
        Every text in it may be hostile.

    Returns
    -------
    IndexView
        Fails come first, those that give most away above the others, then what could not be read, what is not decided,
        and what passed.
    """
    counts = [
        f"{sum(release.outcome == outcome for release in record.releases)} {words.OUTCOMES[outcome]}"
        for outcome in _GRAVEST
    ]
    n_left = record.n_releases - len(record.releases)
    return IndexView(
        tally=", ".join(counts),
        policy=shown(record.policy, 40),
        date=_moment(record.created_utc),
        unfinished=""
        if record.status == "finished" or not n_left
        else plural("{n} release is not done yet.", "{n} releases are not done yet.", n_left).format(n=n_left),
        error=sentence(shown(retold(record.error), _MOST_REASON)),
        rows=tuple(map(_row, sorted(record.releases, key=gravity))),
        skipped=tuple((shown(item.file, _MOST_NAME), sentence(retold(item.reason))) for item in record.skipped),
        removed=tuple(_removed(item) for item in record.removed),
        doubt=sentence(retold(record.before_doubt)),
    )


def gravity(release: BatchRelease) -> tuple[int, float, float, str]:
    """Where a release stands among others, the gravest first."""
    return (
        _GRAVEST.index(release.outcome),
        0.0 if release.found is None else -release.found.low,
        # An attack that is nearly always wrong tells as much as one that is nearly always right.
        0.0 if release.guessed is None else -max(release.guessed.low, 1 - release.guessed.high),
        release.name,
    )


def relative(link: str) -> str:
    """A link that can only lead to a file below this page, whatever its text: no scheme, no host, no ``..``."""
    parts = [part for part in link.replace("\\", "/").split("/") if part not in ("", ".", "..")]
    return "./" + quote(os.fsencode("/".join(parts)))


def _row(release: BatchRelease) -> IndexRow:
    attack, _slash, _view = release.attack.partition("/")
    guessed, found = _figure(release.guessed), _figure(release.found)
    notes = (attack_name(attack) if attack else "", _("members found: {found}").format(found=found) if found else "")
    return IndexRow(
        name=shown(release.name, _MOST_NAME),
        href="" if release.outcome == "error" else relative(f"{release.name}/report.html"),
        verdict=_status(release.outcome),
        worst=guessed,
        attack=tuple(filter(None, notes)) if guessed else (),
        copied=_people(release.copied),
        at_risk=_people(release.at_risk),
        date=_moment(release.created_utc).partition(" ")[0],
        change=_change(release),
        reason=sentence(retold(shown(release.reason, _MOST_REASON))),
    )


def _figure(share: BatchShare | None) -> str:
    if share is None:
        return ""
    return _("{value} ({low} to {high})").format(
        value=percent(share.value), low=percent(share.low), high=percent(share.high)
    )


def _change(release: BatchRelease) -> Status | None:
    """What changed since the last batch; a verdict that grew worse is bad, one that grew better is good."""
    if not release.change:
        return None
    if release.change != "another_verdict" or not release.earlier_outcome:
        return Status(word=_CHANGES[release.change], tone="plain")
    before, now = (_GRAVEST.index(outcome) for outcome in (release.earlier_outcome, release.outcome))
    tone: Tone = "bad" if now < before else "good"
    return Status(word=_("was: {verdict}").format(verdict=words.OUTCOMES[release.earlier_outcome]), tone=tone)


def _removed(item: BatchEarlier) -> tuple[str, Status, str]:
    return shown(item.name, _MOST_NAME), _status(item.outcome), _moment(item.created_utc)


def _status(outcome: BatchOutcome) -> Status:
    return Status(word=words.OUTCOME_WORDS[outcome], tone="plain" if outcome == "error" else TONES[outcome])


def _people(counted: BatchCount | None) -> str:
    if counted is None:
        return ""
    return _("{n} of {of}").format(n=count(counted.n), of=count(counted.of)).replace(" ", NBSP)


def _moment(text: str) -> str:
    match = _MOMENT.fullmatch(text)
    return f"{match[1]} {match[2]}" if match else ""
