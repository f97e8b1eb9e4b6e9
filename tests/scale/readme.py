"""The README's table of speed: ``python -P -m scale.readme`` copies it from docs/figures/bench.md."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
README, BENCH = ROOT / "README.md", ROOT / "docs" / "figures" / "bench.md"
HEAD = """## Speed

Train, holdout and release with as many rows each, 15 mixed columns; which machine, and more sizes, in
[figures/bench.md](docs/figures/bench.md), what is measured in [speed.md](docs/speed.md). In brackets: how many times
as long the other tool takes.
"""
_START = "<!-- speed: written by `make bench` from docs/figures/bench.md -->"
_END = "<!-- end of speed -->"


def updated(readme: str, bench: str) -> str:
    """The README with the part "In short" of the bench; without a table where the bench has none."""
    found = re.search(r"^## In short\n\n((?:\|.*\n)+)", bench, re.MULTILINE)
    table = f"\n{HEAD}\n{found[1]}\n" if found else ""
    before, _, rest = readme.partition(_START)
    _, end, after = rest.partition(_END)
    if not end:
        raise ValueError(f"the README has no place for the table: {_START} ... {_END}")
    return f"{before}{_START}\n{table}{_END}{after}"


if __name__ == "__main__":
    README.write_text(updated(README.read_text("utf-8"), BENCH.read_text("utf-8")), encoding="utf-8")
