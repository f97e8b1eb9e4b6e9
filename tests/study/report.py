"""The report of the study: every figure beside what it must reach, then every cell."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Literal

import pandas as pd

from study.plan import (
    DRESSES,
    GENERATORS,
    HARMLESS,
    LARGE_TABLES,
    LEAKY_ALONE,
    TABLES,
    WITHIN_LIMITS,
    WRONG,
    Case,
    cases,
    cells,
)
from study.plan import FURTHER as FURTHER_LEAKS
from study.rows import Row

Status = Literal["MET", "MISSED", "not yet run"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """How many audits of a kind say a thing, and how many must or may."""

    what: str
    of: Callable[[Case | Row], bool]
    """The audits it is counted over."""
    says: Callable[[Row], bool]
    least: float | None = None
    most: float | None = None
    """Numbers of audits; below 1, shares."""


def passes(row: Row) -> bool:
    """Under the policy of the case."""
    return row.outcome == "pass"


def undecided(row: Row) -> bool:
    """Neither a pass nor a fail."""
    return row.outcome == "inconclusive"


def fails(row: Row) -> bool:
    """Under the policy of the case."""
    return row.outcome == "fail"


def detects(row: Row) -> bool:
    """Leakage, and no control voids it: it is then unknown."""
    return row.detected == "yes"


def figures() -> Iterator[Figure]:
    """All of them."""
    yield from _decides()
    yield from _never_wrongly()
    yield from _no_false_alarm()
    yield from _alone()


def _decides() -> Iterator[Figure]:
    part = "decides"
    for kind in GENERATORS:
        for table in TABLES:
            yield Figure(what=f"{kind} on {table}: pass", of=_in(part, kind=kind, table=table), says=passes, least=13)
    yield Figure(what="CTGAN on all tables: pass", of=_in(part, kind="CTGAN"), says=passes, least=13)
    yield Figure(what="all of these: pass", of=_in(part), says=passes, least=0.8)
    part = "decides with fewer people"
    for policy, size, least in (("partner", 1_100, 0.75), ("public", 3_100, 0.75), ("internal", 500, 0.8)):
        for table in LARGE_TABLES:
            of = _in(part, policy=policy, table=table)
            yield Figure(what=f"{policy} at {size:,} on {table}: pass", of=of, says=passes, least=least)


def _never_wrongly() -> Iterator[Figure]:
    for part, kinds in (("never wrongly", WRONG), ("further leaks", FURTHER_LEAKS)):
        for kind in kinds:
            of = _in(part, kind=kind)
            yield Figure(what=f"{kind}: pass", of=of, says=passes, most=1)
            if kind in WITHIN_LIMITS:
                yield Figure(what=f"{kind}: leakage detected", of=of, says=detects, least=0.5)
            else:
                yield Figure(what=f"{kind}: inconclusive", of=of, says=undecided, most=0.5)
    yield Figure(what="all 23 kinds: pass", of=_in("never wrongly"), says=passes, most=12)
    for dress in DRESSES:
        of = _in("in a dress", ends=f", {dress}")
        yield Figure(what=f"all kinds, {dress}: pass", of=of, says=passes, most=0.05)
    for kind in ("copies, by TPR", "copies, by AUC"):
        of = _in("smallest detectable", kind=kind)
        yield Figure(what=f"smallest detectable {kind}: leakage detected", of=of, says=detects, least=0.8)


def _no_false_alarm() -> Iterator[Figure]:
    for says, word in ((fails, "fail"), (detects, "leakage detected")):
        for kind in HARMLESS:
            yield Figure(what=f"{kind}: {word}", of=_in("no false alarm", kind=kind), says=says, most=11)
        yield Figure(what=f"all kinds: {word}", of=_in("no false alarm"), says=says, most=67)
    yield Figure(what="drift: leakage detected", of=_in("drift"), says=detects, most=0.2)


def _alone() -> Iterator[Figure]:
    of = _in("nothing leaks, no holdout")
    yield Figure(what="nothing leaks, no holdout: leakage detected", of=of, says=detects, most=5)
    for kind in LEAKY_ALONE:
        of = _in("leaks, no holdout", kind=kind)
        yield Figure(what=f"{kind}, no holdout: leakage detected", of=of, says=detects, least=18)


def _in(part: str, *, ends: str = "", **values: str) -> Callable[[Case | Row], bool]:
    return lambda one: (
        one.part == part
        and one.kind.endswith(ends)
        and all(getattr(one, name) == value for name, value in values.items())
    )


def status(figure: Figure, said: int, done: int, planned: int) -> Status:
    """Met or missed once nothing that is left to run can change it; a figure that may yet be missed is not met.

    Examples
    --------
    >>> rare = Figure(what="pass", of=lambda row: True, says=passes, most=1)
    >>> status(rare, 1, 20, 20), status(rare, 2, 5, 20), status(rare, 0, 5, 20)
    ('MET', 'MISSED', 'not yet run')
    """
    least, most = _limits(figure, planned)
    if said > most or said + planned - done < least:
        return "MISSED"
    return "MET" if done == planned else "not yet run"


def _limits(figure: Figure, planned: int) -> tuple[int, int]:
    """Numbers of audits of those planned; a share as a number, what is left of a person rounded against us."""

    def number(limit: float) -> float:
        return limit * planned if limit < 1 else limit

    # So many decimals that .8 of 20 are 16.
    least = 0 if figure.least is None else ceil(round(number(figure.least), 9))
    return least, planned if figure.most is None else floor(round(number(figure.most), 9))


def markdown(rows: Sequence[Row], code: str, first: int) -> tuple[str, int]:
    """The report, and how many figures are missed; only rows of this program count."""
    latest = {row.key: row for row in rows if row.code == code}
    now, old = list(latest.values()), [row for row in rows if row.code != code]
    planned = cases(cells(), first)
    lines = ["| figure | count | required | state | of older code |", "| --- | ---: | --- | --- | ---: |"]
    counts: Counter[Status] = Counter()
    for figure in figures():
        here = [row for row in now if figure.of(row)]
        said, n = sum(map(figure.says, here)), sum(map(figure.of, planned))
        state = status(figure, said, len(here), n)
        counts[state] += 1
        least, most = _limits(figure, n)
        required = f"at least {least} of {n}" if figure.least is not None else f"at most {most} of {n}"
        shown = f"{state} ({len(here)} of {n})" if state == "not yet run" else state
        before = [row for row in old if figure.of(row)]
        lines.append(
            f"| {figure.what} | {said} of {len(here)} | {required} | {shown} "
            f"| {f'{sum(map(figure.says, before))} of {len(before)}' if before else ''} |"
        )
    heading = [
        "# The study of the verdict",
        "",
        "Written by `make study-verdict` from `verdict.csv`; what is run: [tests/README.md](../../tests/README.md).",
        "",
        f"Program {code}; commits {', '.join(sorted({row.commit for row in now})) or 'none'}. {len(now):,} of "
        f"{len(planned):,} audits, {sum(row.seconds + row.seconds_made for row in now) / 3_600:.1f} core hours; "
        f"{len(old):,} audits of older code, which decide nothing here. Seeds from {first:,} on.",
        "",
        f"**{counts['MET']} figures met, {counts['MISSED']} missed, {counts['not yet run']} not yet run.** Power and "
        "cost are measured by `make bench-power` and `make bench`.",
        "",
        "## Figures",
        "",
    ]
    return "\n".join([*heading, *lines, "", "## Cells", "", *_cells(now), ""]), counts["MISSED"]


def _cells(rows: Sequence[Row]) -> list[str]:
    """One line a cell: what came out, what stood against a pass most often, and the seconds of an audit."""
    text = [
        "| part | kind | table | size | policy | n | pass | inconclusive | fail | other | detected | mostly | s |",
        "| --- | --- | --- | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | --- | ---: |",
    ]
    if not rows:
        return ["None yet."]
    frame = pd.DataFrame(
        [
            {
                "part": row.part,
                "kind": row.kind,
                "table": row.table,
                "size": row.size if row.part != "no false alarm" else 0,
                "policy": row.policy,
                "row": row,
            }
            for row in rows
        ]
    )
    for (part, kind, table, size, policy), group in frame.groupby(
        ["part", "kind", "table", "size", "policy"], sort=True
    ):
        here: list[Row] = list(group["row"])
        outcomes = Counter(row.outcome for row in here)
        against = Counter(_against(row) for row in here if row.outcome != "pass")
        mostly = "; ".join(f"{what} ({n})" for what, n in against.most_common(2))
        other = len(here) - sum(outcomes[name] for name in ("pass", "inconclusive", "fail"))
        seconds = sum(row.seconds for row in here) / len(here)
        cells = [part, kind, table, f"{size:,}" if size else "300 to 5,000", policy, len(here)]
        cells += [outcomes["pass"], outcomes["inconclusive"], outcomes["fail"], other]
        cells += [sum(map(detects, here)), mostly, f"{seconds:.1f}"]
        text.append("| " + " | ".join(str(cell) for cell in cells) + " |")
    return text


def _against(row: Row) -> str:
    """What stood against a pass, in a word or two."""
    if row.outcome in ("refused", "error"):
        return row.reason[:60]
    gates = row.gates
    if gates == "coverage" and row.gaps and row.reason.startswith("Not covered"):
        return f"gap: {row.gaps}"
    return f"{gates}: {row.reason[:60]}" if gates == "coverage" else gates
