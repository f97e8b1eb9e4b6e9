"""Audits that are finished, from Python: drawn again, side by side, and all of them on one page."""

from collections.abc import Sequence
from pathlib import Path

from synthaudit.adapters.values import checked_path
from synthaudit.commands.compare import Compared, compare_releases
from synthaudit.commands.history import rebuild, write_history
from synthaudit.commands.report import report_again
from synthaudit.commands.spoken import spoken


@spoken
def write_report(evidence: str | Path, form: str = "html", edition: str = "shareable", *, lang: str = "en") -> Path:
    """Write the report of a finished audit again, beside its evidence and without any data.

    Parameters
    ----------
    evidence : path
        An ``evidence.json``, or its folder.
    form : {"html", "pdf", "md", "letter"}
        ``"letter"`` is one page to be signed; it and ``"pdf"`` need the extra ``pdf``.
    edition : {"shareable", "vendor"}
        ``"vendor"`` has findings and questions, and no figure.
    lang : {"en", "de", "fr"}
        Of the report; the evidence is the same in all.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        As :func:`synthaudit.commands.report.report_again`.
    """
    return report_again(Path(checked_path("evidence", evidence)), form, edition)[0]


@spoken
def compare(evidence: Sequence[str | Path], output: str | Path = "compare.html", *, lang: str = "en") -> Compared:
    """Hold 2 to 12 finished audits side by side on one page.

    Parameters
    ----------
    evidence : sequence of path
        ``evidence.json`` of each, or its folder.
    output : path
        Of the page.
    lang : {"en", "de", "fr"}
        Of the page.

    Returns
    -------
    Compared
        ``page``, ``comparison``, and ``exit_code``: 3 where the audits cannot be compared.

    Raises
    ------
    InputError
        As :func:`synthaudit.commands.compare.compare_releases`.
    """
    paths = [Path(checked_path("evidence", path)) for path in evidence]
    return compare_releases(paths, Path(checked_path("output", output)))


@spoken
def history(
    folders: Sequence[str | Path], file: str | Path, output: str | Path = "history.html", *, lang: str = "en"
) -> Path:
    """Make the history of every audit that lies in folders, and write its page.

    Parameters
    ----------
    folders : sequence of path
        Each is searched with all that is below it.
    file : path
        The history; it then holds what was found, and nothing else.
    output : path
        Of the page.
    lang : {"en", "de", "fr"}
        Of the page.

    Returns
    -------
    Path
        The page.

    Raises
    ------
    InputError
        As :func:`synthaudit.commands.history.rebuild`.
    """
    history_file, page = Path(checked_path("history", file)), Path(checked_path("output", output))
    rebuild(history_file, [Path(checked_path("rebuild", folder)) for folder in folders])
    write_history(history_file, page)
    return page
