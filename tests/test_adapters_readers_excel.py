"""Promises of workbooks: cells as they were typed, one sheet, and no file that takes the auditor down."""

import base64
import re
import zipfile
import zlib
from collections.abc import Callable
from datetime import date, datetime, timedelta
from datetime import time as clock
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from test_cli import call

import synthaudit
from synthaudit.adapters.readers.frames import frame_hash
from synthaudit.adapters.readers.raw import RawTable, ReadOptions
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="Sheet1">{}</table:table></office:spreadsheet></office:body></office:document-content>'
)
MANIFEST = '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>'
# A sheet of zip and age (00501 and 34; a missing cell and 35.5), as Excel 97 has it.
XLS = (
    "c-rk)O-NKx6#njWp7Vo_Z)^;-kU_{wU5rH3#$E;GDzRD=5#*Rdh%(C1CWEqUHbD@yD%uEc+E{J+As4l45g4@yf?%eWt%8CUI<IriyN^b5;ec"
    "7n{T}zbXU;wM-ZSr>d)~Y6?R=s*{kWxsWjKHul)WfwD|CuVH2C3w+C7iOppH=S3^o*^5n9Mv8!zhLgn12ly-Tq0DD;XL_)O(2#?d#H%cj;5h"
    "sB4CVjp^l74DNJj%M+yQTV*@7U73tIVXHjG`EC%$hN4?VBYQP*sr7bwAChUaqzfLrO!vvbfXEcIf}2|R=%x`L;2y%=>OT!8mhw#Xx)0Vxokc"
    "&T11i-a0WlT6!1ORsV`GTzrK0}(*Inl53iuVV}*c8cmopP1xl`SHU0vhT)=j)tjomkIC17e)&|n)z3J{4=VIBr&XT=bFEL$5JcI_36B5}DW#"
    "@$l-`*V??03(JW>WICpVfD;Bk*vIdr;@Nw1_Wa+acU3d|gJ}CUT2#lH!r-_WmX<9Gw!I8`9cN^Xw74cXw9EyGSm4J^rk<@WtIt@@#KuB02lP"
    "okknoh#~6F*A%)`m%4YC@!Sn+r8B@M;pRWGLBw*j@1A~iHDD1j5fj4xFTOiU+p87qmDux$SFD)$lfX@FZ!NQD3;%v!-bc?*s}WDwgtF0Z#9&"
    "}xU|?WiU|?YIFQN1sKELbp8Nk-(h_L>yvq+_EK9g)(oWK}e7wKSn1UahnxKvgAY=y0YvD7O21m6o8r)c&(MldLTj8q-JbPiON|7X=5oweIS)"
    "y`k8#?QYz|1aHKz$g"
)


def workbook(path: Path, *rows: list[Any], sheet: str = "Sheet", **more: list[list[Any]]) -> Path:
    """A workbook with these rows in its first sheet, and further sheets by name."""
    book = openpyxl.Workbook()
    first = book.worksheets[0]
    first.title = sheet
    for row in rows:
        first.append(row)
    for name, cells in more.items():
        other = book.create_sheet(name)
        for row in cells:
            other.append(row)
    book.save(path)
    return path


def changed(path: Path, change: Callable[[Any], None]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book.worksheets[0])
    book.save(path)
    return path


def ods(path: Path, *rows: str) -> Path:
    """An OpenDocument sheet of rows of cells as they stand in ``content.xml``."""
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        file.writestr("META-INF/manifest.xml", MANIFEST)
        file.writestr("content.xml", ODS.format("".join(f"<table:table-row>{row}</table:table-row>" for row in rows)))
    return path


def text(value: str, more: str = "") -> str:
    return f'<table:table-cell office:value-type="string"{more}><text:p>{value}</text:p></table:table-cell>'


def read(path: Path, **options: Any) -> RawTable:
    return read_table(path, "train", options=ReadOptions(**options))


def refused(path: Path, **options: Any) -> str:
    with pytest.raises(InputError) as caught:
        read(path, **options)
    return str(caught.value)


