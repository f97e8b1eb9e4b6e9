"""The power bench (``make bench-power``): runs what the cache does not hold, prints and writes the tables.

A run that was stopped goes on where it was. Exits with 1 where a required figure is missed.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from joblib import Parallel, delayed

from power import ours
from power.cache import Kept, Result, digest
from power.measure import power
from power.releases import RELEASES, one_thread, release_of
from power.report import Row, markdown
from power.tables import ENVIRONMENTS, PARTS, TABLES, Sample, sample

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
CACHE = ROOT / ".bench-power"
OUTPUT = ROOT / "docs" / "figures" / "power.md"
PEERS = ("sdmetrics", "anonymeter", "syntheval", "mostlyai-qa")
REPORTED = (0, 1, 2)
"""Split seeds of the figures in the docs; 100 to 102 served to choose settings and are never reported."""
PROCESSES = 2

Releases = dict[str, pd.DataFrame]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run, print, write; 1 if a required figure is missed."""
    asked = parser().parse_args(arguments)
    began = time.monotonic()
    rows: list[Row] = []
    notes = [f"{peer} could not be installed" for peer in asked.peers if not installed(peer)]
    samples = [sample(TABLES[name], split) for name in asked.tables for split in asked.splits]
    made = [made_releases(one, asked.releases, asked.cache, notes) for one in samples]
    # Ours first: whoever stops the run early has them all.
    for one, releases in zip(samples, made, strict=True):
        rows += attacked_by_us(one, releases, asked.cache)
        say(f"{one.table}, split {one.split}: {len(releases)} releases attacked", began)
    jobs = [
        delayed(attacked_by_peer)(peer, one, asked_of_peers(releases), asked.cache)
        for one, releases in zip(samples, made, strict=True)
        for peer in asked.peers
        if installed(peer)
    ]
    for found, told in Parallel(n_jobs=PROCESSES, prefer="threads", return_as="generator")(jobs):
        rows += found
        notes += told
        say(f"{found[0].who} on {found[0].table}, split {found[0].split}" if found else "a peer gave nothing", began)
    text, misses = markdown(rows, notes, samples=samples)
    print(text)
    if asked.output is not None:
        asked.output.parent.mkdir(parents=True, exist_ok=True)
        asked.output.write_text(text, encoding="utf-8")
    return 1 if misses else 0


def asked_of_peers(releases: Releases) -> Releases:
    """Releases whose truth is plain: no required figure rests on the others, and peers take minutes each."""
    return {name: release for name, release in releases.items() if RELEASES[name].truth != "little"}


def parser() -> argparse.ArgumentParser:
    """What a run may be limited to."""
    made = argparse.ArgumentParser(prog="make bench-power", description=__doc__)
    for option, known in (("--tables", [*TABLES]), ("--releases", [*RELEASES]), ("--peers", [*PEERS])):
        made.add_argument(option, nargs="*", choices=known, default=known)
    made.add_argument("--splits", nargs="*", type=int, default=[*REPORTED])
    made.add_argument("--cache", type=Path, default=CACHE)
    made.add_argument("--output", type=Path, help="the Markdown file; only printed where left out")
    return made


def say(what: str, began: float) -> None:
    """Tell the terminal how far the run is."""
    print(f"{time.monotonic() - began:6.0f} s  {what}", file=sys.stderr, flush=True)


def installed(name: str) -> bool:
    """Whether the environment of this name was made."""
    return (ENVIRONMENTS / name / ".done").exists()


def made_releases(one: Sample, names: Sequence[str], cache: Path, notes: list[str]) -> Releases:
    """Every release that can be made; why not, for the others, goes to ``notes``."""
    tried = Parallel(n_jobs=PROCESSES, prefer="threads")(delayed(_made)(one, name, cache) for name in names)
    notes += [f"{one.table}, split {one.split}, {name}: {made}" for name, made in tried if isinstance(made, str)]
    return {name: made for name, made in tried if not isinstance(made, str)}


