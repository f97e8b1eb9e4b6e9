"""Mutants: one small change of the source at a time, and whether a test notices it.

cosmic-ray, in an environment of its own, proposes the changes and writes the changed source. Each mutant is put into a
copy of the checkout, where the project's own Python runs the tests of that module and the examples in its docstrings::

    make mutants MODULES="synthaudit/statistics synthaudit/report/summary" SAMPLE=100 SEED=7
"""

import argparse
import ast
import difflib
import fnmatch
import os
import platform
import queue
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).parents[2]
SURVIVORS = Path(__file__).parent / "survivors.toml"
WORKERS = 2
LEAST = 50
"""Mutants of each group, where it has as many."""
REQUIRED = 0.9
"""Share of the mutants of each group that must be killed, of those that a test should notice."""
LABELS = {
    "synthaudit/statistics": "statistics",
    "synthaudit/verdict": "verdict and gates",
    "synthaudit/adapters/alignment": "alignment",
    "synthaudit/report/escaping+synthaudit/report/exports+synthaudit/report/sections/records+synthaudit/files/text": (
        "report privacy"
    ),
    "synthaudit/report/summary": "summary",
}
# Operators stay within their kind: any call would notice a - b as a << b, which says nothing of the tests.
KINDS: tuple[set[str], ...] = (
    {"Add", "Sub", "Mul", "Div", "FloorDiv", "Mod", "Pow"},
    {"BitOr", "BitAnd", "BitXor"},
    {"LShift", "RShift"},
    {"Eq", "NotEq", "Lt", "LtE", "Gt", "GtE"},
    {"Is", "IsNot"},
    {"Delete", "USub"},
    {"Delete", "Invert"},
    {"Delete", "Not"},
)
# Pattern of modules -> tests beside those that bear the module's name.
MAP: dict[str, tuple[str, ...]] = {
    "synthaudit/statistics/multiplicity.py": (
        "tests/test_statistics_family_test.py",
        "tests/test_checks_rare_values.py",
    ),
    "synthaudit/statistics/multivariate_normal.py": (
        "tests/test_statistics_bounds.py",
        "tests/test_checks_subgroups.py",
    ),
    "synthaudit/statistics/permutation.py": ("tests/test_statistics_family_test.py",),
    "synthaudit/statistics/one_sided.py": ("tests/test_pipeline_steps_cell_search.py",),
    "synthaudit/statistics/subgroups.py": ("tests/test_checks_subgroups.py",),
    "synthaudit/verdict/*.py": ("tests/test_verdict.py",),
    "synthaudit/report/exports.py": ("tests/test_report_exports.py", "tests/test_report_names.py"),
    "synthaudit/report/sections/records.py": ("tests/test_report_page.py", "tests/test_report_render.py"),
    "synthaudit/adapters/alignment/[abm]*.py": (
        "tests/test_adapters_alignment_audited.py",
        "tests/test_commands_audited_copy.py",
    ),
    "synthaudit/adapters/alignment/*.py": ("tests/test_adapters_alignment_align.py",),
    "synthaudit/adapters/alignment/reference.py": ("tests/test_streamed_reference.py",),
    "synthaudit/adapters/alignment/[dsu]*.py": (
        "tests/test_adapters_alignment_differences.py",
        "tests/test_adapters_alignment_notations.py",
        "tests/test_adapters_alignment_schema.py",
    ),
    "synthaudit/adapters/alignment/[dn]*.py": (
        "tests/test_adapters_alignment_between.py",
        "tests/test_adapters_alignment_notations.py",
        "tests/test_adapters_alignment_unread.py",
    ),
    "synthaudit/adapters/alignment/s*.py": ("tests/test_adapters_alignment_unread.py",),
    "synthaudit/adapters/alignment/keys.py": ("tests/test_adapters_alignment_release.py",),
}
NO_TEST_RAN = (4, 5)
"""Exit statuses of pytest: it was called wrongly, or nothing was collected."""
UNEXPLAINED = "unexplained"
Outcome = Literal["killed", "timeout", "survived"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One change of one module."""

    group: str
    module: str
    line: int
    before: str
    after: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a module may be changed, and by which operators of cosmic-ray at which of their occurrences."""

    module: str
    start: tuple[int, int]
    changes: list[tuple[str, int]]


def main() -> None:
    """Draw mutants, test each and write what became of them; exit 1 where too few of a group were killed."""
    parser = argparse.ArgumentParser(description="Change the source a little, and see whether a test notices.")
    parser.add_argument("--modules", nargs="+", required=True, help="groups, each the beginning of its modules' paths")
    parser.add_argument("--sample", type=int, default=320)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--python", type=Path, default=Path(".venv/bin/python"), help="runs the tests")
    parser.add_argument("--output", type=Path)
    options = parser.parse_args()
    mutants = drawn(options.modules, options.sample, options.seed)
    outcomes = tested(mutants, options.python.absolute())
    results = list(zip(mutants, outcomes, strict=True))
    text = report(options, results)
    print(text)
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    groups = ([(mutant, outcome) for mutant, outcome in results if mutant.group == group] for group in options.modules)
    sys.exit(any(share_killed(own) < REQUIRED for own in groups))


def drawn(groups: Sequence[str], sample: int, seed: int) -> list[Mutant]:
    """Draw places from each group, at least LEAST and the rest by its size, and one change at each."""
    open_to_change = {group: [place for module in modules(group) for place in places(module)] for group in groups}
    if not all(open_to_change.values()):
        raise SystemExit(f"nothing to change in {[group for group in groups if not open_to_change[group]]}")
    least = {group: min(LEAST, len(open_to_change[group]), sample // len(groups)) for group in groups}
    left, total = sample - sum(least.values()), sum(map(len, open_to_change.values()))
    mutants = []
    for group in groups:
        # Each group has a stream of its own: what is drawn from one does not depend on the others' source.
        rng = random.Random(f"{seed} {group}")
        n = least[group] + round(left * len(open_to_change[group]) / total)
        rng.shuffle(open_to_change[group])
        changed = (made(group, place, rng) for place in open_to_change[group])
        mutants += [mutant for _, mutant in zip(range(n), (m for m in changed if m), strict=False)]
    return mutants


def modules(group: str) -> list[str]:
    """Paths of the modules of a group: each a module, a folder, or what several paths begin with, joined by ``+``."""
    paths = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("synthaudit/**/*.py"))
    return [path for path in paths if path.startswith(tuple(group.split("+")))]


def places(module: str) -> list[Place]:
    """List what may be changed in a module: not annotations and decorators, which say nothing of behaviour."""
    from cosmic_ray.ast import ast_nodes, get_ast_from_path
    from cosmic_ray.plugins import get_operator, operator_names

    path = ROOT / module
    nodes, closed = list(ast_nodes(get_ast_from_path(path))), list(declarations(path.read_text(encoding="utf-8")))
    by_start: dict[tuple[int, int], list[tuple[str, int]]] = {}
    for name in filter(plausible, operator_names()):
        if get_operator(name).arguments():
            continue
        spans = (span for node in nodes for span in get_operator(name)().mutation_positions(node))
        for occurrence, (start, _) in enumerate(spans):
            if not any(low <= start < high for low, high in closed):
                by_start.setdefault(start, []).append((name, occurrence))
    return [Place(module=module, start=start, changes=changes) for start, changes in sorted(by_start.items())]


def plausible(operator: str) -> bool:
    """Whether an operator of cosmic-ray makes a mistake that somebody might make."""
    name, *pair = operator.split("_")
    return name != "core/RemoveDecorator" and (not pair or any(set(pair) <= kind for kind in KINDS))


def declarations(source: str) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield beginning and end of every annotation and decorator."""
    for node in ast.walk(ast.parse(source)):
        parts = [getattr(node, "annotation", None), getattr(node, "returns", None)]
        for part in [*parts, *getattr(node, "decorator_list", [])]:
            if part is not None:
                yield (part.lineno, part.col_offset), (part.end_lineno, part.end_col_offset)


def made(group: str, place: Place, rng: random.Random) -> Mutant | None:
    """Make one of a place's changes, or nothing where the change is none or is no Python."""
    from cosmic_ray.mutating import mutate_code
    from cosmic_ray.plugins import get_operator

    name, occurrence = rng.choice(place.changes)
    source = (ROOT / place.module).read_text(encoding="utf-8")
    changed: str = mutate_code(source, get_operator(name)(), occurrence)
    try:
        if ast.dump(ast.parse(changed)) == ast.dump(ast.parse(source)):
            return None
    except SyntaxError:
        return None
    lines = [line for line in difflib.ndiff(source.splitlines(), changed.splitlines()) if line[0] in "-+"]
    before, after = (" ".join(line[2:].strip() for line in lines if line[0] == sign) for sign in "-+")
    if after in (before.replace(star, "/,") for star in ("*,", "* ,")):
        # cosmic-ray takes the star of a signature for a product.
        return None
    return Mutant(group=group, module=place.module, line=place.start[0], before=before, after=after, source=changed)


def tests_of(module: str, root: Path) -> list[str]:
    """Where the tests of a module are: its own examples, MAP, files of its name; where these are none, its folder's."""
    files = {path for pattern, paths in MAP.items() if fnmatch.fnmatch(module, pattern) for path in paths}
    parts = Path(module).with_suffix("").parts[1:]
    for end in range(len(parts), 0, -1):
        name = "_".join(parts[:end])
        own = [*root.glob(f"tests/test_{name}.py"), *root.glob(f"tests/test_{name}_*.py")]
        files |= {path.relative_to(root).as_posix() for path in own}
        if files:
            return [module, *sorted(files)]
    raise LookupError(f"no test is named after {module} or a folder of it")


def tested(mutants: Sequence[Mutant], python: Path) -> list[Outcome]:
    """Run each mutant's tests in a copy of the checkout, two at a time, after they passed on the source as it is."""
    unchanged = sorted({mutant.module for mutant in mutants})
    copies: queue.Queue[Path] = queue.Queue()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(WORKERS) as pool:
        first = Path(folder) / "0"
        for name in git("ls-files", "--cached", "--others", "--exclude-standard").splitlines():
            if (ROOT / name).is_file():
                (first / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / name, first / name)
        seconds = dict(zip(unchanged, pool.map(lambda module: baseline(module, python, first), unchanged), strict=True))
        copies.put(first)
        for worker in range(1, WORKERS):
            # With the byte code and the kernels that the runs above compiled.
            copies.put(shutil.copytree(first, Path(folder) / str(worker)))

        def judged(mutant: Mutant) -> Outcome:
            copy = copies.get()
            try:
                outcome = judge(mutant, python, copy, limit=60 + 5 * seconds[mutant.module])
            finally:
                copies.put(copy)
            print(f"{outcome:9}{mutant.module}:{mutant.line}  {mutant.before}  ->  {mutant.after}", file=sys.stderr)
            return outcome

        return list(pool.map(judged, mutants))


def baseline(module: str, python: Path, copy: Path) -> float:
    """Seconds that the tests of a module take on the source as it is, which they must pass."""
    began = time.monotonic()
    ended, output = run_tests(module, python, copy, limit=1_800)
    if ended != 0:
        raise RuntimeError(f"the tests of {module} fail without any change:\n{output}")
    return time.monotonic() - began


def judge(mutant: Mutant, python: Path, copy: Path, limit: float) -> Outcome:
    """Put a mutant in place, run its tests and put the source back, with its time stamp: byte code stays valid."""
    path = copy / mutant.module
    source, times = path.read_bytes(), path.stat()
    path.write_text(mutant.source, encoding="utf-8")
    ended, output = run_tests(mutant.module, python, copy, limit)
    path.write_bytes(source)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    if ended in NO_TEST_RAN:
        raise RuntimeError(f"pytest ran no test of {mutant.module}:\n{output}")
    return "timeout" if ended is None else "killed" if ended else "survived"


def run_tests(module: str, python: Path, copy: Path, limit: float) -> tuple[int | None, str]:
    """Run the tests of a module: exit status of pytest, None after ``limit`` seconds, and what it printed."""
    settings = tomllib.loads((copy / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["pytest"]["ini_options"]
    unmarked = " and ".join(f"not {marker.partition(':')[0]}" for marker in settings["markers"])
    command = [str(python), "-P", "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider"]
    with subprocess.Popen(
        [*command, "-o", "addopts=--doctest-modules", "-m", unmarked, *tests_of(module, copy)],
        cwd=copy,
        env={**os.environ, "PYTHONPATH": str(copy), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            output, _ = process.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            return None, ""
    return process.returncode, output


def known_reason(mutant: Mutant) -> str:
    """Why no test notices a mutant, as far as that is written down."""
    known = tomllib.loads(SURVIVORS.read_text(encoding="utf-8"))
    here = [entry for entry in known["survivor"] if (entry["module"], entry["line"]) == (mutant.module, mutant.before)]
    reasons = [entry["why"] for entry in here if mutant.after in entry["mutants"]]
    for entry in known["anywhere"]:
        changed, source = entry["change"]
        if mutant.after != mutant.before == re.sub(changed, source, mutant.after):
            reasons.append(entry["why"])
    return reasons[0] if reasons else UNEXPLAINED


def n_beyond_tests(results: Sequence[tuple[Mutant, Outcome]]) -> int:
    """How many survived of which it is written down why no test notices them."""
    return sum(outcome == "survived" and known_reason(mutant) != UNEXPLAINED for mutant, outcome in results)


def share_killed(results: Sequence[tuple[Mutant, Outcome]]) -> float:
    """Share of the mutants that were killed, of those that a test should notice."""
    return sum(outcome != "survived" for _, outcome in results) / max(len(results) - n_beyond_tests(results), 1)


def report(options: argparse.Namespace, results: Sequence[tuple[Mutant, Outcome]]) -> str:
    """Write how many mutants of each group were killed, and why the others were not."""
    survivors, counts = [], []
    for mutant, outcome in results:
        if outcome == "survived":
            where = f"{mutant.module.removeprefix('synthaudit/')}:{mutant.line}"
            survivors.append((where, f"`{mutant.before}`", f"`{mutant.after}`", known_reason(mutant)))
    for group in (*options.modules, "all"):
        own = [(mutant, outcome) for mutant, outcome in results if group in (mutant.group, "all")]
        outcomes = [outcome for _, outcome in own]
        n, n_survived = len(own), outcomes.count("survived")
        label, n_killed = LABELS.get(group, group), n - n_survived
        row = (label, n, n_killed, outcomes.count("timeout"), n_survived, n_beyond_tests(own))
        counts.append((*row, f"{n_killed / n:.1%}", f"{share_killed(own):.1%}"))
    heads = ("Modules", "Sampled", "Killed", "of these by time", "Survived", "of these beyond tests")
    return f"""# Mutants

`make mutants`: one small change of the source at a time. Killed: a test of that module fails, crashes or does not end.
`tests/README.md` says more.

- commit {git("describe", "--always", "--dirty", "--abbrev=12").strip()}
- cosmic-ray {version("cosmic-ray")}, Python {platform.python_version()}
- sample {options.sample}, seed {options.seed}
- required: at least {REQUIRED:.0%} of each killed

{table((*heads, "Share killed", "without those beyond tests"), counts)}

Beyond tests is a survivor that makes no difference, or none that anybody could ask for, if the reason stood in
`tests/mutants/survivors.toml` before the run. What is required is asked of the last column.

## Survivors

{table(("Where", "Source", "Mutant", "Why no test fails"), survivors)}
"""


def table(head: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Write a Markdown table."""
    cells = [head, ["---"] * len(head), *([str(cell).replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def git(*arguments: str) -> str:
    """What git prints of this checkout."""
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True).stdout


if __name__ == "__main__":
    main()
