"""HTML -> PDF by WeasyPrint, which reads and fetches nothing: the page holds all that it shows."""

from collections.abc import Callable
from typing import Any

from synthaudit.adapters.readers.extras import need
from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

_WHERE = N_("report as PDF")


def to_pdf(make: Callable[[], str], identifier: str) -> bytes:
    """A tagged PDF (PDF/UA-1) with bookmarks; the same bytes for the same page, fonts and versions.

    Parameters
    ----------
    make : callable
        Gives the page; called once it is known that it can be printed. Dates and title are those of the page.
    identifier : str
        Of the document, such as the SHA-256 of the evidence.

    Raises
    ------
    InputError
        SA-114 WeasyPrint, or a library of the system that it needs, is not installed.
    """
    library = _weasyprint()
    html = library.HTML(string=make(), url_fetcher=_nothing(library))
    printed: bytes = html.write_pdf(pdf_variant="pdf/ua-1", pdf_identifier=identifier[:32].encode())
    return printed


def _weasyprint() -> Any:
    try:
        need("weasyprint", "pdf", _WHERE)
    except OSError:
        got = N_("WeasyPrint is installed, and Pango or HarfBuzz, which it calls, are not")
        do = N_(
            "Install them (Debian: apt install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0), or print the HTML"
            " report from a browser."
        )
        raise InputError("SA-114", _WHERE, got, do) from None
    import weasyprint

    return weasyprint


def _nothing(library: Any) -> Any:
    """A fetcher of what a page has within itself, and of nothing else: no host, no file."""
    return library.urls.URLFetcher(allowed_protocols=("data",), allow_redirects=False)
