"""Run the golden audits through the command line, and compare every figure with the one that was recorded.

    python -P -m golden.record [--record] [--only CASE ...] [--processes 2] [--jobs 1]

Only the command line is used, never a module of the package, so that these figures outlive every move of its code.
"""

import argparse
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from golden.cases import CASES
from golden.tables import write_tables

HERE = Path(__file__).parent
EXPECTED = HERE / "expected"
ENVIRONMENT = HERE / "environment.json"
VOLATILE = frozenset({"seconds", "created_utc", "config", "libraries", "synthaudit_version"})
"""Keys of the evidence that a clock, a machine, a command line or a release of the package decides."""
HASHED = frozenset(
    {
        *("metrics.csv", "junit.xml", "summary.md"),
        *("train.csv", "holdout.csv", "reference.csv", "canaries.csv", "manifest.json", "commitment.txt"),
    }
)
"""Files of an audit's folder that hold neither time nor version; report.html and index.html hold both, and junit.xml of
a batch has times and hashes of evidence."""
LIBRARIES = ("numpy", "pandas", "scipy", "scikit-learn", "numba", "faker", "duckdb", "click")
# Splits are drawn from a secret of the operating system. Here it is fixed, and everything else is as it is run.
FIXED_SECRET = (
    "import runpy, secrets; secrets.token_hex = lambda n=None: 'ab' * 32;"
    " runpy.run_module('synthaudit', run_name='__main__', alter_sys=True)"
)
# Libraries choose their kernels by the processor, and sum in another order on another: the oldest common ones for all.
KERNELS = {
    "OPENBLAS_CORETYPE": "Haswell",
    "NPY_DISABLE_CPU_FEATURES": "X86_V4 AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR",
}
DATED = re.compile(rb"\d{4}-\d{2}-\d{2}(?=,(?:pass|fail|inconclusive)\n)|(?<=Date: )`\d{4}-\d{2}-\d{2}` `\d{2}:\d{2}`")
"""The day of an audit in ``metrics.csv``, and with the minute in ``summary.md``."""
TIMED = re.compile(r"compil|\(the first took | \d+ % ?\.\.\.|, \d+ %|min left")
"""Sentences on standard error that depend on how fast the machine is."""


@dataclass(frozen=True)
class Runner:
    """Runs the commands of one case in a folder, and keeps what they gave."""

    folder: Path
    jobs: int
    results: dict[str, Any] = field(default_factory=dict)

    def command(self, name: str, *arguments: str) -> None:
        """Run a command of synthaudit here; ``OUT`` among its arguments becomes a folder named as the run."""
        out = f"out-{name}"
        given = [out if argument == "OUT" else argument for argument in arguments]
        if given[0] in ("audit", "batch", "query"):
            given += ["--jobs", str(self.jobs)]
        program = ["-c", FIXED_SECRET] if given[0] == "split" else ["-m", "synthaudit"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("SYNTHAUDIT_")}
        done = subprocess.run(
            [sys.executable, "-P", "-W", "ignore", *program, *given],
            cwd=self.folder,
            env=environment | KERNELS,
            capture_output=True,
            encoding="utf-8",
            check=False,
        )
        written = Path(given[given.index("--out") + 1] if given[0] == "split" else out)
        self.results[name] = {
            "exit_code": done.returncode,
            "stdout": printed(done.stdout),
            "stderr": [line for line in done.stderr.splitlines() if not TIMED.search(line)],
            "outputs": outputs(self.folder / written),
        }


def printed(text: str) -> Any:
    """The lines of standard output, or its value where it is JSON."""
    return stable(json.loads(text)) if text.startswith("{") else text.splitlines()


def outputs(folder: Path) -> dict[str, Any]:
    """Evidence of every folder under this one, and hashes of what is written beside it."""
    written: dict[str, Any] = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        kept = written.setdefault(path.parent.relative_to(folder).as_posix(), {})
        if path.name == "evidence.json":
            kept["evidence"] = stable(json.loads(path.read_text("utf-8")))
        elif path.name in HASHED and not path.with_name("batch.json").exists():
            kept.setdefault("sha256", {})[path.name] = hashlib.sha256(DATED.sub(b"DATE", path.read_bytes())).hexdigest()
    return {name: kept for name, kept in written.items() if kept}


def stable(value: Any) -> Any:
    """The evidence without the keys that may differ between two runs."""
    if isinstance(value, dict):
        return {key: stable(item) for key, item in value.items() if key not in VOLATILE}
    return [stable(item) for item in value] if isinstance(value, list) else value


