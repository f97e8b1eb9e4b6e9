"""Languages: complete, in step with the source, and spoken by every command, page and error; machines read English."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from contextvars import copy_context
from dataclasses import asdict
from io import StringIO
from pathlib import Path
from typing import Any

import click
import languages
import numpy as np
import pytest
from example_report import EXAMPLES, FAIL, HOSTILE
from judged_reports import every
from languages import TRANSLATED, entries, missing, mo, po, read, texts, updated
from tables import three
from test_catalogue import CHECK, OTHER, TABLE, Words, commands, leaves, names

import synthaudit
from synthaudit.cli.main import _exit_code, cli
from synthaudit.cli.verdict import print_verdict
from synthaudit.errors import InputError
from synthaudit.files import catalogue
from synthaudit.files.catalogue import FOLDER, handed_on, language, number, plural, speak_on, speaking, translated
from synthaudit.files.marks import LANGUAGES, MARKS, Marks
from synthaudit.files.retold import retold
from synthaudit.pipeline.suite import explained, when_it_runs
from synthaudit.report import render_internal, render_report
from synthaudit.report.explain import explanation
from synthaudit.report.exports import junit_xml, metrics_csv, summary_md
from synthaudit.report.numbers import count, percent, pvalue
from synthaudit.report.render import render_letter, render_vendor
from synthaudit.types import AuditReport

PLACEHOLDER = re.compile(r"\{[^{}]*\}|%\(\w+\)[sdf]|%%|</?[a-zA-Z][^>]*>")
JUDGED = dict(every())
OF_EACH_OUTCOME = {
    outcome: next(report for report in JUDGED.values() if report.outcome == outcome)
    for outcome in ("pass", "fail", "inconclusive")
}
SAME = {"EMA Policy 0070, Health Canada PRCI"}
"""Names that are the same in a language."""
OUTCOMES = {
    "de": {"pass": "Bestanden", "fail": "Nicht bestanden", "inconclusive": "Nicht entschieden"},
    "fr": {"pass": "Accepté", "fail": "Refusé", "inconclusive": "Indécis"},
}
"""How the verdict begins: the one word that nobody may get wrong."""


# --- the translations ------------------------------------------------------------------------------------------


def test_each_language_has_its_files_and_its_marks() -> None:
    """And no folder lies there that nobody can choose."""
    assert {path.name for path in FOLDER.iterdir() if path.is_dir()} == set(TRANSLATED) == set(MARKS)
    assert set(languages.PLURAL_FORMS) == set(TRANSLATED)
    assert LANGUAGES[0] == "en"


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_has_every_message_and_no_other(name: str) -> None:
    """Nothing is missing, unused or guessed, and what the program reads is what was written."""
    catalog = read(name)
    assert [texts(entry.id)[0] for entry in missing(updated(name))] == []
    assert [entry.id for entry in entries(catalog) if entry.fuzzy] == []
    assert not catalog.obsolete
    assert po(updated(name)) == languages.source(name).read_bytes()
    assert mo(catalog) == languages.source(name).with_suffix(".mo").read_bytes()


def shape(text: str) -> tuple[Counter[str], bool, bool]:
    """What a translation must keep: placeholders with their formats, tags, and blanks at its ends."""
    return Counter(PLACEHOLDER.findall(text)), text[:1].isspace(), text[-1:].isspace()


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_keeps_placeholders_tags_and_outer_blanks(name: str) -> None:
    """Where the English singular spells the number out, the translation may write it."""
    differing = []
    for entry in entries(read(name)):
        english, told = texts(entry.id), texts(entry.string)
        assert len(told) == len(english), english[0]
        for ours, theirs in zip(english, told, strict=True):
            if shape(theirs) not in (shape(ours), shape(english[-1])):
                differing.append((ours, theirs))
    assert differing == []


@pytest.mark.parametrize("name", TRANSLATED)
def test_a_translation_holds_no_markup_of_its_own(name: str) -> None:
    """Pages print a message with markup as it is: a translator brings none in, and no hidden character."""
    for entry in entries(read(name)):
        for text in texts(entry.string):
            assert "<" not in PLACEHOLDER.sub("", text) or "<" in PLACEHOLDER.sub("", texts(entry.id)[-1]), text
            assert all(character.isprintable() or character in "\n\u00a0\u202f" for character in text), text


# --- numbers ---------------------------------------------------------------------------------------------------


def test_what_fills_a_message_has_the_marks_of_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Numbers with a format, decimals without one; whole numbers that are names, and texts, stay as they are."""
    filled = "{a:,} {b:.2f} {c:.0%} {d} {e} {f} {g:>9,}"
    values = {"a": 12_345, "b": np.float64(0.5), "c": 0.25, "d": 0.5, "e": 2026, "f": "1.5", "g": np.int64(1_000)}
    assert translated(filled).format(**values) == filled.format(**values) == "12,345 0.50 25% 0.5 2026 1.5     1,000"
    with speaking("de"):
        assert translated(filled).format(**values) == "12.345 0,50 25\u00a0% 0,5 2026 1.5     1.000"
    with speaking("fr"):
        assert translated(filled).format(**values) == "12\u202f345 0,50 25\u00a0% 0,5 2026 1.5     1\u202f000"


