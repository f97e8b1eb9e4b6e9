"""The study of releases larger than memory (``make study-streamed``): runs what no row answers yet, then reports.

It may be killed at any time and goes on where it was; what is lost are the audits under way.
"""

import re
import sys
from collections.abc import Iterator, Sequence

from study import large
from study.plan import SECOND_SEED, Case, cases
from study.report import passes
from study.rows import Row, code_of, read
from study.run import FIGURES, KEPT, ROOT, parser, run

NEEDED = {"leaky": 20, "harmless": 15, "alike": 20}
"""Releases that must not pass, that must, and that must end alike in parts and held whole; of 20 each."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, write; 1 if a figure is missed."""
    asked = parser("study-streamed").parse_args(arguments)
    folder = KEPT / "pilot" if asked.pilot else FIGURES
    chosen = [cell for cell in large.cells() if re.search(asked.only, f"{cell.part} / {cell.kind}")]
    first = 0 if asked.pilot else SECOND_SEED
    code = code_of(ROOT / "synthaudit")
    if not asked.report:
        wanted = cases(chosen, first, asked.seeds)
        run(wanted, folder / "streamed.csv", code, minutes=asked.minutes, processes=asked.processes)
    text, missed = markdown(read(folder / "streamed.csv"), code, cases(large.cells(), first))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "streamed.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if missed else 0


def markdown(rows: Sequence[Row], code: str, planned: Sequence[Case]) -> tuple[str, int]:
    """The report, and how many figures are missed; only rows of this program count."""
    now = {row.key: row for row in rows if row.code == code}
    large_ones = [row for row in now.values() if row.part == "larger than memory"]
    leaky = [row for row in large_ones if row.kind in large.LEAKY]
    harmless = [row for row in large_ones if row.kind in large.HARMLESS]
    pairs = list(_pairs(list(now.values())))
    counts = [
        ("leaky releases that do not pass", sum(not passes(row) for row in leaky), len(leaky), NEEDED["leaky"]),
        ("releases without a leak that pass", sum(map(passes, harmless)), len(harmless), NEEDED["harmless"]),
        (
            "releases that end alike, in parts and held whole",
            sum(a == b for a, b in pairs),
            len(pairs),
            NEEDED["alike"],
        ),
    ]
    missed = sum(said + 20 - n < least for _, said, n, least in counts)
    lines = [
        "# Releases larger than memory",
        "",
        "Written by `make study-streamed` from `streamed.csv`: 300,000 rows for 2,000 people a side, under the policy"
        " partner, in the profiles quick and standard in turn; and 60,000 rows, read part by part and held whole. What"
        " the kinds are: [large.py](../../tests/study/large.py).",
        "",
        f"Program {code}; commits {', '.join(sorted({row.commit for row in now.values()})) or 'none'}. {len(now)} of"
        f" {len(planned)} audits, {sum(row.seconds for row in now.values()) / 3_600:.1f} core hours;"
        f" {len(rows) - len(now)} audits of older code, which decide nothing here. Seeds from {SECOND_SEED:,} on.",
        "",
        "| figure | count | required | state |",
        "| --- | ---: | ---: | --- |",
        *(f"| {what} | {said} of {n} | {least} of 20 | {_state(said, n, least)} |" for what, said, n, least in counts),
        "",
        "| part | kind | table | profile | seed | outcome | detected | reason | s |",
        "| --- | --- | --- | --- | ---: | --- | --- | --- | ---: |",
        *(
            f"| {row.part} | {row.kind} | {row.table} | {row.profile} | {row.seed} | {row.outcome} | {row.detected}"
            f" | {row.reason.replace('|', '/')} | {row.seconds:.0f} |"
            for row in sorted(now.values(), key=lambda row: row.key)
        ),
        "",
    ]
    return "\n".join(lines), missed


def _state(said: int, n: int, least: int) -> str:
    """Met or missed once nothing that is left to run can change it."""
    if said + 20 - n < least:
        return "MISSED"
    return "MET" if n == 20 else "not yet run"


def _pairs(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Outcomes of one release, read part by part and held whole."""
    whole = {row.key[1:]: row.outcome for row in rows if row.part == "held whole"}
    parts = {row.key[1:]: row.outcome for row in rows if row.part == "part by part"}
    yield from ((parts[key], whole[key]) for key in sorted(parts.keys() & whole.keys()))


if __name__ == "__main__":
    sys.exit(main())