def run_case(case: str, jobs: int) -> dict[str, Any]:
    """Everything that the commands of a case gave, read back from JSON as the recorded figures are."""
    with tempfile.TemporaryDirectory(prefix="golden-") as folder:
        runner = Runner(Path(folder), jobs)
        write_tables(runner.folder / "tables")
        CASES[case](runner)
    results: dict[str, Any] = json.loads(json.dumps(runner.results))
    return results


def figures(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Path and value of every leaf; of an empty list or object, itself."""
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from figures(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list) and value:
        for i, item in enumerate(value):
            yield from figures(item, f"{path}[{i}]")
    else:
        yield path, value


def differences(old: Any, new: Any) -> list[tuple[str, str, str]]:
    """Path, old and new of every figure that differs, in any digit or in its type; ``-`` where there is none."""
    before, after = ({path: json.dumps(leaf) for path, leaf in figures(side)} for side in (old, new))
    paths = dict.fromkeys([*before, *after])
    return [
        (path, before.get(path, "-"), after.get(path, "-")) for path in paths if before.get(path) != after.get(path)
    ]


def recorded(case: str) -> Any:
    """What was recorded of a case; nothing where it never was."""
    path = EXPECTED / f"{case}.json"
    return json.loads(path.read_text("utf-8")) if path.exists() else {}


def environment() -> dict[str, str]:
    """What decides the last digits beside the code: libraries, and the kind of processor."""
    simd: Any = np.show_config(mode="dicts")
    vectors = "AVX2" if {"X86_V3", "AVX2"} & set(simd["SIMD Extensions"].get("found", ())) else "other"
    return {"machine": platform.machine(), "vectors": vectors, **{name: version(name) for name in LIBRARIES}}


def other_environment() -> str | None:
    """How this environment differs from that of the recording, or None."""
    known: Mapping[str, str] = json.loads(ENVIRONMENT.read_text("utf-8"))
    here = environment()
    differing = [f"{name} {here.get(name)} instead of {known[name]}" for name in known if here.get(name) != known[name]]
    return ", ".join(differing) or None


def check(cases: Sequence[str], *, jobs: int = 1, processes: int = 2, record: bool = False) -> list[str]:
    """Run the cases anew; a line for each figure that differs, or with ``record`` write them all."""

    def finish(case: str) -> tuple[int, list[str]]:
        """Number of figures, and a line for each that differs; recorded at once, for another case may fail."""
        began = time.monotonic()
        results = run_case(case, jobs)
        print(f"golden: {case} {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
        lines = []
        if record:
            EXPECTED.mkdir(exist_ok=True)
            text = json.dumps(results, indent=1, ensure_ascii=False) + "\n"
            (EXPECTED / f"{case}.json").write_text(text, encoding="utf-8")
        else:
            changed = differences(recorded(case), results)
            lines = [f"{case}: {path}: {old} -> {new}" for path, old, new in changed]
        return sum(1 for _ in figures(results)), lines

    with ThreadPoolExecutor(processes) as pool:
        ended = list(pool.map(finish, [case for case in CASES if case in set(cases)]))
    lines = [line for _, of_case in ended for line in of_case]
    if record:
        ENVIRONMENT.write_text(json.dumps(environment(), indent=1) + "\n", encoding="utf-8")
    outcome = "recorded" if record else f"{len(lines):,} differ" if lines else "all equal"
    print(f"{len(ended)} cases, {sum(n for n, _ in ended):,} figures: {outcome}", flush=True)
    return lines


def main() -> int:
    """Check, or record."""
    parser = argparse.ArgumentParser(prog="golden.record", description=__doc__, add_help=True)
    action = parser.add_mutually_exclusive_group()
    action.add_argument("--check", action="store_true", help="compare with what was recorded (default)")
    action.add_argument("--record", action="store_true", help="write what is found")
    parser.add_argument("--only", nargs="+", choices=[*CASES], default=[*CASES], metavar="CASE")
    parser.add_argument("--processes", type=int, default=2, help="cases at once")
    parser.add_argument("--jobs", type=int, default=1, help="workers of each audit; changes no figure")
    asked = parser.parse_args()
    if not asked.record and (other := other_environment()):
        print(f"golden: recorded elsewhere, last digits may differ: {other}", file=sys.stderr)
    lines = check(asked.only, jobs=asked.jobs, processes=asked.processes, record=asked.record)
    print("".join(f"{line}\n" for line in lines), end="")
    return 1 if lines else 0


if __name__ == "__main__":
    sys.exit(main())