def test_numbers_that_stand_alone_have_them_too() -> None:
    """In tables and cards."""
    with speaking("de"):
        told = [count(20_190), count(2.5), percent(0.0842), percent(0.0002), pvalue(0.0001), number(1_000_000)]
        assert told == ["20.190", "2,5", "8,4\u00a0%", "<\u00a00,1\u00a0%", "<\u00a00,001", "1.000.000"]
    assert [count(20_190), percent(0.0842)] == ["20,190", "8.4\u00a0%"]


def test_the_plural_is_that_of_the_language() -> None:
    """French has nought in the singular."""
    told = {}
    for name in ("en", "de", "fr"):
        with speaking(name):
            told[name] = [plural("{n} row", "{n} rows", n).format(n=n) for n in (0, 1, 2)]
    assert told == {
        "en": ["0 rows", "1 row", "2 rows"],
        "de": ["0 Zeilen", "1 Zeile", "2 Zeilen"],
        "fr": ["0 ligne", "1 ligne", "2 lignes"],
    }


EVIDENCE = {
    "241 of 590 people are clearly exposed; the public policy allows none.": "241 von 590 Personen sind deutlich"
    " erkennbar; die Richtlinie public lässt keine zu.",
    "Of 100 members, maybe as many as 9 more than of 100 non-members have 'no' guessed right by somebody who knows the"
    " rest; the public limit is 5. More people on both sides are needed to decide.": "Wer den Rest kennt, errät „no“"
    " bei 100 Mitgliedern in vielleicht bis zu 9 Fällen mehr richtig als bei 100 Nichtmitgliedern; der Grenzwert der"
    " Richtlinie public ist 5. Um zu entscheiden, braucht es auf beiden Seiten mehr Personen.",
    "0.6 % of the rows repeat another row of the release (53.3 % of the training rows repeat one of train)": "0,6 % der"
    " Zeilen wiederholen eine andere Zeile der Freigabe (53,3 % der Trainingszeilen wiederholen eine von train)",
    "numeric: distances, agreement of cells, and the search of pieces": "Zahlen: Abstände, Übereinstimmung von Zellen"
    " und die Suche nach Stücken",
    "Whole rare cells from 'rows' and 'of' of members stand in 'all' of the release more often than non-members'.": ""
    "Ganze seltene Zellen aus „rows“ und „of“ von Mitgliedern stehen in „all“ der Freigabe öfter als die von"
    " Nichtmitgliedern.",
    "A sentence of all rows in an earlier version.": "A sentence of all rows in an earlier version.",
}