def test_cells_are_what_they_were_typed_as(tmp_path: Path) -> None:
    """Text of digits stays text, numbers and times are typed, empty cells and rows are missing or left out."""
    path = workbook(
        tmp_path / "t.xlsx",
        ["zip", "age", "born", "seen", "smokes", "took", "at", 2020],
        ["00501", 34, date(2001, 2, 3), datetime(2020, 1, 2, 3, 4, 5), True, timedelta(hours=30), clock(1, 2, 3), 1],  # noqa: DTZ001
        [None] * 8,
        ["10001", 35.5, None, None, False, None, None, "NA"],
    )
    frame = read(path, has_header=True).frame
    expected = pd.DataFrame(
        {
            "zip": pd.Series(["00501", "10001"], dtype=object),
            "age": [34.0, 35.5],
            "born": pd.to_datetime(pd.Series(["2001-02-03", None])).astype("datetime64[us]"),
            "seen": pd.to_datetime(pd.Series(["2020-01-02 03:04:05", None])).astype("datetime64[us]"),
            "smokes": pd.Series(["true", "false"], dtype=object),
            "took": [108_000.0, None],
            "at": pd.Series(["01:02:03", None], dtype=object),
            "2020": pd.Series(["1", "NA"], dtype=object),
        }
    )
    pd.testing.assert_frame_equal(frame, expected)


def test_an_old_and_an_open_workbook(tmp_path: Path) -> None:
    """.xls and .ods have the same cells."""
    (tmp_path / "t.xls").write_bytes(zlib.decompress(base64.b85decode(XLS)))
    number = '<table:table-cell office:value-type="float" office:value="{}"/>'
    ods(
        tmp_path / "t.ods",
        text("zip") + text("age"),
        text("00501") + number.format(34),
        "<table:table-cell/>" + number.format(35.5),
    )
    for name in ("t.xls", "t.ods"):
        assert read(tmp_path / name).frame.to_dict("list") == {"zip": ["00501", None], "age": [34.0, 35.5]}, name


def test_one_sheet(tmp_path: Path) -> None:
    """The only one that holds anything, or the one that is named; never a guess, never a name in a message."""
    path = workbook(tmp_path / "t.xlsx", sheet="Empty", Data=[["a"], [1]])
    assert read(path).frame["a"].tolist() == [1.0]
    path = workbook(tmp_path / "u.xlsx", ["a"], [1], Other=[["b"], [2]])
    assert refused(path) == "SA-115 train u.xlsx: 2 sheets hold data. Name one with --sheet."
    assert read(path, sheet="Other").frame["b"].tolist() == [2.0]
    assert refused(path, sheet="other") == (
        "SA-115 train u.xlsx: no sheet of that name among 2 sheets. Correct --sheet, which counts upper and lower case."
    )
    assert refused(workbook(tmp_path / "v.xlsx")) == (
        "SA-103 train v.xlsx: no sheet holds anything. Export the table again."
    )
    assert refused(workbook(tmp_path / "w.xlsx", ["a"])).startswith("SA-103 train w.xlsx: 0 rows;")


def test_formulas_and_errors_are_said(tmp_path: Path) -> None:
    """A formula gives the result that was saved with it, an error is missing; both are notes."""
    path = workbook(tmp_path / "t.xlsx", ["a", "b"], [1, "=A2*2"], [2, "x"])

    def spoil(sheet: Any) -> None:
        sheet["B3"] = "#N/A"
        sheet["B3"].data_type = "e"

    changed(path, spoil)
    empty = (b"<v></v>", b"<v />", b"<v/>")
    rezip(path, {"xl/worksheets/sheet1.xml": lambda xml: re.sub(b"|".join(empty), b"<v>7</v>", xml)})
    table = read(path)
    assert table.frame["b"].tolist()[0] == 7.0
    assert table.frame["b"].isna().tolist() == [False, True]
    assert table.notes == (
        "the workbook holds formulas; the results saved with them were read",
        "the workbook holds error cells (such as #N/A), which are read as missing",
    )


