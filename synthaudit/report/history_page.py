"""The page of a history: where each dataset stands, what changed, and how often each training table was looked at."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from synthaudit.files.catalogue import _, marks, plural
from synthaudit.report import words
from synthaudit.report.charts import attack_name
from synthaudit.report.components import TONES, Status
from synthaudit.report.numbers import NBSP, percent, shown
from synthaudit.statistics.repeated_looks import LEVEL, Found, difference, false_pass_share, is_beyond_chance
from synthaudit.types.history import PairedChange, PastAudit

Paired = Mapping[tuple[str, str], PairedChange]
"""Hashes of the evidence of an audit and of the one before -> what the same people say."""

_MOMENT = re.compile(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}):\d{2}Z", re.ASCII)
_MOST_NAME, _MOST_POLICY, _MOST_HASH = 60, 24, 12
_MOST_DATASETS, _MOST_ROWS, _FEWEST_ROWS, _MOST_IN_ALL = 30, 30, 3, 90
"""What a page of 300 KB has room for; what is left out is counted."""
_MOST_TABLES, _MOST_NAMED = 30, 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Range:
    """A figure with its interval and the limit, as places of a drawing between 0 and 100."""

    value: float
    low: float
    high: float
    limit: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryRow:
    """One audit of a dataset."""

    release: str
    vendor: str
    date: str
    verdict: Status
    policy: str
    figure: str
    """Members found, with interval; empty where nothing can be told."""
    attack: str
    range: Range | None
    change: Status | None
    why: str
    """Why it cannot be compared with the audit before, or else how it was."""
    marks: tuple[str, ...]
    """What is another than in the audit before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DatasetView:
    """All audits of one dataset, the latest first."""

    id: str
    name: str
    rows: tuple[HistoryRow, ...]
    n_older: int
    """Audits that are left out for want of room."""
    warning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TableView:
    """How often one training table was looked at."""

    name: str
    sha256: str
    n_audits: str
    n_looks: str
    releases: str
    passed: str
    share: str
    """Of false passes, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryView:
    """The page, ready to print."""

    n_audits: int
    lead: str
    datasets: tuple[DatasetView, ...]
    tables: tuple[TableView, ...]
    n_more_datasets: int
    n_more_tables: int


def history_page(audits: Sequence[PastAudit], paired: Paired | None = None) -> HistoryView:
    """The view of all audits of a history.

    Parameters
    ----------
    audits : sequence of PastAudit
        The oldest first; every text in it may be hostile.
    paired : mapping, optional
        What the same people say of some of the pairs of :func:`compared_pairs`.
    """
    datasets = _groups(audits, _dataset)
    tables = _groups((audit for audit in audits if audit.train_sha256), lambda audit: audit.train_sha256)
    ordered = _latest_first(datasets)
    listed, n_rows = ordered[:_MOST_DATASETS], _n_rows(len(ordered))
    by_looks = sorted(tables, key=lambda group: (-_n_looks(group), group[0].train_sha256))
    n = len(audits)
    return HistoryView(
        n_audits=n,
        lead=_("{audits} of {datasets}.").format(
            audits=plural("{n} audit", "{n} audits", n).format(n=n),
            datasets=plural("{n} dataset", "{n} datasets", len(datasets)).format(n=len(datasets)),
        ),
        datasets=tuple(_dataset_view(group, place, n_rows, paired or {}) for place, group in enumerate(listed)),
        tables=tuple(map(_table_view, by_looks[:_MOST_TABLES])),
        n_more_datasets=len(ordered) - len(listed),
        n_more_tables=len(by_looks) - len(by_looks[:_MOST_TABLES]),
    )


def compared_pairs(audits: Sequence[PastAudit]) -> tuple[tuple[PastAudit, PastAudit], ...]:
    """Each audit that the page shows, with the one before, where the two can be compared at all."""
    ordered = _latest_first(_groups(audits, _dataset))
    pairs = [
        pair
        for group in ordered[:_MOST_DATASETS]
        for pair in list(zip(group[1:], group, strict=False))[-_n_rows(len(ordered)) :]
    ]
    return tuple(pair for pair in pairs if not _differing(*pair) and all(audit.tpr is not None for audit in pair))


def _latest_first(datasets: Iterable[list[PastAudit]]) -> list[list[PastAudit]]:
    return sorted(datasets, key=lambda group: (group[-1].created_utc, group[-1].evidence_sha256), reverse=True)


def _n_rows(n_datasets: int) -> int:
    """How many audits of each dataset the page has room for."""
    return min(max(_MOST_IN_ALL // max(min(n_datasets, _MOST_DATASETS), 1), _FEWEST_ROWS), _MOST_ROWS)


def _dataset(audit: PastAudit) -> str:
    """What an audit is listed under: the name of the dataset, else the training table."""
    return f"name {audit.dataset.strip()}" if audit.dataset.strip() else f"table {audit.train_sha256}"


def _groups(audits: Iterable[PastAudit], key: Callable[[PastAudit], str]) -> list[list[PastAudit]]:
    groups: dict[str, list[PastAudit]] = {}
    for audit in audits:
        groups.setdefault(key(audit), []).append(audit)
    return list(groups.values())


def _dataset_view(audits: Sequence[PastAudit], place: int, n_rows: int, paired: Paired) -> DatasetView:
    """All audits of a dataset, each held against the one before."""
    first, name = audits[0], audits[-1].dataset.strip()
    before = [None, *audits[:-1]]
    rows = [_row(audit, earlier, paired) for audit, earlier in zip(audits, before, strict=True)][-n_rows:]
    return DatasetView(
        id=f"dataset-{place + 1}",
        name=_short(name, _MOST_NAME)
        if name
        else _("Training table {sha256}").format(sha256=_short(first.train_sha256, _MOST_HASH)),
        rows=tuple(reversed(rows)),
        n_older=len(audits) - len(rows),
        warning=_adds_up(audits),
    )


def _adds_up(audits: Sequence[PastAudit]) -> str:
    """What is to be known where several releases were made of one table; of the table with the most."""
    tables = _groups((audit for audit in audits if audit.train_sha256), lambda audit: audit.train_sha256)
    n = max((len({audit.release_sha256 for audit in group}) for group in tables), default=0)
    if n < 2:
        return ""
    return _(
        "{n} releases were made of one training table. They add up: whoever has several may find more members than in"
        " each alone. Audit those that are handed on together as one, with --synthetic once for each."
    ).format(n=n)


def _row(audit: PastAudit, earlier: PastAudit | None, paired: Paired) -> HistoryRow:
    change, why = (None, "") if earlier is None else _change(audit, earlier, paired)
    match = _MOMENT.fullmatch(audit.created_utc)
    return HistoryRow(
        release=_short(audit.release, _MOST_NAME) or _("unnamed"),
        vendor=_short(audit.vendor, _MOST_NAME),
        date=f"{marks().days_in(match[1])} {match[2]}" if match else _("unknown"),
        verdict=Status(word=words.OUTCOME_WORDS[audit.outcome], tone=TONES[audit.outcome]),
        policy=_short(audit.policy, _MOST_POLICY),
        figure=_figure(audit),
        attack=attack_name(audit.attack.partition("/")[0]) if audit.attack and audit.tpr is not None else "",
        range=_range(audit),
        change=change,
        why=why,
        marks=() if earlier is None else tuple(_marks(audit, earlier)),
    )


def _figure(audit: PastAudit) -> str:
    if audit.tpr is None or audit.tpr_low is None or audit.tpr_high is None:
        return ""
    return (
        _("{value} ({low} to {high})")
        .format(value=percent(audit.tpr), low=percent(audit.tpr_low), high=percent(audit.tpr_high))
        .replace(" ", NBSP)
    )


def _range(audit: PastAudit) -> Range | None:
    """Places on a scale of square roots, on which one in a hundred can be seen beside all."""
    if audit.tpr is None or audit.tpr_low is None or audit.tpr_high is None:
        return None
    value, low, high, limit = (
        round(100 * min(max(share, 0.0), 1.0) ** 0.5, 1)
        for share in (audit.tpr, audit.tpr_low, audit.tpr_high, audit.tpr_limit)
    )
    return Range(value=value, low=low, high=high, limit=limit)


def _change(audit: PastAudit, earlier: PastAudit, paired: Paired) -> tuple[Status, str]:
    """Better, the same or worse than the audit before and how that was tested, or why nobody can tell."""
    if differing := _differing(audit, earlier):
        return _not_comparable(_("another {what}").format(what=", ".join(differing)))
    people = paired.get((audit.evidence_sha256, earlier.evidence_sha256))
    if people is not None:
        return _changed(people.direction if people.pvalue <= LEVEL else 0), _("the same people")
    now, before = _found(audit), _found(earlier)
    if now is None or before is None:
        return _not_comparable(_("members found were not measured, or cannot be relied on"))
    return _changed(difference(now, before) if is_beyond_chance(now, before) else 0), _("by counts")


def _not_comparable(why: str) -> tuple[Status, str]:
    return Status(word=_("not comparable"), tone="plain"), why


def _changed(by: float) -> Status:
    """The word for a difference beyond chance, 0 where there is none."""
    if by == 0:
        return Status(word=_("same"), tone="plain")
    return Status(word=_("worse"), tone="bad") if by > 0 else Status(word=_("better"), tone="good")


def _differing(audit: PastAudit, earlier: PastAudit) -> list[str]:
    """What is another in two audits that must be the same in both to compare them."""
    return [
        what
        for what, field in (
            (_("training table"), "train_sha256"),
            (_("holdout"), "holdout_sha256"),
            (_("version"), "synthaudit_version"),
            (_("settings"), "setup_sha256"),
        )
        if getattr(audit, field) != getattr(earlier, field)
    ]


def _found(audit: PastAudit) -> Found | None:
    if audit.n_found is None or not audit.n_members or not audit.n_nonmembers or audit.n_nonmembers < 0:
        return None
    return Found(
        n_found=min(audit.n_found, audit.n_members),
        n_members=audit.n_members,
        n_nonmembers=audit.n_nonmembers,
        tpr_at_10=audit.tpr_at_10,
        n_attacks=audit.n_attacks,
    )


def _marks(audit: PastAudit, earlier: PastAudit) -> Iterator[str]:
    """What is another than before, so that nobody takes it for the release's doing."""
    if audit.train_sha256 != earlier.train_sha256:
        yield _("new training data")
    if audit.policy_sha256 != earlier.policy_sha256:
        yield (
            _("new policy: {policy}").format(policy=_short(audit.policy, _MOST_POLICY))
            if audit.policy != earlier.policy
            else _("new limits in policy {policy}").format(policy=_short(audit.policy, _MOST_POLICY))
        )
    if audit.synthaudit_version != earlier.synthaudit_version:
        yield _("new version: synthaudit {version}").format(version=_short(audit.synthaudit_version, 20))


