"""The way on the page of this machine, from tables to a verdict: it says what the public functions give."""

import io
import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from example_report import EXAMPLES
from tables import mixed
from web_server import Answer, InProcess, Served, served

import synthaudit
from synthaudit.evidence import to_json
from synthaudit.web import errand
from synthaudit.web.asked import Asked, Given
from synthaudit.web.columns import sentence_on_the_page
from synthaudit.web.data_folder import Job
from synthaudit.web.processes import hold_job, holder_of
from synthaudit.web.site import now
from synthaudit.web.worker import in_parts


@pytest.fixture
def page(tmp_path: Path) -> Iterator[Served]:
    """A server with an open page, whose tasks are done at once."""
    with served(tmp_path / "data", InProcess()) as server:
        server.open()
        yield server


def csv(table: pd.DataFrame) -> bytes:
    text = io.StringIO()
    table.to_csv(text, index=False)
    return text.getvalue().encode()


def tables(n: int = 120) -> dict[str, pd.DataFrame]:
    """Real rows, others of the same law, and a release that is half copied."""
    rng = np.random.default_rng(3)
    train, holdout, other = (mixed(n, rng) for _ in range(3))
    return {"train": train, "holdout": holdout, "synthetic": pd.concat([train[: n // 2], other[n // 2 :]])}


def files(**given: pd.DataFrame) -> dict[str, tuple[str, bytes]]:
    return {role: (f"{role} of 2026.csv", csv(table)) for role, table in given.items()}


def words(answer: Answer) -> str:
    """What a page says, without its elements."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.text)).split())


def fields_of(answer: Answer) -> dict[str, str]:
    """A page's form as a browser would hand it in unchanged."""
    fields = {}
    for tag in re.findall(r"<input[^>]*>", answer.text):
        attributes = {name: unescape(value) for name, value in re.findall(r'(\w[\w-]*)="([^"]*)"', tag)}
        if attributes["type"] == "hidden" or (attributes["type"] in ("radio", "checkbox") and " checked" in tag):
            fields[attributes["name"]] = attributes["value"]
    return fields


def place(fields: dict[str, str], column: str) -> str:
    """The number of a column's answer."""
    (name,) = [name for name, value in fields.items() if name.startswith("name-") and value == column]
    return name.removeprefix("name-")


def test_from_tables_to_a_verdict(page: Served) -> None:
    """The verdict, the reasons and the files are those of synthaudit.audit; then all of it can be deleted."""
    given = tables()
    address = page.post("/audits", {}, files(**given)).location
    read = page.ask(address)
    assert "This was read" in read.text
    assert "synthetic of 2026.csv, 120 rows" in words(read)
    assert page.post(f"{address}/answers", fields_of(read)).location == f"{address}/use"
    use = words(page.ask(f"{address}/use"))
    planned = synthaudit.plan(given["train"], given["synthetic"], given["holdout"])
    for can in planned.uses:
        assert f"of 100 releases that give nobody away {round(100 * can.pass_probability)} would pass" in use
    begun = page.post(f"{address}/begin", {"use": "internal", "profile": "quick", "vendor": "A & B", "purpose": " "})
    assert begun.location == address
    ended = page.ask(address)
    expected = synthaudit.audit(
        given["train"], given["synthetic"], given["holdout"], policy="internal", profile="quick", vendor="A & B"
    )
    assert (expected.outcome, "Fail" in words(ended)) == ("fail", True)
    assert expected.reasons[0] in words(ended)
    assert "Do not hand this release on under the policy internal." in words(ended)
    evidence = json.loads(page.ask(f"{address}/out/evidence.json").text)
    assert [evidence[name] for name in ("outcome", "profile")] == ["fail", "quick"]
    assert evidence["vendor"] == {"name": "A & B", "release": "synthetic of 2026.csv"}
    report = page.ask(f"{address}/out/report.html")
    assert "script" not in report.headers["content-security-policy"]
    assert "A &amp; B" in report.text
    assert words(page.ask("/")).count("synthetic of 2026.csv") == 1
    assert "3 tables that you handed in lie beside the report" in words(ended)
    page.post(f"{address}/delete-tables")
    assert "No copy of a table" in words(page.ask(address))
    assert page.post(f"{address}/delete").location == "/"
    assert page.ask(address).status == 404
    assert not list((page.site.data.root / "audits").iterdir())


def test_a_doubt_is_answered_by_a_click(page: Served) -> None:
    """A column may name a person, be a number, or be left out: the tables are read again, and the audit has it so."""
    given = {role: table.assign(patient=range(len(table)), code=["007", "12"] * 60) for role, table in tables().items()}
    given["holdout"]["patient"] += 1_000
    address = page.post("/audits", {}, files(**given)).location
    read = page.ask(address)
    assert "looks like the key of a person" in words(read)
    fields = fields_of(read)
    fields[f"answer-{place(fields, 'patient')}"] = "person"
    fields[f"answer-{place(fields, 'code')}"] = "leave_out"
    assert page.post(f"{address}/answers", fields).location == address
    again = page.ask(address)
    kept = fields_of(again)
    assert [kept[f"answer-{place(kept, name)}"] for name in ("patient", "code")] == ["person", "leave_out"]
    job = page.site.data.find("audits", address.removeprefix("/audits/"))
    assert job is not None
    options = job.asked.options()
    assert (options["entity"], options["exclude"]) == (["patient"], ["code"])
    state = job.state("read")
    assert state is not None
    assert (state["entity"], "code" in [column["name"] for column in state["columns"]]) == ("patient", False)
    assert page.post(f"{address}/answers", kept).location == f"{address}/use"
    use = words(page.ask(f"{address}/use"))
    assert "as things stand nothing passes" in use
    assert "would pass" not in use
    (why,) = [note["reason"] for note in state["blocking"]]
    assert sentence_on_the_page(why) in use


def test_what_must_be_said_can_be_said_as_it_was_read(page: Served) -> None:
    """A column of which nothing passes until somebody says what it is may be what it was taken for; no word on the page
    is of a configuration file."""
    number = iter(range(10**6, 10**7, 7919))
    given = {role: table.assign(konto=[f"A{next(number)}z" for _ in table.index]) for role, table in tables().items()}
    address = page.post("/audits", {}, files(**given)).location
    fields = fields_of(page.ask(address))
    assert page.post(f"{address}/answers", fields).location == f"{address}/use"
    use = words(page.ask(f"{address}/use"))
    assert "Column 'konto': taken for an identifier" in use
    assert "[columns" not in use
    assert "would pass" not in use
    fields[f"answer-{place(fields, 'konto')}"] = "identifier"
    assert 'value="identifier"' in page.ask(address).text
    page.post(f"{address}/answers", fields)
    assert "would pass" in words(page.ask(f"{address}/use"))


def test_a_table_that_cannot_be_read_says_what_to_do(page: Served) -> None:
    """What, where, what was seen, what helps; the column that is meant can be left out there and then."""
    given = tables()
    given["synthetic"] = given["synthetic"].assign(extra=1)
    address = page.post("/audits", {}, files(**given)).location
    read = page.ask(address)
    assert "The tables cannot be audited yet" in read.text
    assert "SA-139" in read.text
    fields = fields_of(read)
    fields[f"answer-{place(fields, 'extra')}"] = "leave_out"
    page.post(f"{address}/answers", fields)
    assert "This was read" in page.ask(address).text


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("t.csv", b"", "SA-102"),
        ("t.pkl", b"\x80\x04.", "SA-107"),
        ("t.xlsx", b"not a workbook", "SA-108"),
        ("<svg onload=x>", b"a;b\n1;2\n", "SA-107"),
        ("t.csv", b"a,b\n1,2\n3\n4,5\n6,7\n8,9\n", "SA-124"),
    ],
)
def test_wrong_files(page: Served, name: str, content: bytes, code: str) -> None:
    """No traceback and no cell: a code, and another file can be chosen."""
    given = files(**tables()) | {"train": (name, content)}
    address = page.post("/audits", {}, given).location
    answer = page.ask(address)
    assert (answer.status, code in answer.text, "Traceback" in answer.text) == (200, True, False)
    assert 'href="/new"' in answer.text
    assert f"Real table, {name}" in words(answer)


def test_a_wrong_file_is_exchanged_and_the_others_stay(page: Served) -> None:
    """Nobody chooses all files anew for one that was wrong; what could not be read is gone then, with its copies."""
    given = files(**tables())
    wrong = page.post("/audits", {}, given | {"synthetic": ("letter.docx", b"no table")}).location
    (link,) = re.findall(r'href="(/new\?instead=\w+)"', page.ask(wrong).text)
    choosing = page.ask(link)
    assert all(f"{role} of 2026.csv" in words(choosing) for role in ("train", "holdout"))
    right = page.post("/audits", fields_of(choosing), {"synthetic": given["synthetic"]}).location
    read = words(page.ask(right))
    assert "This was read" in read
    assert all(f"{role} of 2026.csv, 120 rows" in read for role in ("train", "holdout", "synthetic"))
    assert page.ask(wrong).status == 404
    copies = [path.name for path in page.site.data.root.rglob("tables/*")]
    assert sorted(copies) == ["holdout.csv", "synthetic.csv", "train.csv"]


def test_no_file_of_a_verdict_is_exchanged(page: Served) -> None:
    """What was judged stays with the tables that it was judged by."""
    job = finished(page, "pass")
    answer = page.post("/audits", {"instead": job.id}, files(synthetic=tables()["synthetic"]))
    assert (answer.status, "SA-433" in answer.text, job.is_finished) == (400, True, True)


@pytest.mark.parametrize(
    ("fields", "code", "says"),
    [
        ({}, "SA-433", "the real table that the vendor got"),
        ({"train-path": "/nowhere/t.csv"}, "SA-431", "no file is there"),
        ({"train-path": "t.csv"}, "SA-431", "no file is there"),
        ({"train-path": "s3://bucket/t.csv"}, "SA-431", "asks no other machine"),
        ({"train-path": "postgresql://host/db"}, "SA-431", "asks no other machine"),
        ({"train-path": "\x00"}, "SA-431", "no file is there"),
    ],
)
def test_a_table_that_is_not_there(page: Served, fields: dict[str, str], code: str, says: str) -> None:
    """Named in words; the page asks no other machine for it; nothing of the form is kept."""
    answer = page.post("/audits", fields, files(synthetic=tables()["synthetic"]))
    assert (answer.status, code in answer.text) == (400, True)
    assert says in words(answer)
    assert not list((page.site.data.root / "audits").iterdir())


def test_a_path_of_this_machine_is_read_where_it_lies(page: Served, tmp_path: Path) -> None:
    """No copy is made, and deleting the audit leaves the file."""
    paths = {}
    for role, table in tables().items():
        paths[role] = tmp_path / f"{role}.csv"
        paths[role].write_bytes(csv(table))
    address = page.post("/audits", {f"{role}-path": f' "{path}" ' for role, path in paths.items()}).location
    assert "This was read" in page.ask(address).text
    assert not list(page.site.data.root.rglob("tables/*"))
    page.post(f"{address}/delete")
    assert all(path.is_file() for path in paths.values())


def test_a_split_and_then_an_audit_of_it(page: Served) -> None:
    """The parts are those of synthaudit.split; the audit needs nothing but the release."""
    whole = mixed(200, np.random.default_rng(5))
    address = page.post("/splits", {"design": "coins"}, {"table": ("people.csv", csv(whole))}).location
    done = page.ask(address)
    assert "Keep secret" in done.text
    links = re.findall(rf'href="({address}/out/[^"]+)"', done.text)
    assert [link.rpartition("/")[2] for link in links] == [
        *("train.csv", "commitment.txt", "holdout.csv", "reference.csv", "manifest.json"),
    ]
    parts = {link.rpartition("/")[2]: page.ask(link).text for link in links}
    rows = [len(parts[f"{name}.csv"].splitlines()) - 1 for name in ("train", "holdout", "reference")]
    assert sum(rows) == len(whole)
    split = address.removeprefix("/splits/")
    assert 'name="train"' not in page.ask(f"/new?split={split}").text
    release = {"synthetic": ("r.csv", csv(mixed(100, np.random.default_rng(6))))}
    audit = page.post("/audits", {"split": split}, release).location
    assert "of the split" in words(page.ask(audit))
    job = page.site.data.find("audits", audit.removeprefix("/audits/"))
    assert job is not None
    assert job.state("read") is not None
    assert Path(job.asked.options()["manifest"]).is_file()


def finished(page: Served, name: str) -> Job:
    """A finished audit, as a server left it that was killed before it could say how the audit ended."""
    job = page.site.data.new("audits")
    given = Given(shown=f"{name}.csv", path="/nowhere.csv", is_copy=False)
    job.ask(Asked(created_utc=now(), tables={"train": given, "synthetic": given}, use="internal"))
    job.note("began", {"task": "audit", "at": now()})
    (job.output / "evidence.json").write_text(to_json(EXAMPLES[name]), "utf-8")
    return job


def test_two_audits_side_by_side_and_all_of_them_over_time(page: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pages are those of compare and history; links of a comparison lead to reports of this server."""

    async def run(name: str, *arguments: Any) -> None:
        try:
            errand.ERRANDS[name](*map(str, arguments))
        except Exception as error:
            raise errand.ErrandError(in_parts(error)) from None

    monkeypatch.setattr(errand, "run", run)
    jobs = [finished(page, name) for name in ("fail", "pass")]
    assert [word in words(page.ask("/")) for word in ("Fail", "Pass")] == [True, True]
    for job in jobs:
        assert page.ask(f"/audits/{job.id}/out/report.html").status == 200
    alone = page.post("/compare", {f"audit-{jobs[0].id}": "yes"})
    assert (alone.status, "SA-410" in alone.text) == (400, True)
    compared = page.post("/compare", {f"audit-{job.id}": "yes" for job in jobs} | {"audit-../x": "yes"})
    comparison = page.ask(compared.location)
    links = re.findall(r'href="([^"#]+report\.html)"', comparison.text)
    assert sorted(links) == sorted(f"./../audits/{job.id}/out/report.html" for job in jobs)
    history = page.ask("/history")
    assert history.status == 200
    assert "script-src" not in history.headers["content-security-policy"]


def test_what_is_under_way_elsewhere_is_not_begun_twice(page: Served) -> None:
    """An audit that another server began, and that outlived it, is shown as it goes on; then as it ended."""
    job = finished(page, "pass")
    descriptor = hold_job(job.folder)
    # Locks hold between descriptors, also of one process.
    assert holder_of(job.folder) is not None
    assert "The audit is under way" in page.ask(f"/audits/{job.id}").text
    assert json.loads(page.ask(f"/audits/{job.id}/progress").text)["phase"] == "auditing"
    asked = page.site.processes.asked  # type: ignore[attr-defined]
    for action in ("begin", "again", "answers"):
        page.post(f"/audits/{job.id}/{action}", {"use": "public"})
    assert asked == []
    __import__("os").close(descriptor)
    assert "Pass" in words(page.ask(f"/audits/{job.id}"))


def test_an_audit_that_was_broken_off_says_so(page: Served) -> None:
    """Nothing is judged, and an older verdict is not taken for the new one's."""
    job = finished(page, "pass")
    (job.output / "evidence.json").unlink()
    answer = page.ask(f"/audits/{job.id}")
    assert "It was interrupted" in answer.text
    assert "Pass" not in words(answer)


def test_what_was_never_handed_in_whole_is_swept(page: Served) -> None:
    """A server that was killed while tables came in leaves none of them."""
    job = page.site.data.new("audits")
    (job.tables / "train.csv").write_text("a\n1\n", "utf-8")
    kept = finished(page, "pass")
    page.site.data.sweep()
    assert (job.folder.exists(), kept.is_finished) == (False, True)
