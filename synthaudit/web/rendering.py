"""Answers: pages of the templates, refusals, files."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote

from starlette.responses import FileResponse, HTMLResponse, Response

from synthaudit.files.catalogue import marks
from synthaudit.files.retold import retold
from synthaudit.report.environment import environment
from synthaudit.report.templates import folder
from synthaudit.web.columns import LABELS, on_the_page

REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)
"""Of the pages that audits write: their styles stand within them, and they run no script."""
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".xml": "application/xml",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
}


def page(template: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page made of a template; every value in it is escaped."""
    html = (
        environment()
        .get_template(f"web/{template}.html")
        .render(retold=retold, days_in=marks().days_in, on_the_page=on_the_page, labels=LABELS, **values)
    )
    return HTMLResponse(html, status_code=status)


def starter(address: str) -> str:
    """A page that stands for itself, and leads to an address."""
    return environment().get_template("web/starter.html").render(address=address)


def refusal(status: int, text: str) -> HTMLResponse:
    """A page that says why something was not done; the connection ends with it."""
    answer = page("refused", status, text=text, is_missing=status == 404)
    answer.headers["connection"] = "close"
    return answer


def error_page(error: dict[str, str] | Any, back: str, status: int = 400) -> HTMLResponse:
    """A page that says what went wrong, and leads back."""
    return page("error", status, error=error, back=back)


def file(path: Path, *, download: bool = False, name: str | None = None) -> Response:
    """A file that was written by us; to be kept where it is none for the browser."""
    kind = TYPES.get(path.suffix, "application/octet-stream")
    answer = FileResponse(path, media_type=kind)
    if path.suffix == ".html":
        answer.headers["content-security-policy"] = REPORT_POLICY
    if download or path.suffix not in (".html", ".pdf"):
        shown = quote(os.fsencode(name or path.name))
        answer.headers["content-disposition"] = f"attachment; filename*=UTF-8''{shown}"
    return answer


def style() -> str:
    """The style sheet: that of the reports, and what forms need beside it."""
    names = ("style.css", "web/page.css")
    return "\n".join((folder() / name).read_text("utf-8") for name in names)


def script() -> str:
    """The script, without which everything works but live progress."""
    return (folder() / "web" / "page.js").read_text("utf-8")