def _made(one: Sample, name: str, cache: Path) -> tuple[str, pd.DataFrame | str]:
    try:
        return name, release_of(RELEASES[name], one, cache / "releases")
    except RuntimeError as error:
        return name, str(error)


def attacked_by_us(one: Sample, releases: Releases, cache: Path) -> list[Row]:
    """Results of the whole family on every release of one split."""
    code = digest(ours.code())
    places = {name: _place(one, name, frame, "synthaudit", code, cache) for name, frame in releases.items()}
    missing = [name for name, place in places.items() if place.read() is None]
    work = (delayed(_attacked)(one, name, releases[name]) for name in missing)
    for name, result in Parallel(n_jobs=PROCESSES, return_as="generator_unordered")(work):
        places[name].write(result)
    return list(_rows(places))


def _attacked(one: Sample, name: str, release: pd.DataFrame) -> tuple[str, Result]:
    return name, ours.attacked(one, release, RELEASES[name].family)


def attacked_by_peer(peer: str, one: Sample, releases: Releases, cache: Path) -> tuple[list[Row], list[str]]:
    """What one peer says of every release of one split, and what went wrong."""
    code = digest([HERE / "peers.py", HERE / "measure.py", HERE / "environments" / f"{peer}.txt"])
    places = {name: _place(one, name, frame, peer, code, cache) for name, frame in releases.items()}
    missing = [name for name, place in places.items() if place.read() is None]
    notes = []
    for said in _asked(peer, one, {name: releases[name] for name in missing}, cache):
        if "error" in said:
            notes.append(f"{peer} on {one.table}, split {one.split}, {said['release']}: {said['error']}")
            continue
        is_member = np.arange(len(one.train) + len(one.holdout)) < len(one.train)
        attacks = {
            f"{peer} {name}": power(scores, is_member, one.stream("ties"), said["seconds"][name]).as_json()
            for name, scores in said["scores"].items()
        }
        places[said["release"]].write({"attacks": attacks, "headline": said["headline"]})
    return list(_rows(places)), notes


def _asked(peer: str, one: Sample, releases: Releases, cache: Path) -> Iterator[Result]:
    """Run the peer in its environment; one answer per release, as they come."""
    if not releases:
        return
    folder = cache / "peers" / f"{peer}-{one.table}-{one.split}"
    folder.mkdir(parents=True, exist_ok=True)
    tables = {**{part: getattr(one, part) for part in PARTS[:3]}, **releases}
    files = {name: folder / f"{name}.csv" for name in tables}
    for name, table in tables.items():
        table.to_csv(files[name], index=False)
    job = {
        "kinds": {column.name: column.kind for column in one.schema.columns},
        **{part: str(files[part]) for part in PARTS[:3]},
        "releases": {name: str(files[name]) for name in releases},
        "seed": one.split,
    }
    (folder / "job.json").write_text(json.dumps(job), encoding="utf-8")
    command: list[str | Path] = [
        ENVIRONMENTS / peer / "bin" / "python",
        "-P",
        HERE / "peers.py",
        peer,
        folder / "job.json",
    ]
    with (folder / "errors.txt").open("w", encoding="utf-8") as errors:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=errors, text=True, env=one_thread())
        assert process.stdout is not None
        for line in process.stdout:
            yield json.loads(line)
    if process.wait():
        last = (folder / "errors.txt").read_text(encoding="utf-8").strip().splitlines()[-1:]
        yield {"release": "start", "error": "".join(last) or f"ended with {process.returncode}"}
        return
    for file in folder.iterdir():
        file.unlink()
    folder.rmdir()


def _place(one: Sample, release: str, frame: pd.DataFrame, who: str, code: str, cache: Path) -> Kept:
    key = digest([one.train, one.holdout, one.reference, frame, code])
    return Kept(folder=cache / "results", table=one.table, split=one.split, release=release, who=who, key=key)


def _rows(places: Mapping[str, Kept]) -> Iterator[Row]:
    for place in places.values():
        result = place.read()
        if result is not None:
            yield Row(table=place.table, split=place.split, release=place.release, who=place.who, result=result)


if __name__ == "__main__":
    sys.exit(main())