def rezip(path: Path, changes: dict[str, Callable[[bytes], bytes]]) -> None:
    with zipfile.ZipFile(path) as file:
        members = {name: file.read(name) for name in file.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(name, changes.get(name, bytes)(data))


@pytest.mark.parametrize(
    ("old", "got"),
    [
        (rb'r="()([A-C]?)4"', "5 records are there, 4 were read"),
        (rb'r="()(B)4"', "10 cells are there, 9 were read"),
        (rb'r="(nowhere)(A)4"', None),
    ],
)
def test_a_record_that_another_one_covers(tmp_path: Path, old: bytes, got: str | None) -> None:
    """Two cells in one place are one for the library that reads them; the sheet's text has both, and knows blanks."""
    rows: list[list[Any]] = [["a", "b"], [1, "x"], [2, "y"], [3, "z"], [None, None], ["", " "], [4, "&\n<"]]
    path = workbook(tmp_path / "t.xlsx", *rows)
    rezip(path, {"xl/worksheets/sheet1.xml": lambda sheet: re.sub(old, rb'r="\g<2>3"', sheet)})
    if got is None:
        assert read(path).frame["b"].tolist() == ["x", "y", "z", "&\n<"]
    else:
        do = "Export it in another format, such as Parquet, and report this."
        assert refused(path) == f"SA-121 train t.xlsx: {got}; nothing was audited. {do}"


def test_a_header_that_is_none(tmp_path: Path) -> None:
    """A title above the names, a gap, a date as a name, merged cells: refused, without a cell."""
    title = workbook(tmp_path / "t.xlsx", ["secret report"], ["a", "b"], [1, 2])
    do = (
        "Leave one row of names above the data, or say which it is with --header-row; --exclude '(column 2)' leaves out"
    )
    do = f"{do} what has no name."
    assert refused(title) == f"SA-117 train t.xlsx: the first row names 1 of 2 columns. {do}"
    dated = workbook(tmp_path / "u.xlsx", ["a", date(2020, 1, 1)], [1, 2])
    got = "column 2 is named by a date or truth value"
    assert refused(dated) == f"SA-117 train u.xlsx: {got}. Leave one row of names above the data."
    merged = workbook(tmp_path / "v.xlsx", ["a", "b"], ["x", 2], ["y", 3])
    changed(merged, lambda sheet: sheet.merge_cells("A2:A3"))
    got = "merged cells. Unmerge them: one row of names, one cell a value."
    assert refused(merged) == f"SA-117 train v.xlsx: {got}"
    spanned = ods(tmp_path / "w.ods", text("a"), text("x", ' table:number-rows-spanned="2"'), "<table:table-cell/>")
    assert refused(spanned) == f"SA-117 train w.ods: {got}"
    twins = workbook(tmp_path / "x.xlsx", ["a", "a"], [1, 2])
    assert refused(twins).startswith("SA-132 train x.xlsx: columns 1, 2 have the same name.")


def test_a_bomb_is_refused_by_what_it_declares(tmp_path: Path) -> None:
    """80 MiB of zeros are beyond 200 times its size; with a limit of the user's own, beyond that."""
    path = workbook(tmp_path / "t.xlsx", ["a"], [1])
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file,
        file.open("xl/media/x", "w", force_zip64=True) as out,
    ):
        for _ in range(80):
            out.write(bytes(1 << 20))
    assert refused(path).startswith("SA-111 train t.xlsx: expands beyond 200 times its size.")
    assert refused(path, max_bytes=1 << 20).startswith("SA-111 train t.xlsx: expands beyond the limit of 1 MiB.")


def test_a_bomb_that_lies_is_never_handed_on(tmp_path: Path) -> None:
    """A member that declares 100 bytes, with the checksum of these, and unpacks to 100 MiB: only those are read."""
    path = workbook(tmp_path / "t.xlsx", ["a"], [1])
    head = b"x" * 100
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/media/x", head + bytes(100 << 20))
    data = bytearray(path.read_bytes())
    for mark, at in ((b"PK\x03\x04", 14), (b"PK\x01\x02", 16)):
        place = data.rindex(mark, 0, data.rindex(b"xl/media/x") if mark == b"PK\x01\x02" else data.index(b"xl/media/x"))
        data[place + at : place + at + 4] = zlib.crc32(head).to_bytes(4, "little")
        data[place + at + 8 : place + at + 12] = len(head).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with zipfile.ZipFile(path) as file:
        assert file.read("xl/media/x") == head
    assert read(path, max_bytes=1 << 20).frame["a"].tolist() == [1.0]


