"""The bench of speed and scale (``make bench``): runs its parts, prints them, writes them.

Exits with 1 where a required figure is missed.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from scale import audits, beside, kernel, start
from scale.children import Asked, compiled
from scale.report import Figure, machine

Part = Callable[[Asked, Callable[[str], None]], tuple[list[str], list[Figure]]]
PARTS: Mapping[str, Part] = {
    "start": start.section,
    "audits": audits.section,
    "kernel": kernel.section,
    "peers": beside.section,
}


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print, write; 1 if a required figure is missed."""
    given = parser().parse_args(arguments)
    began = time.monotonic()

    def say(what: str) -> None:
        print(f"{time.monotonic() - began:6.0f} s  {what}", file=sys.stderr, flush=True)

    lines = ["# Time and memory", "", "`make bench`; how to read it: `docs/speed.md`.", "", *machine()]
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        asked = Asked(limit=given.limit, largest=given.largest, folder=Path(folder))
        compiled(asked)
        for name in (name for name in PARTS if name in given.only):
            part, measured = PARTS[name](asked, say)
            lines += ["", *part]
            figures += measured
    text = "\n".join([*lines, ""])
    print(text)
    if given.output is not None:
        given.output.parent.mkdir(parents=True, exist_ok=True)
        given.output.write_text(text, encoding="utf-8")
    return 0 if all(figure.met for figure in figures) else 1


def parser() -> argparse.ArgumentParser:
    """What a run may be limited to."""
    made = argparse.ArgumentParser(prog="make bench", description=__doc__)
    made.add_argument("--only", type=_names, default=[*PARTS], help=f"parts, by commas: {','.join(PARTS)}")
    made.add_argument("--limit", type=float, default=120.0, help="seconds for each point of a comparison")
    made.add_argument("--largest", type=int, default=5_000_000, help="rows of the largest table")
    made.add_argument("--output", type=Path, help="the Markdown file; only printed where left out")
    return made


def _names(text: str) -> list[str]:
    names = text.split(",")
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        raise argparse.ArgumentTypeError(f"no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
