"""Every example in a real browser: nothing runs, nothing is requested, nothing overflows, nobody is shut out."""

import shutil
import subprocess
from pathlib import Path

import pytest
from example_report import EXAMPLES, HOSTILE_TEXT, write
from pypdf import PdfReader
from test_report_history import EVERY_KIND, audits

from synthaudit.evidence import digest
from synthaudit.files.catalogue import speaking
from synthaudit.report import render_report
from synthaudit.report.render import render_history
from synthaudit.types.history import PairedChange

BROWSER = Path(__file__).parent / "browser"

pytestmark = pytest.mark.browser


def check(*pages: Path) -> subprocess.CompletedProcess[str]:
    """Run the browser checks; a missing node, package or browser fails the test."""
    node = shutil.which("node")
    assert node is not None, "node is not installed"
    command = [node, str(BROWSER / "check.mjs"), *map(str, pages)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_every_example_is_accessible_inert_and_fits_a_phone(language: str, tmp_path: Path) -> None:
    """0 axe-core violations, requests, scripts and pixels of overflow, light and dark, 1200 and 360 px."""
    with speaking(language):
        write(tmp_path / "examples")
    pages = sorted((tmp_path / "examples").glob("*.html"))
    result = check(*pages)
    assert result.returncode == 0, result.stdout + result.stderr
    clean = "0 axe violations, 0 requests, 0 scripts, 0 px overflow"
    assert result.stdout.count(clean) == len(pages) == 16


@pytest.mark.parametrize("language", ["en", "de", "fr"])
def test_the_history_is_accessible_inert_and_fits_a_phone(language: str, tmp_path: Path) -> None:
    """The same of the page of all audits, with every kind of row, by counts and on the same people."""
    page, rows = tmp_path / "history.html", audits(*EVERY_KIND)
    paired = {(rows[1].evidence_sha256, rows[0].evidence_sha256): PairedChange(direction=0, pvalue=0.5)}
    with speaking(language):
        page.write_text(render_history(rows, paired), encoding="utf-8")
    result = check(page)
    assert result.returncode == 0, result.stdout + result.stderr
    assert "0 axe violations, 0 requests, 0 scripts, 0 px overflow" in result.stdout


def test_the_policy_of_the_page_alone_stops_scripts(tmp_path: Path) -> None:
    """Were escaping ever to fail, the browser still runs nothing: escaping and policy each suffice."""
    attack = "<script>document.title='pwned'</script><svg onload=\"document.title='pwned'\"></svg>"
    page = render_report(HOSTILE_TEXT).replace("<main", f"{attack}<main", 1)
    path = tmp_path / "unescaped.html"
    path.write_text(page, encoding="utf-8")
    assert " 0 scripts," in check(path).stdout
    path.write_text(page.replace("Content-Security-Policy", "x-removed"), encoding="utf-8")
    assert " 0 scripts," not in check(path).stdout


def test_the_browser_prints_what_the_pdf_has(tmp_path: Path) -> None:
    """At most ten pages; verdict and what to do on the first, release and hash at the foot of each."""
    chromium = shutil.which("chromium")
    assert chromium is not None, "Chromium is not installed"
    for name in ("fail", "pass", "no_holdout"):
        report = EXAMPLES[name]
        page, printed = tmp_path / f"{name}.html", tmp_path / f"{name}.pdf"
        page.write_text(render_report(report), encoding="utf-8")
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        subprocess.run(
            [*command, f"--print-to-pdf={printed}", page.as_uri()], capture_output=True, check=True, timeout=120
        )
        texts = ["".join(each.extract_text().split()) for each in PdfReader(printed).pages]
        assert len(texts) <= 10
        assert all("VendorA2026-11SHA-256ofevidence.json:" + digest(report) in text for text in texts)
        assert "Whattodonow" in texts[0]