def test_two_cells_far_apart_do_not_end_the_auditor(tmp_path: Path) -> None:
    """A sheet of two cells that would be laid out in 400 GB is an error within seconds, not an aborted process."""
    path = workbook(tmp_path / "t.xlsx", ["a"], [1])
    changed(path, lambda sheet: sheet.__setitem__("XFD1048576", 1))
    assert refused(path) == (
        "SA-113 train t.xlsx: a sheet that needs more memory or time than the limits allow. "
        "Export it as CSV, or raise --max-bytes if you trust the file."
    )


def test_encrypted_damaged_and_disguised(tmp_path: Path) -> None:
    """Each is told apart; nothing of the content is quoted."""
    good = workbook(tmp_path / "t.xlsx", ["a"], ["secret"])
    damaged = "not a valid workbook, damaged or cut short. Save it again."
    (tmp_path / "cut.xlsx").write_bytes(good.read_bytes()[:-100])
    assert refused(tmp_path / "cut.xlsx") == f"SA-116 train cut.xlsx: {damaged}"
    broken = tmp_path / "broken.xlsx"
    broken.write_bytes(good.read_bytes())
    rezip(broken, {"xl/workbook.xml": lambda xml: xml[: len(xml) // 2]})
    assert refused(broken) == f"SA-116 train broken.xlsx: {damaged}"
    with zipfile.ZipFile(tmp_path / "other.xlsx", "w") as file:
        file.writestr("a.txt", "secret")
    assert refused(tmp_path / "other.xlsx") == f"SA-116 train other.xlsx: {damaged}"
    (tmp_path / "csv.xlsx").write_text("a\n1\n")
    assert refused(tmp_path / "csv.xlsx").startswith("SA-108 train csv.xlsx: content is text, the name says xlsx.")
    (tmp_path / "locked.xlsx").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert refused(tmp_path / "locked.xlsx").startswith("SA-119 train locked.xlsx: protected by a password, or an .xls")
    (tmp_path / "torn.xls").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert refused(tmp_path / "torn.xls") == f"SA-116 train torn.xls: {damaged}"
    data = bytearray(good.read_bytes())
    place = data.index(b"PK\x01\x02")
    data[place + 8] |= 1
    (tmp_path / "sealed.xlsx").write_bytes(bytes(data))
    assert refused(tmp_path / "sealed.xlsx").startswith("SA-119 train sealed.xlsx: encrypted.")


def test_a_workbook_is_split_into_parquet(tmp_path: Path) -> None:
    """The sheet that was named, cell by cell: text that looks like a number stays text, dates stay dates."""
    rows = [[f"{i:05d}", i, i / 4, date(2020, 1, 1 + i), None if i % 3 else "x"] for i in range(20)]
    path = workbook(tmp_path / "t.xlsx", ["other"], [1], Data=[["zip", "n", "x", "day", "note"], *rows])
    with pytest.raises(InputError, match=r"SA-115 train t\.xlsx: 2 sheets hold data"):
        synthaudit.split(path, tmp_path / "out")
    split = synthaudit.split(path, tmp_path / "out", sheet="Data")
    assert (split.train.name, split.holdout.name) == ("train.parquet", "holdout.parquet")
    whole = read_table(path, "train", options=ReadOptions(sheet="Data")).frame
    parts = pd.concat([read_table(part, "train").frame for part in (split.train, split.holdout)])
    again = parts.sort_values("n").reset_index(drop=True)
    assert frame_hash(again) == frame_hash(whole)
    process = call("split", path, "--out", tmp_path / "cli", "--sheet", "Data")
    assert process.returncode == 0
    assert (tmp_path / "cli" / "train.parquet").exists()
