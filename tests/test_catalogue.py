"""One catalogue of words: it holds every message and no other, each is filled by name, and no printed word is out."""

import ast
import io
import json
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from string import Formatter
from typing import Any

import click
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from example_report import EXAMPLES, EXPLANATIONS, FAIL, NO_HOLDOUT, PASS, UNRESOLVED
from judged_reports import every
from worded import PACKAGE, ROLES, Source, Unmarked

from synthaudit.adapters.alignment.align import align_real
from synthaudit.adapters.alignment.schema_file import schema_to_toml
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cli.main import _exit_code as run
from synthaudit.cli.main import cli
from synthaudit.cli.told import Option
from synthaudit.cli.verdict import print_verdict
from synthaudit.commands.audit import audit_release
from synthaudit.files.catalogue import FOLDER, Labels, language, marked, messages, plural, speaking, translated
from synthaudit.report import render_internal, render_report
from synthaudit.report.exports import summary_md
from synthaudit.report.facts import deleted_in_train
from synthaudit.report.render import render_letter, render_vendor
from synthaudit.report.retold import retold, worded
from synthaudit.types import AuditReport, Coverage
from synthaudit.verdict.reasons import claim_refuted

ROOT = Path(__file__).parent.parent
TEMPLATE = FOLDER / "synthaudit.pot"
OPEN, CLOSE = "⟦", "⟧"
PSEUDO = "qps"
SAME_EVERYWHERE = {"auc", "p", "sa", "sha", "utc", "synthaudit", "evidence", "json", "vs", "s", "min"}
"""Words that no language changes: names of measures, of a hash, of a clock, of the program and of its file."""
MACHINE_WORDS = re.compile(r"--[a-z-]+|[a-z]+_[a-z_]+|\b(internal|partner|public|quick|standard|thorough)\b")
"""Names that are typed: options, attacks, policies, profiles."""


@cache
def template() -> Catalog:
    """The committed catalogue."""
    with TEMPLATE.open("rb") as file:
        return read_po(file, locale="en")


def forms(message: Any) -> tuple[str, ...]:
    """One form, or those of a plural."""
    return message if isinstance(message, tuple) else (message,)


