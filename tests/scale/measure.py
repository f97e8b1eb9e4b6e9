"""Time and peak memory of a child process, and how both grow with the number of rows."""

import json
import math
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Outcome = Literal["finished", "stopped", "out of memory", "failed"]
SHARE_OF_MEMORY = 0.8
NO_MEMORY = ("MemoryError", "bad_alloc", "memory allocation", "Unable to allocate", "Cannot allocate memory")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """How a child process ended."""

    outcome: Outcome
    seconds: float
    """Of the work alone where the child tells, else of the whole process; the limit where it was stopped."""
    processor: float = 0.0
    """Seconds of all cores, of the process and whatever it started and waited for."""
    gigabytes: float
    """Peak resident memory of the whole process, or of the largest where it starts others."""
    said: Mapping[str, Any] = field(default_factory=dict)
    why: str = ""

    @property
    def finished(self) -> bool:
        """Whether the seconds are those of the work and not a lower bound."""
        return self.outcome == "finished"


def measured(
    command: Sequence[str | Path],
    limit: float,
    *,
    start: float = 0.0,
    exits: Sequence[int] = (0,),
    env: Mapping[str, str] | None = None,
) -> Run:
    """Run a program and wait for it.

    Parameters
    ----------
    command : sequence
        Program and arguments. The last line it prints may be JSON with the ``seconds`` of its work.
    limit, start : float
        Seconds for the work, and for what comes before it, where the program sets the alarm itself as it begins.
    exits : sequence of int
        Exit codes that mean that the work was done.
    env : mapping
        Its environment variables, those of this process by default.
    """
    memory = int(SHARE_OF_MEMORY * os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    with tempfile.TemporaryDirectory() as folder:
        out, errors, ended = (Path(folder) / name for name in ("out", "errors", "ended.json"))
        launcher = [sys.executable, "-I", "-S", str(Path(__file__).with_name("launch.py"))]
        limits = [str(math.ceil(limit + start)), str(memory), str(ended)]
        with out.open("wb") as written, errors.open("wb") as told:
            full = [*launcher, *limits, *map(str, command)]
            subprocess.run(full, stdout=written, stderr=told, env=env, check=True)
        found = json.loads(ended.read_text(encoding="utf-8"))
        said = _last_json(out.read_text(encoding="utf-8", errors="replace"))
        complaint = errors.read_text(encoding="utf-8", errors="replace").strip()
    outcome = _outcome(found["exit"], exits, complaint)
    seconds = limit if outcome == "stopped" else float(said.get("seconds", found["seconds"]))
    why = "" if outcome == "finished" else (complaint.splitlines() or [f"ended with {found['exit']}"])[-1]
    return Run(
        outcome=outcome,
        seconds=seconds,
        processor=found["processor"],
        gigabytes=found["bytes"] / 1e9,
        said=said,
        why=why,
    )


def _outcome(code: int, exits: Sequence[int], complaint: str) -> Outcome:
    if code in exits:
        return "finished"
    if code == -signal.SIGALRM:
        return "stopped"
    # The kernel's own choice of a victim is a signal without a word.
    lacking = code == -signal.SIGKILL or any(word in complaint for word in NO_MEMORY)
    return "out of memory" if lacking else "failed"


def _last_json(text: str) -> dict[str, Any]:
    lines = text.strip().splitlines()
    try:
        said = json.loads(lines[-1]) if lines else {}
    except json.JSONDecodeError:
        return {}
    return said if isinstance(said, dict) else {}


def climb(sizes: Sequence[int], run: Callable[[int], Run]) -> dict[int, Run]:
    """Runs at growing sizes up to the first that does not finish.

    Growth takes two sizes: where only one finished, the geometric middle of the last two is run as well.
    """
    runs: dict[int, Run] = {}
    for rows in sizes:
        runs[rows] = run(rows)
        if not runs[rows].finished:
            break
    done = [rows for rows, one in runs.items() if one.finished]
    if len(done) == 1 and len(runs) == 2:
        between = 100 * round(math.sqrt(math.prod(runs)) / 100)
        runs[between] = run(between)
    return dict(sorted(runs.items()))


def growth(runs: Mapping[int, Run]) -> float | None:
    """Exponent b of seconds = a rows^b through the last two sizes that finished; None where there is one at most."""
    done = [(rows, run.seconds) for rows, run in runs.items() if run.finished]
    if len(done) < 2:
        return None
    (few, quick), (many, slow) = done[-2:]
    return math.log(slow / quick) / math.log(many / few)


def extrapolated(runs: Mapping[int, Run], rows: int) -> float | None:
    """Seconds at a size beyond those that finished, by the growth of the last two."""
    exponent = growth(runs)
    if exponent is None:
        return None
    largest = max(size for size, run in runs.items() if run.finished)
    return float(runs[largest].seconds * (rows / largest) ** exponent)
