"""Batches made by hand, for the tests of what is made of them."""

from dataclasses import replace

from example_report import EXAMPLES, HOSTILE

from synthaudit.report.batch_figures import batch_release
from synthaudit.types.batch import BatchCase, BatchEarlier, BatchRecord, BatchRelease, BatchSkipped


def record(*releases: BatchRelease, error: str = "") -> BatchRecord:
    """A batch of these releases that is finished."""
    return BatchRecord(
        schema_version=1,
        status="finished",
        exit_code=0,
        exit="leak",
        code="SA-101" if error else "",
        error=error,
        synthaudit_version="0.1.0",
        created_utc="2026-11-30T09:41:00Z",
        seconds=1.5,
        policy="partner",
        profile="quick",
        seed=0,
        sha256={"train": "ab" * 32},
        n_releases=len(releases),
        releases=releases,
        skipped=(),
        removed=(),
        before=(),
    )


def broken(name: str, reason: str = "SA-102 synthetic s.csv: 0 bytes.") -> BatchRelease:
    """A release that could not be read."""
    return BatchRelease(name=name, file=name, outcome="error", exit_code=2, code="SA-102", reason=reason)


def named(text: str) -> BatchRecord:
    """A batch in which every text that anybody else chose, or that quotes one, is this one."""
    release = replace(
        broken(text, text),
        outcome="inconclusive",
        exit_code=3,
        attack=f"{text}/{text}",
        change="another_verdict",
        earlier_outcome="pass",
        redone=text,
        created_utc=text,
        cases=(BatchCase(name=text, kind="gate", outcome="fail", reason=text),),
    )
    earlier = BatchEarlier(name=text, outcome="fail", release_sha256="", evidence_sha256="", created_utc=text)
    skipped = BatchSkipped(file=text, reason=text)
    return replace(
        record(release, broken(text, text), error=text),
        policy=text,
        profile=text,
        skipped=(skipped,),
        removed=(earlier,),
        before=(earlier,),
        before_doubt=text,
    )


BATCH = replace(
    record(*(batch_release(report, name, f"{name}.csv", "cd" * 32) for name, report in EXAMPLES.items())),
    skipped=(BatchSkipped(file=HOSTILE, reason="its name ends in no format that is read"),),
    removed=(BatchEarlier(name=HOSTILE, outcome="fail", release_sha256="", evidence_sha256="", created_utc=""),),
)
BATCH = replace(BATCH, releases=(*BATCH.releases, broken(HOSTILE, HOSTILE)))
