"""Whose turn it is: two audits run at a time, and what is started meanwhile begins by itself."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path

import pytest
from web_server import Served, served

from synthaudit.web.asked import Asked, Given
from synthaudit.web.data_folder import Job
from synthaudit.web.processes import MOST_AT_ONCE, Processes
from synthaudit.web.site import now


@dataclass(slots=True)
class Lasting(Processes):
    """Processes that run until they are ended."""

    begun: list[tuple[str, str]] = field(default_factory=list)
    running: set[Path] = field(default_factory=set)

    def start(self, job: Job, task: str) -> None:
        self.begun.append((job.asked.title, task))
        self.running.add(job.folder)

    def is_running(self, job: Job) -> bool:
        return job.folder in self.running

    def end(self, job: Job) -> None:
        self.running.discard(job.folder)


@pytest.fixture
def processes() -> Lasting:
    return Lasting()


@pytest.fixture
def page(tmp_path: Path, processes: Lasting) -> Iterator[Served]:
    """A server with an open page."""
    with served(tmp_path / "data", processes) as server:
        server.open()
        yield server


def was_read(page: Served, name: str) -> Job:
    """An audit whose tables were read."""
    job = page.site.data.new("audits")
    given = {role: Given(shown=f"{name}.csv", path="/nowhere.csv", is_copy=False) for role in ("train", "synthetic")}
    job.ask(Asked(created_utc=now(), tables=given))
    job.note("began", {"task": "read", "at": now()})
    job.note("read", {"people": "", "seconds": None, "uses": {}, "blocking": []})
    return job


def begin(page: Served, job: Job) -> str:
    """Start the audit on its page; what the page shows then."""
    answer = page.post(f"/audits/{job.id}/begin", {"use": "internal"})
    assert answer.status == 303
    return unescape(page.ask(answer.location).text)


def in_time(condition: Callable[[], bool]) -> bool:
    """Whether something comes true while nobody asks the server for anything."""
    deadline = time.monotonic() + 600
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


def test_a_third_audit_begins_by_itself(page: Served, processes: Lasting) -> None:
    """It waits, says so, and begins once another has ended, the longest wait first, with no window open."""
    jobs = [was_read(page, name) for name in ("first", "second", "third", "fourth")]
    shown = [begin(page, job) for job in jobs]
    assert ["It waits for its turn" in text for text in shown] == [False, False, True, True]
    assert ["The audit is under way" in text for text in shown] == [True, True, False, False]
    assert len(processes.running) == MOST_AT_ONCE
    assert page.ask("/").text.count("waits for its turn") == 2
    assert json.loads(page.ask(f"/audits/{jobs[2].id}/progress").text)["phase"] == "waiting"
    for ended, begun in ((jobs[0], "third.csv"), (jobs[1], "fourth.csv")):
        processes.end(ended)
        assert in_time(lambda: len(processes.running) == MOST_AT_ONCE)
        assert processes.begun[-1] == (begun, "audit")
    assert "The audit is under way" in page.ask(f"/audits/{jobs[3].id}").text


def test_what_waits_can_be_given_up(page: Served, processes: Lasting) -> None:
    """It is then as it was before, and never begins; what was deleted does not either."""
    jobs = [was_read(page, name) for name in ("first", "second", "third", "fourth")]
    for job in jobs:
        begin(page, job)
    page.post(f"/audits/{jobs[2].id}/cancel")
    assert "This was read" in page.ask(f"/audits/{jobs[2].id}").text
    page.post(f"/audits/{jobs[3].id}/delete")
    last = was_read(page, "last")
    begin(page, last)
    processes.running.clear()
    assert in_time(lambda: bool(processes.running))
    assert processes.begun == [("first.csv", "audit"), ("second.csv", "audit"), ("last.csv", "audit")]


def test_an_older_verdict_stands_until_the_next_audit_begins(page: Served, processes: Lasting) -> None:
    """What is audited again and gives up its turn has the verdict that it had."""
    for name in ("first", "second"):
        begin(page, was_read(page, name))
    job = was_read(page, "third")
    (job.output / "evidence.json").write_text("{}", "utf-8")
    begin(page, job)
    assert job.is_finished
    processes.running.clear()
    assert in_time(lambda: not job.is_finished)


def test_tables_are_read_while_audits_run(page: Served, processes: Lasting) -> None:
    """Nobody waits for audits to see what was read."""
    for name in ("first", "second"):
        begin(page, was_read(page, name))
    files = {role: (f"{role}.csv", b"a,b\n1,2\n") for role in ("train", "synthetic")}
    read = page.ask(page.post("/audits", {}, files).location).text
    assert ("The tables are being read" in read, "waits" in read) == (True, False)
    assert processes.begun[-1] == ("synthetic.csv", "read")


def test_what_waits_outlives_the_server(tmp_path: Path) -> None:
    """The next one begins it, for it was asked for."""
    with served(tmp_path / "data", Lasting()) as server:
        server.open()
        for name in ("first", "second", "third"):
            begin(server, was_read(server, name))
    later = Lasting()
    with served(tmp_path / "data", later):
        assert in_time(lambda: bool(later.begun))
    assert later.begun == [("third.csv", "audit")]