@pytest.fixture(scope="module")
def pseudo(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a language in which every message stands between marks, and is otherwise the English one."""
    catalog = template()
    for message in catalog:
        if message.id:
            told = tuple(f"{OPEN}{form}{CLOSE}" for form in forms(message.id))
            message.string = told if isinstance(message.id, tuple) else told[0]
    folder: Path = tmp_path_factory.mktemp("locale")
    (folder / PSEUDO / "LC_MESSAGES").mkdir(parents=True)
    with (folder / PSEUDO / "LC_MESSAGES" / "synthaudit.mo").open("wb") as file:
        write_mo(file, catalog)
    template.cache_clear()
    return folder


# --- the catalogue and the source ----------------------------------------------------------------------------


def test_the_committed_catalogue_is_what_the_source_says(tmp_path: Path) -> None:
    """A message that is missing in it, or that nobody prints any more, is an error: make catalogue mends both."""
    recipe = re.search(r"^catalogue:.*\n((?:\t.*\n)+)", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert recipe is not None
    command = shlex.split(recipe[1].replace("\\\n", " ").splitlines()[0])
    fresh = tmp_path / "fresh.pot"
    command[command.index("--output-file") + 1] = str(fresh)
    run = [sys.executable, "-P", "-m", "babel.messages.frontend", *command[1:]]
    subprocess.run(run, cwd=ROOT, check=True, capture_output=True)
    assert TEMPLATE.read_text("utf-8") == fresh.read_text("utf-8")


def fields(message: str) -> list[str]:
    """Placeholders of a message, without how they are written."""
    return [field for _, field, _, _ in Formatter().parse(message) if field is not None]


def test_placeholders_are_named_and_the_same_in_both_forms() -> None:
    """A translator may need another order, and sees what stands there; one may be spelt out."""
    for message in template():
        if message.id and "%(" not in str(message.id):
            named = [set(fields(form)) for form in forms(message.id)]
            assert all(name.isidentifier() for name in named[-1]), message.id
            assert all(names <= named[-1] for names in named), message.id


def looked_up() -> Iterator[tuple[str, ast.Call, Mapping[ast.AST, ast.AST]]]:
    """Every message that is written where it is looked up or marked, with the parents of all nodes."""
    for path in sorted((ROOT / "synthaudit").rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        parents = {child: node for node in ast.walk(tree) for child in ast.iter_child_nodes(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_", "N_", "plural"):
                first = node.args[0] if node.args else None
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    yield f"{path.name}:{node.lineno}", node, parents


def filled_with(call: ast.Call, parents: Mapping[ast.AST, ast.AST]) -> set[str]:
    """Keywords of the ``format`` that fills a message, or one of two of which a condition chooses."""
    node: ast.AST = call
    while isinstance(parents[node], ast.IfExp):
        node = parents[node]
    attribute = parents[node]
    filling = parents.get(attribute)
    if isinstance(attribute, ast.Attribute) and attribute.attr == "format" and isinstance(filling, ast.Call):
        assert not filling.args, ast.unparse(filling)
        return {keyword.arg or "**" for keyword in filling.keywords}
    return set()


def test_every_placeholder_is_filled_where_the_message_is_looked_up() -> None:
    """And nothing is given that the message does not ask for."""
    n = 0
    for place, call, parents in looked_up():
        asked = {name for text in call.args[:2] if isinstance(text, ast.Constant) for name in fields(str(text.value))}
        if call.func.id != "plural":  # type: ignore[attr-defined]
            asked = set(fields(call.args[0].value))  # type: ignore[attr-defined]
        filled = filled_with(call, parents)
        if call.func.id == "N_" and (not filled or "**" in filled):  # type: ignore[attr-defined]
            continue  # filled later, or holds braces that are typed so
        assert filled == asked, place
        n += bool(asked)
    assert n > 600


def test_no_message_stands_within_an_f_string() -> None:
    """There the catalogue does not see it."""
    hidden = []
    for place, call, parents in looked_up():
        node: ast.AST = call
        while node in parents and not isinstance(node, ast.stmt):
            node = parents[node]
            if isinstance(node, ast.JoinedStr):
                hidden.append(place)
    assert hidden == []


def test_what_is_written_into_evidence_is_never_translated() -> None:
    """Whatever the language, machines read English: only what prints looks messages up."""
    printing = ("report", "cli", "web", "commands/answer.py", "files/catalogue.py", "files/retold.py")
    # Comments, and what only says in which language others print.
    read_by_people = ("adapters/alignment/schema_file.py", "commands/spoken.py")
    for path in sorted((ROOT / "synthaudit").rglob("*.py")):
        name = str(path.relative_to(ROOT / "synthaudit"))
        if not name.startswith((*printing, *read_by_people)):
            imported = re.findall(r"^from synthaudit\.files\.catalogue import (.*)$", path.read_text("utf-8"), re.M)
            assert imported in ([], ["N_"]), name


NO_WORDS = {
    "adapters/readers/apart.py": "what one process says to another",
    "adapters/readers/leave_out.py": "how a column without a name is called in --exclude",
    "attacks/cell_likelihood.py": "part of an attack's name",
    "commands/audited_copy.py": "name of a file",
    "commands/batch_sources.py": "name of a folder",
    "report/batch_junit.py": "name of a suite",
}
"""Texts that reach an error or a note as a name, by file; one a file."""


def test_every_word_of_an_error_and_of_a_note_is_marked() -> None:
    """Whatever is handed to where, got and do, or noted of the reading, wherever it was put together."""
    places = Unmarked().places()
    assert [place for place in places if place.split(":")[0] not in NO_WORDS] == []
    assert {place.split(":")[0] for place in places} == set(NO_WORDS)


def test_words_that_are_not_marked_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the construction, behind a name, a condition and a parameter, and in a text that is filled."""
    code = """
def raised(n, got):
    do = "Leave it out." if n else N_("Fill it in.")
    raise InputError("SA-1", f"train, column {n}", got, do)
raised(1, "no cell here")
raised(2, N_("{n} cells").format(n=f"{2} of them"))
"""
    monkeypatch.setattr(Path, "rglob", lambda folder, pattern: [PACKAGE / "x.py"])
    monkeypatch.setattr(Path, "read_text", lambda path, encoding: code)
    monkeypatch.setattr("worded.source", Source)
    assert [place.partition(": ")[2] for place in Unmarked().places()] == [
        "f'train, column {n}'",
        "'no cell here'",
        "f'{2} of them'",
        "'Leave it out.'",
    ]


# --- the look-up itself --------------------------------------------------------------------------------------


def test_english_is_what_stands_in_the_source() -> None:
    """Nothing is looked up in a file, and nothing is lost."""
    assert (language(), messages()) == ("en", ())
    assert (translated("anything"), translated(""), marked("as it is")) == ("anything", "", "as it is")
    assert [plural("{n} row", "{n} rows", n) for n in (0, 1, 2)] == ["{n} rows", "{n} row", "{n} rows"]


def test_another_language_speaks_within_its_block_alone(pseudo: Path) -> None:
    """Words of modules that were imported before are looked up when they are read."""
    labels = Labels({"a": marked("Use"), "b": marked("Outcome")})
    pairs = Labels({"a": (marked("Use"), marked("Outcome"))})
    with speaking(PSEUDO, pseudo):
        assert (language(), translated("Use"), translated("")) == (PSEUDO, "⟦Use⟧", "")
        assert dict(labels) == {"a": "⟦Use⟧", "b": "⟦Outcome⟧"}
        assert dict(pairs) == {"a": ("⟦Use⟧", "⟦Outcome⟧")}
        assert translated("not in the catalogue") == "not in the catalogue"
    assert (language(), dict(labels)) == ("en", {"a": "Use", "b": "Outcome"})


def test_a_language_that_nobody_made_is_an_error() -> None:
    """And never English in its place."""
    with pytest.raises(FileNotFoundError), speaking("zz"):
        pass


# --- sentences of the evidence -------------------------------------------------------------------------------

TOLD = {
    "Nobody's record stands out by itself.": "⟦Nobody's record stands out by itself.⟧",
    "The AUC may be as high as 0.614 for the worst attack; the partner limit is 0.6. If nothing leaks, 990 members and"
    " as many non-members give four chances in five of a pass.": "⟦The ⟦AUC⟧ may be ⟦as high as 0.614⟧ for ⟦the worst"
    " attack⟧; the partner limit is 0.6.⟧ ⟦If nothing leaks, 990 members and as many non-members give four chances in"
    " five of a pass.⟧",
    "Not covered: shadow attacks: switched off (2 more)": "⟦Not covered: ⟦shadow attacks⟧: ⟦switched off⟧⟦ (2 more)⟧⟧",
    "A sentence of an earlier version.": "A sentence of an earlier version.",
    "train a: b.csv: several releases.": "train a: b.csv: ⟦several releases⟧.",
    "SA-103 train t.csv: 0 rows. Export the table again.": "SA-103 train t.csv: ⟦0 rows⟧. ⟦Export the table again.⟧",
    "train t.csv: 1 row, fewer than --header-row or --skip-rows names. Remove one.": "⟦train t.csv: ⟦1 row⟧, fewer than"
    " --header-row or --skip-rows names⟧. ⟦Remove one.⟧",
    "unknown attack 'Use'": "⟦unknown attack 'Use'⟧",
    "a: " * 300: "a: " * 300,
    "Use" * 1_000: "Use" * 1_000,
}


@pytest.mark.parametrize("text", TOLD, ids=range(len(TOLD)))
def test_a_sentence_of_the_evidence_is_told_in_the_language_of_the_page(pseudo: Path, text: str) -> None:
    """By the messages that it is made of; what is none of them stays, and English stays as it is."""
    with speaking(PSEUDO, pseudo):
        assert retold(text) == TOLD[text]
    assert retold(text) == text


@pytest.mark.parametrize("column", ["people", "Nobody's record stands out by itself.", "{policy}", "a' b", "%s {0}"])
def test_a_name_in_a_sentence_is_no_message(pseudo: Path, column: str) -> None:
    """Whoever names a column cannot choose words of the page, nor break the sentence."""
    text = (
        f"Whoever knows a rare value of '{column}' of a person can look it up in the release: it is there for 3 members"
    )
    text += " and 0 non-members; the public policy allows none to be exposed."
    with speaking(PSEUDO, pseudo):
        assert retold(text) == f"{OPEN}{text}{CLOSE}"


# --- the terminal --------------------------------------------------------------------------------------------

TABLE = "age,town,pay\n" + "".join(f"{20 + i},{'abcde'[i % 5]}ville,{1000 + 7 * i}\n" for i in range(40))
OTHER = "age,town,pay\n" + "".join(f"{21 + i},{'edcba'[i % 5]}ville,{1003 + 9 * i}\n" for i in range(40))
CHECK = "check-inputs --train train.csv --synthetic synthetic.csv"
REFUSED = {
    "SA-101 policy": "policy show partnr",
    "SA-101 file": "check-inputs --train nobody.csv --synthetic synthetic.csv",
    "SA-101 verify": "verify nobody",
    "SA-102": "check-inputs --train empty.csv --synthetic synthetic.csv",
    "SA-103": "check-inputs --train header.csv --synthetic synthetic.csv",
    "SA-107": "check-inputs --train train.pkl --synthetic synthetic.csv",
    "SA-124": "check-inputs --train short.csv --synthetic synthetic.csv",
    "SA-125": "check-inputs --train quote.csv --synthetic synthetic.csv",
    "SA-127": "check-inputs --train latin.csv --synthetic synthetic.csv",
    "SA-132": "check-inputs --train twice.csv --synthetic synthetic.csv",
    "SA-138 lacking": "check-inputs --train train.csv --synthetic lacking.csv",
    "SA-151": "check-inputs --train train.csv --synthetic hollow.csv",
    "SA-172": f"{CHECK} --holdout train.csv",
    "SA-180 choice": f"{CHECK} --profile slow",
    "SA-180 number": f"{CHECK} --seed x",
    "SA-180 file": f"{CHECK} --config wrong.toml",
    "SA-180 sep": f"{CHECK} --sep three",
    "SA-184": f"{CHECK} --exclude twon",
    "SA-204": f"{CHECK} --shadows 20000",
    "SA-206": f"{CHECK} --generator nobody",
    "SA-210": f"{CHECK} --generator command:true",
    "SA-218": f"{CHECK} --engine nobody",
    "SA-223": f"{CHECK} --time-budget soon",
    "SA-245": "split train.csv --out drawn --canaries 3",
    "SA-401": "report evidence.json",
    "SA-405": "verify here",
    "SA-304": "demo -o train.csv",
}
"""A command for each refusal; its first word is the code."""


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tables that cannot be audited, each for its reason."""
    folder: Path = tmp_path_factory.mktemp("tables")
    (folder / "here").mkdir()
    texts = {
        "train.csv": TABLE,
        "synthetic.csv": OTHER,
        "empty.csv": "",
        "header.csv": "age,town,pay\n",
        "train.pkl": TABLE,
        "short.csv": TABLE + "61,aville\n",
        "quote.csv": TABLE + '61,"aville,1\n',
        "twice.csv": TABLE.replace("town", "age", 1),
        "lacking.csv": "".join(line.rpartition(",")[0] + "\n" for line in OTHER.splitlines()),
        "hollow.csv": "age,town,pay\n" + "".join(f"{21 + i},,\n" for i in range(40)),
        "wrong.toml": "version = 1\n[run]\nsede = 1\njobs = 'x'\n",
        "evidence.json": json.dumps([1]),
    }
    for name, text in texts.items():
        (folder / name).write_text(text, "utf-8")
    (folder / "latin.csv").write_bytes(TABLE.replace("aville", "aville\u00e9").encode("latin-1"))
    return folder


def said(command: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What a command says on standard error."""
    monkeypatch.setattr(sys, "argv", ["synthaudit", *command.split()])
    with redirect_stderr(io.StringIO()) as terminal:
        assert run([]) in (2, 4)
    return terminal.getvalue()


@pytest.mark.parametrize("name", REFUSED)
def test_no_word_of_an_error_is_outside_of_the_catalogue(
    pseudo: Path, tables: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its code stays, names stay, and in English it is the error itself."""
    monkeypatch.chdir(tables)
    english = said(REFUSED[name], monkeypatch)
    with speaking(PSEUDO, pseudo):
        told = said(REFUSED[name], monkeypatch)
    assert name.split()[0] in told
    assert told.replace(OPEN, "").replace(CLOSE, "") == english
    typed = {word.strip("-") for word in re.findall(r"[\w.-]+", REFUSED[name])}
    assert left_out(told.split("\n"), typed | ROLES | {"pay"}) == []


NOTED = {
    "train.csv": "key,age,town,told\n" + "".join(f"p{i:04},{20 + i},{'abcde'[i % 5]}ville,{i}\n" for i in range(60)),
    "synthetic.csv": "Drawn on Monday\n\nkey,age,town,told,more\n"
    + "".join(f"q{i:04},{21 + i},{'abcdz'[i % 5]}ville,7,x\n" for i in range(60)),
}
"""Tables that can be audited, with a note on titles, a key, levels, a constant column and one that train lacks."""


def test_no_word_of_a_note_is_outside_of_the_catalogue(
    pseudo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was noticed of the tables and left out of them, on the terminal."""
    for name, text in NOTED.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["synthaudit", *CHECK.split(), "--columns", "key,age,town,told"])
    with speaking(PSEUDO, pseudo), redirect_stdout(io.StringIO()) as terminal:
        assert run([]) == 0
    told = terminal.getvalue()
    assert told.count(f"{OPEN}reading{CLOSE}") + told.count(f"{OPEN}columns{CLOSE}") >= 2
    kinds = {"numeric", "categorical", "datetime", "text", "identifier", "quasi_identifier"}
    assert left_out(told.split("\n"), {*NOTED, *ROLES, *kinds, "key", "age", "town", "told", "more"}) == []


def test_no_comment_of_a_written_schema_is_outside_of_the_catalogue(pseudo: Path, tmp_path: Path) -> None:
    """What was noticed of the columns, and the one that looks like a key; the setting itself is typed."""
    (tmp_path / "train.csv").write_text(NOTED["train.csv"], "utf-8")
    real = align_real(read_table(tmp_path / "train.csv", "train"))
    key, *others = real.schema.columns
    schema = replace(real.schema, columns=(replace(key, roles=("entity",)), *others))
    noticed = [Coverage(test="kinds", status="ran", reason="1 column was left out on request"), *real.coverage]
    with speaking(PSEUDO, pseudo):
        comments = [line for line in schema_to_toml(schema, noticed).split("\n") if line.startswith("#")]
    assert any("looks like the key of a person" in line for line in comments)
    assert len(comments) == 2
    assert left_out(comments, {"train.csv", *ROLES, "key", "age", "town", "told", "data", "entity"}) == []


def test_no_error_of_a_batch_is_outside_of_the_catalogue(
    pseudo: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a release that cannot be read, and of one that met a fault of our own, on the index."""
    (tmp_path / "releases").mkdir()
    for name in ("empty.csv", "odd.csv"):
        (tmp_path / "releases" / name).write_text("" if name == "empty.csv" else OTHER, "utf-8")
    (tmp_path / "train.csv").write_text(TABLE, "utf-8")
    monkeypatch.chdir(tmp_path)

    def broken(real: object, source: Path, *rest: object, **more: object) -> AuditReport:
        if source.name == "odd.csv":
            raise ZeroDivisionError
        return audit_release(real, source, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr("synthaudit.commands.batch.audit_release", broken)
    monkeypatch.setattr(sys, "argv", ["synthaudit", "batch", "releases", "--train", "train.csv", "-o", "out"])
    with speaking(PSEUDO, pseudo), redirect_stdout(io.StringIO()):
        assert run([]) == 4
    page = (tmp_path / "out" / "index.html").read_text("utf-8")
    cells = re.findall(r'<span class="note name">(.*?)</span>', page, re.DOTALL)
    assert len(cells) == 2
    assert left_out(cells, {"empty.csv", "synthetic", "ZeroDivisionError"}) == []


TYPED = {"a,b", "a=b", "a-b", "c", "n", "k", "x", "30m", "dask", "ray", "local", "address", "all"}
"""What stands for values, or is one."""


def commands(group: click.Group) -> Iterator[click.Command]:
    """A group, its commands and theirs."""
    yield group
    for command in group.commands.values():
        if isinstance(command, click.Group):
            yield from commands(command)
        else:
            yield command


def test_no_word_of_help_is_outside_of_the_catalogue(pseudo: Path) -> None:
    """Of commands, options and what stands for their values; click's own words come from a catalogue of its own."""
    for command in commands(cli):
        context = click.Context(command, info_name=command.name)
        with speaking(PSEUDO, pseudo):
            page = command.get_help(context)
            options = [each for each in command.params if isinstance(each, Option)]
            texts = [command.help or "", *(option.help or "" for option in options)]
            texts += [option.make_metavar(context) for option in options if option.metavar]
        without = ("list", "show", "explain", "completion", "doctor")
        assert options or isinstance(command, click.Group) or command.name in without
        assert left_out(texts, TYPED) == []
        assert all(text[:20] in " ".join(page.split()) for text in texts)


# --- no word is left out -------------------------------------------------------------------------------------


class Words(HTMLParser):
    """Texts of a page, block by block, and the labels that are read aloud; no code."""

    BLOCKS = frozenset(
        [
            "p",
            "td",
            "th",
            "li",
            "h1",
            "h2",
            "h3",
            "dt",
            "dd",
            "div",
            "caption",
            "figcaption",
            "text",
            "summary",
            "title",
        ]
    )

    def __init__(self, page: str) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._text = ""
        self._open: list[str] = []
        self.feed(page)
        self._end()

    def _end(self) -> None:
        self.texts += [self._text] if self._text.strip() else []
        self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "meta":
            return
        self._open.append(tag)
        self._text += " "
        if tag in self.BLOCKS:
            self._end()
        self.texts += [value for name, value in attrs if name == "aria-label" and value]

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """A shape, which holds no word."""

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass
        if tag in self.BLOCKS:
            self._end()

    def handle_data(self, data: str) -> None:
        if not {"style", "code", "pre"} & set(self._open):
            self._text += data


def outside(text: str) -> str:
    """What stands outside of the marks."""
    depth, kept = 0, []
    for character in text:
        depth += (character == OPEN) - (character == CLOSE)
        if depth <= 0 and character != CLOSE:
            kept.append(character)
        depth = max(depth, 0)
    return "".join(kept)


def leaves(value: Any) -> Iterator[str]:
    """Every text within the evidence, and every name of a setting."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield str(key)
            yield from leaves(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from leaves(item)
    elif isinstance(value, str):
        yield value


def names(report: AuditReport) -> set[str]:
    """What others chose: names of columns, vendors, libraries and settings, and where limits come from."""
    given = asdict(report)
    made = given["provenance"]
    foreign = {*leaves(made["config"]), *leaves(made["libraries"]), *leaves(given["vendor"]), report.policy.source}
    foreign |= {*leaves(given["engagement"]), *(column.name for column in report.columns), made["created_utc"]}
    foreign |= {column.column for column in (report.identifiers.columns if report.identifiers else ())}
    foreign |= {group.by for group in report.subgroups} | {group.name for group in report.subgroups}
    return foreign | {sample.generator for sample in (report.shadows, report.per_record) if sample}


def left_out(texts: list[str], foreign: set[str]) -> list[str]:
    """Texts with a word outside of the marks that is neither foreign nor the same in every language."""
    missing = []
    for text in texts:
        rest = " ".join(outside(text).lower().split())
        for name in sorted(foreign - {""}, key=len, reverse=True):
            rest = re.sub(rf"(?<![a-z]){re.escape(' '.join(name.lower().rstrip('.').split()))}(?![a-z])", " ", rest)
        words = set(re.findall(r"[a-z]+", MACHINE_WORDS.sub(" ", rest)))
        if words - SAME_EVERYWHERE:
            missing.append(f"{sorted(words - SAME_EVERYWHERE)} of: {text.strip()}")
    return missing


JUDGED = dict(every())
OF_EACH_OUTCOME = {
    outcome: next(n for n, r in JUDGED.items() if r.outcome == outcome) for outcome in ("pass", "fail", "inconclusive")
}


@pytest.mark.parametrize("name", OF_EACH_OUTCOME.values(), ids=OF_EACH_OUTCOME.keys())
def test_no_word_of_an_audit_is_outside_of_the_catalogue(pseudo: Path, name: str) -> None:
    """Page, letter, edition for vendors, summary and terminal of each outcome, the verdict's sentences among them."""
    report = JUDGED[name]
    with speaking(PSEUDO, pseudo), redirect_stdout(io.StringIO()) as terminal:
        print_verdict(report, no_color=True)
        pages = (render_report(report), render_letter(report), render_vendor(report, report))
        texts = [text for page in pages for text in Words(page).texts]
        texts += [*summary_md(report).replace("`", "").split("\n"), *terminal.getvalue().split("\n")]
    made_up = {report.assumption, *(text for line in report.coverage for text in (line.test, line.reason))}
    made_up |= {text for text in leaves(asdict(report)["controls"]) if " " in text}
    assert left_out(texts, names(report) | made_up) == []


EXAMPLE_PAGES = {"pass": PASS, "fail": FAIL, "inconclusive": UNRESOLVED, "no_holdout": NO_HOLDOUT, **EXAMPLES}
del EXAMPLE_PAGES["hostile_text"]


@pytest.mark.parametrize("name", EXAMPLE_PAGES)
def test_no_word_of_a_section_is_outside_of_the_catalogue(
    pseudo: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages with every section; the sentences in their evidence were made up for them, and count as foreign."""
    monkeypatch.setattr("synthaudit.files.retold.messages", lambda: ())
    report = EXAMPLE_PAGES[name]
    with speaking(PSEUDO, pseudo):
        texts = Words(render_internal(report, EXPLANATIONS)).texts
    made_up = {text for text in leaves(asdict(report)) if " " in text} | {line.test for line in report.coverage}
    made_up |= {"shadow", *filter(None, (deleted_in_train(report), _refuted(report)))}
    assert left_out(texts, names(report) | names(PASS) | made_up) == []


def _refuted(report: AuditReport) -> str | None:
    reason = claim_refuted(report.claim)
    return None if reason is None else worded(reason)