@pytest.mark.parametrize("text", EVIDENCE, ids=range(len(EVIDENCE)))
def test_a_sentence_of_the_evidence_is_told_whole(text: str) -> None:
    """Never half of it, nor word by word; what others named keeps its name."""
    with speaking("de"):
        assert retold(text).replace("\u00a0", " ") == EVIDENCE[text]


# --- pages -----------------------------------------------------------------------------------------------------


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts take most of the time of a page, and their words are looked up before they are drawn."""
    monkeypatch.setattr("synthaudit.report.charts.drawn", lambda spec: '<svg xmlns="http://www.w3.org/2000/svg"/>')


def pages(report: AuditReport) -> list[str]:
    """Every text of page, letter, edition for vendors, summary and terminal."""
    with redirect_stdout(StringIO()) as terminal:
        print_verdict(report, no_color=True)
    made = (render_report(report), render_letter(report), render_vendor(report, report))
    blocks = [" ".join(text.split()) for page in made for text in Words(page).texts]
    return [*blocks, *summary_md(report).split("\n"), *terminal.getvalue().split("\n")]


@pytest.mark.parametrize("name", TRANSLATED)
@pytest.mark.parametrize("outcome", OF_EACH_OUTCOME)
@pytest.mark.usefixtures("undrawn")
def test_no_english_is_left_on_a_page(name: str, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No message is looked up that the language lacks, and no sentence is as it is in English."""
    report = OF_EACH_OUTCOME[outcome]
    english = {text for text in pages(report) if len(re.findall(r"[^\W\d_]{2,}", text)) > 3}
    lacking = []
    look_up = catalogue._Catalogue.gettext

    def noted(self: Any, message: str) -> str:
        if message not in self.messages:
            lacking.append(message)
        return look_up(self, message)

    monkeypatch.setattr(catalogue._Catalogue, "gettext", noted)
    with speaking(name):
        told = pages(report)
    foreign = names(report) | {
        report.assumption,
        *(text for line in report.coverage for text in (line.test, line.reason)),
    }
    assert [text for text in lacking if text not in foreign] == []
    foreign |= {text for text in leaves(asdict(report)["controls"]) if " " in text} | SAME
    left = {text for text in told if text in english}
    assert {
        text for text in left if not any(name.lower() in text.lower() for name in foreign if len(name) > 3)
    } == set()


@pytest.mark.parametrize("name", TRANSLATED)
@pytest.mark.parametrize("outcome", OF_EACH_OUTCOME)
@pytest.mark.usefixtures("undrawn")
def test_the_verdict_is_the_same_in_every_language(name: str, outcome: str) -> None:
    """By its word, at the head of the page, of the letter and of the terminal; the page says its language."""
    report = OF_EACH_OUTCOME[outcome]
    word = OUTCOMES[name][outcome]
    with speaking(name), redirect_stdout(StringIO()) as terminal:
        print_verdict(report, no_color=True)
        page, letter = render_report(report), render_letter(report)
    assert terminal.getvalue().startswith(f"{word.upper()} ")
    for html in (page, letter):
        assert f'<html lang="{name}">' in html
    (title,) = re.findall(r"<title>(.*?)</title>", page)
    assert title.startswith(f"{word} ")
    others = {other for kind, other in OUTCOMES[name].items() if kind != outcome and other not in word}
    assert not any(title.startswith(other) for other in others)


