"""The badge says what the verdict says, to those who see it and to those who do not, and asks nobody for anything."""

import re
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from example_report import EXAMPLES, FAIL, PASS, UNRESOLVED
from payloads import PAYLOADS, filled

from synthaudit.report.badge import badge, badge_svg
from synthaudit.report.facts import heading
from synthaudit.report.words import OUTCOME_WORDS, OUTCOMES
from synthaudit.types import AuditReport, BeyondCopy, Delivered

STYLE = (Path(__file__).parents[1] / "reports_templates" / "style.css").read_text("utf-8")
SVG = "{http://www.w3.org/2000/svg}"
TONES = {"pass": "good", "fail": "bad", "inconclusive": "open"}


def colour(name: str) -> str:
    """What the page in light calls it."""
    match = re.search(rf"--{name}: (#\w+);", STYLE)
    assert match is not None
    return match[1]


def luminance(hexadecimal: str) -> float:
    """Relative, as WCAG 2 has it."""
    parts = [int(hexadecimal[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("name", list(EXAMPLES))
def test_the_badge_says_the_verdict_in_its_words_and_colours(name: str) -> None:
    """The word and the policy are seen, the whole heading is heard; colours are the page's, and dark enough."""
    report = EXAMPLES[name]
    picture = ElementTree.fromstring(badge_svg(report))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert texts[0] == "synthaudit"
    assert str(texts[1]).startswith(f"{OUTCOMES[report.outcome]}, ")
    (title,) = picture.findall(f"{SVG}title")
    assert picture.get("role") == "img"
    assert picture.get("aria-label") == title.text
    assert str(title.text).startswith(f"{OUTCOME_WORDS[report.outcome]} {heading(report)}")
    (ground,) = picture.findall(f"{SVG}rect")
    (left,) = picture.findall(f"{SVG}path")
    assert ground.get("fill") == colour(TONES[report.outcome])
    assert left.get("fill") == colour("ink")
    for node in (ground, left):
        assert (1 + 0.05) / (luminance(str(node.get("fill"))) + 0.05) >= 4.5


def test_the_badge_names_release_and_day() -> None:
    """Somebody who hears it knows what it is of."""
    assert badge(FAIL).title.endswith(", Vendor A 2026-11, 2026-11-20")


def test_a_pass_for_the_copy_is_none_for_the_delivered_file() -> None:
    """Where the delivered file holds more than was audited, the badge says so."""
    beyond = Delivered(beyond=(BeyondCopy(kind="columns", n=1),))
    assert "copy" not in badge(PASS).word + badge(PASS).title
    passed = badge(replace(PASS, delivered=beyond))
    assert passed.word == "pass, partner, the audited copy alone"
    assert ", the audited copy alone, " in passed.title
    assert badge(replace(FAIL, delivered=beyond)).word == "fail, partner"


@pytest.mark.parametrize("report", [FAIL, UNRESOLVED], ids=("fail", "unresolved"))
def test_no_name_acts_in_the_badge(report: AuditReport) -> None:
    """With any text in every field: the same elements with the same attributes, each text as it is shown, and no
    reference to anything.
    """

    def skeleton(picture: ElementTree.Element) -> list[tuple[str, tuple[str, ...]]]:
        return [(node.tag, tuple(sorted(node.attrib))) for node in picture.iter()]

    expected = skeleton(ElementTree.fromstring(badge_svg(filled(report, "word"))))
    tags = {tag for tag, _ in expected}
    assert tags == {f"{SVG}{name}" for name in ("svg", "title", "rect", "path", "g", "text")}
    assert not {name for _, names in expected for name in names if "href" in name or name.startswith("on")}
    for payload in PAYLOADS:
        text = badge_svg(filled(report, payload))
        picture = ElementTree.fromstring(text)
        assert skeleton(picture) == expected, payload
        assert "url(" not in re.sub(r">[^<]*<|aria-label=\"[^\"]*\"", "", text), payload


def test_a_long_name_has_an_end() -> None:
    """A policy of any length leaves a badge that fits a line of a page."""
    named = replace(PASS, policy=replace(PASS.policy, name="数" * 500))
    assert badge(named).width < 500
    assert badge(PASS).width < 200
