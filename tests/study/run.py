"""The study of the verdict (``make study-verdict``): runs the audits that no row answers yet, then writes the report.

It may be killed at any time and goes on where it was; what is lost are the audits under way.
"""

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from joblib import Parallel, delayed

from study.audits import audited
from study.plan import SECOND_SEED, Case, cases, chosen_cells
from study.report import markdown
from study.rows import Row, append, code_of, missing, read

ROOT = Path(__file__).parents[2]
KEPT = ROOT / ".study-verdict"
"""Releases of other packages' generators, and the rows of pilots."""
FIGURES = ROOT / "docs" / "figures"
PROCESSES = 2
Audited = Callable[[Case, str, str, Path], Row]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, write; 1 if a figure is missed."""
    asked = parser().parse_args(arguments)
    folder = KEPT / "pilot" if asked.pilot else FIGURES
    chosen = chosen_cells(asked.only)
    wanted = cases(chosen, 0 if asked.pilot else SECOND_SEED, asked.seeds)
    code = code_of(ROOT / "synthaudit")
    if not asked.report:
        run(wanted, folder / "verdict.csv", code, minutes=asked.minutes, processes=asked.processes)
    text, missed = markdown(read(folder / "verdict.csv"), code, first=0 if asked.pilot else SECOND_SEED)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "verdict.md").write_text(text, encoding="utf-8")
    print(text)
    return 1 if missed else 0


def parser(name: str = "study-verdict") -> argparse.ArgumentParser:
    """What a run may be limited to."""
    made = argparse.ArgumentParser(prog=f"make {name}", description=__doc__)
    made.add_argument("--only", default="", help="cells whose part / kind / tables / policy match")
    made.add_argument("--minutes", type=float, help="begin no audit after so many minutes")
    made.add_argument("--seeds", type=int, help="at most so many a cell")
    made.add_argument("--pilot", action="store_true", help="seeds from 0 on, rows and report to an ignored folder")
    made.add_argument("--processes", type=int, default=PROCESSES)
    made.add_argument("--report", action="store_true", help="write the report only")
    return made


def run(
    wanted: list[Case],
    file: Path,
    code: str,
    *,
    minutes: float | None = None,
    audit: Audited = audited,
    processes: int = PROCESSES,
) -> None:
    """Audit the cases that no row of this program answers, and append their rows."""
    began, commit = time.monotonic(), commit_id()
    left = missing(wanted, read(file), code)

    def begun() -> Iterator[Case]:
        for case in left:
            if minutes is not None and time.monotonic() - began > 60 * minutes:
                return
            yield case

    # A case is taken only when a process is free for it, so that the limit holds.
    work = (delayed(audit)(case, code, commit, KEPT / "releases") for case in begun())
    parallel = Parallel(n_jobs=processes, return_as="generator_unordered", pre_dispatch=processes, batch_size=1)
    for done, row in enumerate(parallel(work), 1):
        append(file, row)
        told = f"{done} of {len(left)}  {row.part} / {row.kind} / {row.table} / {row.size}: {row.outcome}"
        print(f"{time.monotonic() - began:6.0f} s  {told}", file=sys.stderr, flush=True)


def commit_id() -> str:
    """The commit, with a plus where the program differs from it."""

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, text=True, check=False).stdout.strip()

    return git("rev-parse", "--short", "HEAD") + ("+" if git("status", "--porcelain", "synthaudit") else "")


if __name__ == "__main__":
    sys.exit(main())