@pytest.mark.usefixtures("undrawn")
def test_every_number_of_a_page_has_the_marks_of_its_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever formats it: with marks that nobody else has, no other is left."""
    strange = Marks(decimal="¤", group="§", percent="%", day=r"\3|\2|\1")
    monkeypatch.setitem(MARKS, "de", strange)
    written = re.compile(r"(?<![\w.,-])\d+[.,]\d+(?![\w.]|,\d)")
    for report in (*OF_EACH_OUTCOME.values(), *EXAMPLES.values()):
        made = json.dumps([str(name) for name in names(report)])
        with speaking("de"):
            html = render_internal(report, None)
        left = [number for text in Words(html).texts for number in written.findall(text) if number not in made]
        literal = {
            number for entry in entries(read("de")) for form in texts(entry.string) for number in written.findall(form)
        }
        evidence = {number for text in leaves(asdict(report)) if " " in text for number in written.findall(text)}
        assert set(left) - literal - evidence == set()


@pytest.mark.parametrize("name", TRANSLATED)
@pytest.mark.usefixtures("undrawn")
def test_what_others_wrote_acts_in_no_language(name: str) -> None:
    """A translation is our text, and a cell is not: the hostile example opens no tag but the page's own."""
    report = EXAMPLES["hostile_text"]
    tags = re.compile(r"<(/?[a-zA-Z]+)")
    english = {render: Counter(tags.findall(render(report))) for render in (render_report, render_letter)}
    with speaking(name):
        for render, expected in english.items():
            html = render(report)
            assert set(tags.findall(html)) <= set(expected)
            assert HOSTILE not in html
            assert "<script" not in html


# --- what machines read ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", TRANSLATED)
def test_what_machines_read_is_english(name: str) -> None:
    """Gates as JUnit, figures as CSV: the same bytes."""
    english = [junit_xml(FAIL), metrics_csv(FAIL)]
    with speaking(name):
        assert [junit_xml(FAIL), metrics_csv(FAIL)] == english


# --- the command line and Python -------------------------------------------------------------------------------


def ran(command: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str, str]:
    """Exit code, output and errors."""
    monkeypatch.setattr("sys.argv", ["synthaudit", *command.split()])
    with redirect_stdout(StringIO()) as output, redirect_stderr(StringIO()) as errors:
        code = _exit_code([])
    return code, output.getvalue(), errors.getvalue()


def test_every_command_takes_a_language() -> None:
    """Whatever prints or writes for people; a group is not run by itself."""
    lacking = [
        command.name
        for command in commands(cli)
        if not isinstance(command, click.Group) and "lang" not in {option.name for option in command.params}
    ]
    assert lacking == []


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with tables, in which commands run; the machine speaks French."""
    (tmp_path / "train.csv").write_text(TABLE, "utf-8")
    (tmp_path / "synthetic.csv").write_text(OTHER, "utf-8")
    for variable in ("LANG", "LC_ALL", "LANGUAGE"):
        monkeypatch.setenv(variable, "fr_FR.UTF-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_english_is_spoken_unless_somebody_says_otherwise(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the machine is set to: a verdict must not change its words from one to the next."""
    assert "synthetic 40 rows" in ran(CHECK, monkeypatch)[1]
    assert "synthetic 40 Zeilen" in ran(f"{CHECK} --lang de", monkeypatch)[1]
    assert language() == "en"
    monkeypatch.setenv("SYNTHAUDIT_LANG", "fr")
    assert "synthetic 40 lignes" in ran(CHECK, monkeypatch)[1]
    assert "synthetic 40 rows" in ran(f"{CHECK} --lang=en", monkeypatch)[1]
    french = ran("--help", monkeypatch)[1]
    assert french == ran("--lang fr --help", monkeypatch)[1] != ran("--lang en --help", monkeypatch)[1]


