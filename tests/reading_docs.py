"""The table of dresses in ``docs/input-tables.md``: ``python -P tests/reading_docs.py`` writes what is read."""

from pathlib import Path

import pandas as pd

from synthaudit.adapters.alignment.align import align_real
from synthaudit.adapters.readers.tables import read_table
from synthaudit.cells import number_text, text_column, time_text
from synthaudit.errors import InputError

PAGE = Path(__file__).parent.parent / "docs" / "input-tables.md"
_BEGIN = "<!-- dresses: written by tests/reading_docs.py from what is read -->"
_END = "<!-- end of dresses -->"

EXAMPLES: dict[str, list[str]] = {
    "currencies, before or behind": ["$1,234.50", "$7.25"],
    "thousands and decimal comma": ["1.234,50", "7,25"],
    "decimal comma": ["34,20", "7,25"],
    "blanks, apostrophes": ["1 234,50", "7,25"],
    "percent": ["12.5%", "7%"],
    "a unit, the same in every cell": ["72.5 kg", "80 kg"],
    "brackets for minus": ["(12.50)", "7.25"],
    "full width, other digits": ["１２.５", "٧"],
    "limits of measurement": ["<0.5", "7.25"],
    "thousands alone, shown by 1,234,567": ["1,234,567", "950"],
    "thousands or decimals": ["1,234", "5,678"],
    "several units": ["72 kg", "160 lb"],
    "zone UTC": ["2023-03-01 10:00:00 UTC", "2023-03-02 11:30:00 UTC"],
    "ISO 8601, compact": ["20230301T101500Z", "20230302T113000Z"],
    "SAS": ["01MAR2023", "02MAR2023:11:30:00"],
    "names of months": ["March 1, 2023", "2 mars 2023"],
    "points": ["03.04.1971", "24.12.1980"],
    "slashes, shown by the 24th": ["03/04/1971", "24/12/1980"],
    "slashes": ["03/04/1971", "12/11/1980"],
    "another zone, the same in every cell": ["2023-03-01 10:00 CET", "2023-03-02 11:30 CET"],
    "months": ["2023-03", "2023-11"],
    "quarters, weeks": ["2023Q1", "2023-Q4"],
    "times of the day": ["10:15", "09:30:05"],
    "zeros before": ["00501", "10001"],
    "telephones": ["+49 30 901820", "+49 30 227323"],
    "article numbers, versions": ["12.345.67", "98.765.43"],
    "age groups": ["<30", ">=30"],
    "ratios": ["120/80", "135/90"],
}


def dresses() -> str:
    """The table, one row an example."""
    head = "| written as | cells | read as |\n|---|---|---|"
    rows = [f"| {name} | {_shown(cells)} | {_read(cells)} |" for name, cells in EXAMPLES.items()]
    return "\n".join([head, *rows])


def updated(text: str) -> str:
    """The page with the table as it is now."""
    before, _, rest = text.partition(_BEGIN)
    return f"{before}{_BEGIN}\n\n{dresses()}\n\n{_END}{rest.partition(_END)[2]}"


def _shown(cells: list[str]) -> str:
    return ", ".join(f"`{cell}`" for cell in cells)


def _read(cells: list[str]) -> str:
    frame = pd.DataFrame({"x": text_column(cells), "y": range(len(cells))})
    try:
        real = align_real(read_table(frame, "train"))
    except InputError as stopped:
        return f"a question (`{str(stopped)[:6]}`): {str(stopped).split(': ', 1)[1].split('.')[0]}"
    kind = real.schema.columns[0].kind
    if kind not in ("numeric", "datetime"):
        return f"text (`{kind}`)"
    column = real.train["x"]
    spelled = [time_text(v) if kind == "datetime" else number_text(v) for v in column]
    limits = real.train.get("x (limit)")
    more = "" if limits is None else f", beside {_shown(limits.tolist())}"
    return f"{_shown(spelled)}{more} (`{kind}`)"


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text("utf-8")), "utf-8")