def _n_looks(audits: Iterable[PastAudit]) -> int:
    """Audits but for those in which all was as in another: they say the same again, and are no further chance."""
    same = (*("release_sha256", "holdout_sha256", "setup_sha256", "policy_sha256", "synthaudit_version", "seed"),)
    return len({tuple(getattr(audit, name) for name in same) for audit in audits})


def _table_view(audits: Sequence[PastAudit]) -> TableView:
    """The ledger of one training table."""
    releases: dict[str, tuple[str, int]] = {}
    for audit in audits:
        name, n = releases.get(audit.release_sha256, (_short(audit.release, 30) or _("unnamed"), 0))
        releases[audit.release_sha256] = (name, n + 1)
    named = [f"{name} ({n})" if n > 1 else name for name, n in list(releases.values())[:_MOST_NAMED]]
    if len(releases) > _MOST_NAMED:
        named.append(_("and {n} more").format(n=len(releases) - _MOST_NAMED))
    datasets = dict.fromkeys(audit.dataset.strip() for audit in audits if audit.dataset.strip())
    looks = _n_looks(audits)
    return TableView(
        name=", ".join(_short(name, 30) for name in list(datasets)[:3]) or _("Training table"),
        sha256=_short(audits[0].train_sha256, _MOST_HASH),
        n_audits=str(len(audits)),
        n_looks=str(looks),
        releases=", ".join(named),
        passed=str(sum(audit.outcome == "pass" for audit in audits)),
        share=percent(false_pass_share(looks)),
    )


def _short(text: str, limit: int) -> str:
    """Foreign text of at most ``limit`` characters, also where some had to be written out."""
    return shown(shown(text, limit), limit)
