"""Where the templates are: in the installed package, else in the checkout."""

import json
from functools import cache
from pathlib import Path
from typing import Any

from synthaudit.errors import CannotFinishError
from synthaudit.files.catalogue import N_


@cache
def folder() -> Path:
    """The folder of the report's templates.

    A wheel carries them as ``synthaudit/report/templates``; an editable install and a checkout have them in
    ``reports_templates`` beside the package.
    """
    package = Path(__file__).resolve().parent
    for candidate in (package / "templates", package.parents[1] / "reports_templates"):
        if (candidate / "report.html").is_file():
            return candidate
    raise CannotFinishError(N_("the report's templates are not installed; install synthaudit-privacy again"))


def chart_spec(name: str) -> dict[str, Any]:
    """A fresh Vega-Lite spec ``charts/<name>.vl.json`` with the charts' common configuration."""
    charts = folder() / "charts"
    spec: dict[str, Any] = json.loads((charts / f"{name}.vl.json").read_text(encoding="utf-8"))
    spec["config"] = json.loads((charts / "config.vl.json").read_text(encoding="utf-8"))
    return spec