def test_the_configuration_file_names_a_language(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A flag wins, and one that there is not is refused."""
    (folder / "a.toml").write_text('version = 1\n[output]\nlang = "de"\n', "utf-8")
    assert "synthetic 40 Zeilen" in ran(f"{CHECK} --config a.toml", monkeypatch)[1]
    assert "synthetic 40 lignes" in ran(f"{CHECK} --config a.toml --lang fr", monkeypatch)[1]
    (folder / "b.toml").write_text('version = 1\n[output]\nlang = "xx"\n', "utf-8")
    assert "SA-180" in ran(f"{CHECK} --config b.toml", monkeypatch)[2]


REFUSED = {
    f"{CHECK} --seed x": "synthaudit: SA-180 Option --seed: keine ganze Zahl. Geben Sie eine ganze Zahl an.\n",
    "check-inputs --train nobody.csv --synthetic synthetic.csv": "SA-101",
    f"--lang de {CHECK} --seed x": "keine ganze Zahl",
}


@pytest.mark.parametrize("command", REFUSED)
def test_an_error_speaks_the_language(command: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Wherever the language stands on the command line; the code stays."""
    code, _output, told = ran(command if "--lang" in command else f"{command} --lang de", monkeypatch)
    assert code == 2
    assert REFUSED[command] in told
    assert told != ran(command.replace("--lang de ", ""), monkeypatch)[2]


def test_a_process_that_is_begun_goes_on_in_the_language(monkeypatch: pytest.MonkeyPatch) -> None:
    """As those that the local page begins do; the language is that of the page, whatever the environment said."""
    monkeypatch.setenv("SYNTHAUDIT_LANG", "fr")
    with speaking("de"):
        monkeypatch.setattr("os.environ", handed_on())

    def begun() -> str:
        speak_on()
        return language()

    assert copy_context().run(begun) == "de"
    assert language() == "en"


@pytest.fixture(scope="module")
def audited(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with tables, releases and a small audit of one of them in German."""
    folder = tmp_path_factory.mktemp("audited")
    train, holdout, _fresh = three((300, 300, 300), np.random.default_rng(0))
    (folder / "releases").mkdir()
    for name, table in (("train", train), ("holdout", holdout), ("releases/copy", train)):
        table.to_csv(folder / f"{name}.csv", index=False)
    batch(folder, "de")
    return folder


def batch(folder: Path, lang: str) -> Any:
    return synthaudit.audit_batch(
        folder / "releases",
        folder / "train.csv",
        folder / "holdout.csv",
        output=folder / "out",
        profile="quick",
        jobs=1,
        lang=lang,
    )


def written(folder: Path) -> Iterator[str]:
    """The files of the audit."""
    for name in ("evidence.json", "junit.xml", "metrics.csv", "summary.md", "report.html"):
        yield (folder / "out" / "copy" / name).read_text("utf-8")


def test_an_audit_and_its_pages_in_another_language(audited: Path) -> None:
    """A batch that is run again in another language draws its pages again and audits nothing; evidence stays."""
    evidence, junit, metrics, summary, page = written(audited)
    assert "# Nicht bestanden" in summary
    assert '<html lang="de">' in page
    assert '<html lang="de">' in (audited / "out" / "index.html").read_text("utf-8")
    assert batch(audited, "fr").entries[0].resumed
    again = list(written(audited))
    assert again[:3] == [evidence, junit, metrics]
    assert "# Refusé" in again[3]
    assert '<html lang="fr">' in again[4]
    assert language() == "en"


def test_a_report_is_written_again_in_another_language(audited: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the command and from Python; a language that there is not is refused before anything is written."""
    evidence, *_rest = written(audited)
    assert ran(f"report {audited / 'out' / 'copy'} --lang de", monkeypatch)[0] == 0
    assert "# Nicht bestanden" in list(written(audited))[3]
    synthaudit.write_report(audited / "out" / "copy", lang="en")
    assert "# Fail" in list(written(audited))[3]
    with pytest.raises(InputError, match="SA-180"):
        synthaudit.write_report(audited / "out" / "copy", lang="xx")
    assert next(written(audited)) == evidence


@pytest.mark.parametrize("name", TRANSLATED)
def test_an_explanation_says_in_the_language_when_an_attack_runs(name: str) -> None:
    """Of every attack, whatever its row on profiles says; names of profiles and options stay."""
    for attack in {each.name: each for each in explained()}.values():
        views, runs = [each for each in explained() if each.name == attack.name], when_it_runs(attack.name)
        with speaking(name):
            text = " ".join(explanation(views, runs, "").split())
        assert runs not in text, attack.name
