"""Promises of files of SPSS, Stata and SAS: the cells that their program shows, and no file takes the auditor down.

What is written is known; pyreadstat writes it, or pandas, which shares no code with what reads it.
"""

import base64
import gzip
import struct
import time
import zlib
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyreadstat
import pytest

import synthaudit
from synthaudit.adapters.readers import stat_table
from synthaudit.adapters.readers.apart import run_apart
from synthaudit.adapters.readers.large import PartedSource, opened
from synthaudit.adapters.readers.raw import RawTable, ReadOptions
from synthaudit.adapters.readers.source import FileSource
from synthaudit.adapters.readers.stat_counts import counts_of
from synthaudit.adapters.readers.tables import read_table
from synthaudit.errors import InputError

SECONDS = 60
"""Of processor time of this process and of those that it started, for one refusal."""
# Rows of name, age, born (DATE9), seen (DATETIME20) and score, as ReadStat writes them; pandas reads them as well.
SAS = {
    "plain": (
        "c-rlmKZw&%9LHbU=Gsct6f$%uSZaqG&XAB=PC<GBBOdm+Vmlm1L0bu@pe@{?-d5ZkoSZyyb<)jAK`lDyCT<P|oz=lftM(ex<oD9#SK?K"
        ");-B|{@ZRs+-|ziz@?Jv7h$nBaoW3U}Up%}XBk^a-wbVW#sb-0)av_CtTtq^`oKIJ|{VEYfk_mIPoQhV-99t~uWqr9^(lddO9XP60HR^"
        "XsJb9vc`L#yVF=xTKI3ypE<h-mb9W0$|UflHPs-(!0d_YkOvZN@If{WXnFPtjmNA|GZ!>dOmdSU+?54r<yI|+lqU@#aA27|$1Fc^OjTX"
        "1g0yyGDg63A{Vd6jU?*|6WQ19}R@pWWr8D<Qw00KG;9IIusD!<irHHPFu^Jq`K-(z`LF1GfV7T7aGo(7Vy^>!>+^=D1(IJ4`$8m%G}{t"
        "s(b|^=5PYeaOpR+sS-*?6V*B+KpCY+`j|myK!%dc5=JdUTr<SGwJ&l27|$1{2L6unl`^WUJUS`C$Wj*;{ow9iTsxKPaN-rn{#02AmvHa"
        "dcO0npK0=B+Z>pER8t?~SHPwZV0+6H8EuU0QHyZy=uulhb_&^Epej>#l^l%bEOEAMb71EoUGVh4VH?Ug?wM-*&1U#brc%|*&H4qSzGjd"
        "{YrSb{`i5cHX?1Z)-#F7+H}GKg{bNCAIy$AbpNRVBfR5G-+Mms!zH_L3*fx<LkNkMFb~w~eY{L@WagBbN(C@SPb8G%@<D-Rl+$o<d>>V"
        "`Nd(rPnIScn3hj2joxZE7R2MYe*vuK@||Ji&@>pc3S(EnKo*$HItLAHSG*wlI&^E~ZDPdy1cpPsPhh}BYVY?W5sTsU}WY`y_Ml^g&"
    ),
    "with 32 bits": (
        "c-muNK!8K98WT2)2%g_NiGzXjxM7ckynvvR5`&QvBa<NuM2QFk12ZFvxDg|eDI&rkz|06UC)hDq!OhdhHNe$Bz{gbqCtx4|TpU9jLF$&"
        "C2=cZszwZd6F%*IvC&0kKh$LjGXJBGr=xgeenO9nYByOx{XrO1HYiMX@pl4{PXNYc8g@swXnF)dqvh!t|tsV@ctDmv!&OewstZo|xqhJ"
        "t&nb7nL0_~hYf=PgZ7f31aF)%!UW+)LLn+K}q36Nm`6`ufPhkzJBeh83l17))S*#S`Y1#Sig6DWHQj12@CNNf`%HUkp-3>PXJY77!^bO"
        "2KwYe4jYH~x1VXUznGo%V@&d6?zQ#UJ$$#)thV{Cz*_lk$@=)gOSG57+m=9#Sa$sE^7&yqef@Y!r-wQ7{Td!6+C7qhJ)!2K@W||34*qL"
        "~y9FVBo;1hZBb$0|pkVx{YW(|NsBjfU-diQ&t9cV4Im0F8}{OE5qOa|Nj3$GWicsj|-9>a9f{+3CsukoP`lg!`K2yYzZVb!jAv{4d6T#"
        "Xh>)<FoS6wDBlE1J0Q7^0qC~>|2+^~5%e(w(3n7Qh-*MzVs2_;dMZOweo-D!%(XZ*6-<YC`nnb;=NF|S2g)CanIQYvNeD|Gc0~Aqe8&d"
        "uf3QK_$p|$QM*oM3u|maIq4B{8wHHPMqZK1we_;{(`JeRorv~^21h6>y4g?>7G(VItXrROZid$wR^{hx~2b_llAbeA3nEW3ge~{AmB?L"
        "fm#{{K$pfn$p7J$+mB-ze^R6>X#>E!{lWr#G51!yxPN)7@6aIYLCj?laU2LOon)JX"
    ),
    "packed": (
        "c-rlnF=!J}7{}i=iMdE6Dc(>~Fw_nXHQbRHsuYq#BNkH{OorN}HX2mWL|Vk+5>l*ma1e2@-5i{BbE;qsb#N4+gG0ei7Q{iDVxuNGle_O"
        "OcV9gkEd{IJ4=(S%f4+C`z3+XOyq61OO%^^D&OZ}6-n_WaGtX=3Zs$Q?N3e?pgIt@$X)Xd|4$h(nxkEuF2+Z%`^y?($r2kZZJeG(JCgL"
        "%_Eo>7`$|+g*+Z#%riQIfI>*WS#pLVn%`B*><iPFH)_?7I936mZSNMb-dB1vH}AV~oUUv8o|JQ5By?MAyJxB3G5f&CvoU#gk=$q0fV2!"
        "bF8f*=UuFJcDvt(aw3b7S4uTEA=8tiukgUlH_9RR8jBtsFudawq5)bpd`gD0*PekMtDiSCKA&9!2^hk96RHjh?d61si?Q{cC*=^!@rcp"
        "+Aq@*7)f9H0b+mbYoZ?<tRZA#J@~wvM5JOlW)uUwZd|wbmwt7Kb(8@<ijdxpI@pcrK$OHKAlUitgaOr{?kvRU#5zm2AAa7g_+xPk<n~+"
        "WwrK0QTfxp*wq(o{G*I-slLaielK&jRDY}eZ@Io!UFiY48%h^**OwW_!iXt~i&d4HQb8?Mp#Bipekj$YlC!xW;^B**N45{yoyax=O(~+"
        "G^guL4rY+S%VD~|J+B5=<DqJIBn(CySJU4veY#cwcX*`ojrecZg=(Wt~r3_2w#<F!SHlE3-WvYK5Hhv*Dmcc=-SYx8kxO<!Kr*^k>F7&"
        "AFvMv`5yNdjr$j^!5%^5ji^>d*d;?Ov;4XL_mu6}RP@0+r<+}~+@tz(Y6&U&3jsXw^%qW6zq?}EET18r-J=ZN^a-T1T6ht}&TPn7>`KD"
        "KK=`nzyw9y#-8u*u$oY%j9;Z5t_X`qn$3w$rY@3hHZji!D3rJ>@oJX%mNiXjEox;%zwHYpb8ndnq#sf*=TjAP9mW2x14K{$1b8egYMrH"
        "FN"
    ),
}
NAN = float("nan")
T = "datetime64[us]"


def read(path: Path, **options: Any) -> RawTable:
    return read_table(path, "train", options=ReadOptions(**options))


def refused(path: Path, **options: Any) -> str:
    start = time.process_time()
    with pytest.raises(InputError) as caught:
        read(path, **options)
    assert time.process_time() - start < SECONDS
    return str(caught.value)


def cells_of(table: RawTable) -> dict[str, list[Any]]:
    """Cells with NaN and NaT as None, times as they are written."""
    cells = {}
    for name, column in table.frame.items():
        values = column.astype(str) if column.dtype.kind == "M" else column
        cells[str(name)] = [None if gone else value for value, gone in zip(values, column.isna(), strict=True)]
    return cells


# --- cells ------------------------------------------------------------------------------------------------------

Writer = Callable[[Path], object]


def spss(cells: dict[str, list[Any]], **more: Any) -> Writer:
    return lambda path: pyreadstat.write_sav(pd.DataFrame(cells), path, **more)


def stata(cells: dict[str, Any], **more: Any) -> Writer:
    """By pandas."""
    return lambda path: pd.DataFrame(cells).to_stata(path, write_index=False, **more)


def stata_by_readstat(cells: dict[str, list[Any]], **more: Any) -> Writer:
    return lambda path: pyreadstat.write_dta(pd.DataFrame(cells), path, **more)


def transport(cells: dict[str, list[Any]], **more: Any) -> Writer:
    return lambda path: pyreadstat.write_xport(pd.DataFrame(cells), path, **more)


def sas(kind: str) -> Writer:
    return lambda path: path.write_bytes(zlib.decompress(base64.b85decode(SAS[kind])))


def packed(write: Writer) -> Writer:
    def written(path: Path) -> None:
        plain = path.with_name(path.stem)
        write(plain)
        path.write_bytes(gzip.compress(plain.read_bytes()))

    return written


SEX: dict[str, list[Any]] = {"sex": [1.0, 2.0, 1.0]}
LABELS = {"sex": {1: "male", 2: "female", 3: "other"}}
AS_LABELS = "value labels are read in place of their codes in column 1"
AS_CODES = "codes are read in column 1, whose value labels do not tell all values apart"
PLAIN: dict[str, list[Any]] = {"n": [1.5, None, -3.0], "zip": ["00501", "", "Zürich"]}
PLAIN_READ: dict[str, list[Any]] = {"n": [1.5, None, -3.0], "zip": ["00501", "", "Zürich"]}
LONG = ["x" * 20_000, "é" * 300, "short"]
DAYS = [date(2020, 2, 29), None, date(1911, 12, 31)]
DAYS_READ = ["2020-02-29", None, "1911-12-31"]
TIMES = [datetime(2020, 2, 29, 23, 59, 58, 500_000), None, datetime(1911, 12, 31, 1, 2, 3)]  # noqa: DTZ001
TIMES_READ = ["2020-02-29 23:59:58.500", None, "1911-12-31 01:02:03.000"]
WIDTHS = {
    "i8": np.array([1, -100, 100], np.int8),
    "i16": np.array([1, -30_000, 30_000], np.int16),
    "i32": np.array([1, -2_000_000_000, 2_000_000_000], np.int32),
    "f32": np.array([0.1, NAN, -2.5], np.float32),
    "f64": np.array([0.1, NAN, 1e300]),
}
WIDTHS_READ: dict[str, list[Any]] = {
    "i8": [1.0, -100.0, 100.0],
    "i16": [1.0, -30_000.0, 30_000.0],
    "i32": [1.0, -2e9, 2e9],
    "f32": [0.1, None, -2.5],
    "f64": [0.1, None, 1e300],
}
FIRST = [datetime(2023, 4, 1), datetime(1960, 1, 1), datetime(1957, 7, 1)]  # noqa: DTZ001
FIRST_READ = ["2023-04-01", "1960-01-01", "1957-07-01"]
SAS_READ: dict[str, list[Any]] = {
    "name": ["ann", "bob", "Zoë"],
    "age": [34.0, None, 35.5],
    "born": ["1969-12-31", "1959-12-31", None],
    "seen": ["2020-03-16 17:46:40.000", None, "1960-01-01 00:00:00.500"],
    "score": [0.1, None, None],
}
SAS_NOTE = "2 cells with a code that the file declares missing, in column 5"


def coded(n: int) -> str:
    return f"{n} cell{'s' * (n > 1)} with a code that the file declares missing, in column 1"


CASES: dict[str, tuple[str, Writer, dict[str, list[Any]], tuple[str, ...]]] = {
    "numbers and text": ("t.sav", spss(PLAIN), PLAIN_READ, ()),
    "packed by rows": ("t.sav", spss(PLAIN, row_compress=True), PLAIN_READ, ()),
    "packed by zlib": ("t.zsav", spss(PLAIN, compress=True), PLAIN_READ, ()),
    "packed by gzip": ("t.sav.gz", packed(spss(PLAIN)), PLAIN_READ, ()),
    "long text": ("t.sav", spss({"x": LONG}), {"x": LONG}, ()),
    "600 columns": ("t.sav", spss({f"c{i}": [1.0 * i, None] for i in range(600)}),
        {f"c{i}": [1.0 * i, None] for i in range(600)}, ()),
    "all values labelled": ("t.sav", spss(SEX, variable_value_labels=LABELS), {"sex": ["male", "female", "male"]},
        (AS_LABELS,)),
    "some values labelled": ("t.sav", spss({"age": [0.0, 34.0, 99.0]}, variable_value_labels={"age": {99: "99+"}}),
        {"age": [0.0, 34.0, 99.0]}, (AS_CODES,)),
    "two codes with one label": ("t.sav", spss(SEX, variable_value_labels={"sex": {1: "x", 2: "x"}}), SEX, (AS_CODES,)),
    "a blank label": ("t.sav", spss(SEX, variable_value_labels={"sex": {1: "x", 2: " "}}), SEX, (AS_CODES,)),
    "labels of nobody": ("t.sav", spss(SEX, variable_value_labels={"sex": {7: "x"}}), SEX, ()),
    "labelled text": ("t.sav", spss({"sex": ["m", "f", ""]}, variable_value_labels={"sex": {"m": "man", "f": "woman"}}),
        {"sex": ["man", "woman", None]}, (AS_LABELS,)),
    "a code of missing": ("t.sav", spss({"x": [1.0, -9.0, None]}, missing_ranges={"x": [-9]}), {"x": [1.0, None, None]},
        (coded(1),)),
    "three codes of missing": ("t.sav", spss({"x": [97.0, 98.0, 99.0, 9.0]}, missing_ranges={"x": [97, 98, 99]}),
        {"x": [None, None, None, 9.0]}, (coded(3),)),
    "a range of missing": ("t.sav", spss({"x": [-5.0, -1.0, 0.0, 3.0]}, missing_ranges={"x": [{"lo": -9, "hi": -1}]}),
        {"x": [None, None, 0.0, 3.0]}, (coded(2),)),
    "a range and a code": ("t.sav", spss({"x": [-5.0, 99.0, 0.0]}, missing_ranges={"x": [{"lo": -9, "hi": -1}, 99]}),
        {"x": [None, None, 0.0]}, (coded(2),)),
    "text that means missing": ("t.sav", spss({"x": ["NA", "a", "b"]}, missing_ranges={"x": ["NA"]}),
        {"x": [None, "a", "b"]}, (coded(1),)),
    "labels of missing codes alone": ("t.sav", spss({"x": [34.0, -9.0]}, missing_ranges={"x": [-9]},
        variable_value_labels={"x": {-9: "refused"}}), {"x": [34.0, None]}, (coded(1),)),
    "labels beside missing codes": ("t.sav", spss({"sex": [1.0, 2.0, 9.0]}, missing_ranges={"sex": [9]},
        variable_value_labels={"sex": {1: "m", 2: "f", 9: "?"}}), {"sex": ["m", "f", None]}, (AS_LABELS, coded(1))),
    "days": ("t.sav", spss({"d": DAYS}), {"d": DAYS_READ}, ()),
    "American days": ("t.sav", spss({"d": DAYS}, variable_format={"d": "ADATE10"}), {"d": DAYS_READ}, ()),
    "times": ("t.sav", spss({"t": TIMES}), {"t": TIMES_READ}, ()),
    "times of the day": ("t.sav", spss({"t": [36_900.0, None]}, variable_format={"t": "TIME8"}),
        {"t": [36_900.0, None]}, ()),
    "a day in no year": ("t.sav", spss({"d": [1e15, 13_802_400_000.0]}, variable_format={"d": "DATE11"}),
        {"d": [1e15, 13_802_400_000.0]}, ("times outside of the years 1 to 9999 are read as numbers in column 1",)),
    **{f"widths in Stata {version}": ("t.dta", stata(WIDTHS, version=version), WIDTHS_READ, ())
        for version in (114, 117, 118, 119)},
    "letters of before UTF-8": ("t.dta", stata({"x": ["Zürich", "Łódź"[1:2], ""]}, version=114),
        {"x": ["Zürich", "ó", ""]}, ()),
    "categories": ("t.dta", stata({"x": pd.Categorical(["b", "a", "b"], categories=["b", "a", "c"])}),
        {"x": ["b", "a", "b"]}, (AS_LABELS,)),
    "missing .a and .z": ("t.dta", stata_by_readstat({"x": [1.0, "a", "z"]}, missing_user_values={"x": ["a", "z"]}),
        {"x": [1.0, None, None]}, (coded(2),)),
    "long text in Stata": ("t.dta", stata({"x": LONG}, version=118, convert_strl=["x"]), {"x": LONG}, ()),
    "times of the day in Stata": ("t.dta", stata_by_readstat({"t": [36_900_000.0, None]},
        variable_format={"t": "%tcHH:MM:SS"}), {"t": [36_900.0, None]}, ()),
    **{f"days in Stata as %{form}": ("t.dta", stata({"d": FIRST}, convert_dates={"d": form}), {"d": FIRST_READ}, ())
        for form in ("tc", "td", "tm", "tq")},
    "half years in Stata": ("t.dta", stata({"d": [datetime(2023, 7, 1), datetime(1957, 1, 1)]},  # noqa: DTZ001
        convert_dates={"d": "th"}), {"d": ["2023-07-01", "1957-01-01"]}, ()),
    "weeks in Stata": ("t.dta", stata({"d": [datetime(2023, 1, 8), datetime(1959, 12, 24)]},  # noqa: DTZ001
        convert_dates={"d": "tw"}), {"d": ["2023-01-08", "1959-12-24"]}, ()),
    "days in a form of one's own": ("t.dta", stata_by_readstat({"d": [3_652.0]},
        variable_format={"d": "%tdNN/DD/CCYY"}), {"d": ["1969-12-31"]}, ()),
    "transport 5": ("t.xpt", transport(PLAIN, file_format_version=5), PLAIN_READ, ()),
    "transport 8": ("t.xpt", transport(PLAIN, file_format_version=8), PLAIN_READ, ()),
    "transport of text that ends in blanks": ("t.xpt", transport({"x": ["a", "b", ""]}, file_format_version=8),
        {"x": ["a", "b", ""]}, ()),
    "transport of text alone": ("t.xpt", transport({"x": ["a", "b", "c"]}, file_format_version=5),
        {"x": ["a", "b", "c"]}, ()),
    "days in transport": ("t.xpt", transport({"d": DAYS}), {"d": DAYS_READ}, ()),
    **{f"SAS, {kind}": ("t.sas7bdat", sas(kind), SAS_READ, (SAS_NOTE,)) for kind in SAS},
}  # fmt: skip


@pytest.mark.parametrize("what", CASES)
def test_cells_are_what_their_program_shows(tmp_path: Path, what: str) -> None:
    """Numbers, text, times and what is missing, cell by cell; what was decided on the way is said."""
    name, write, cells, notes = CASES[what]
    write(tmp_path / name)
    table = read(tmp_path / name)
    assert cells_of(table) == cells
    assert table.notes == notes
    assert table.typed


@pytest.mark.parametrize("kind", SAS)
def test_pandas_reads_the_same_of_sas(tmp_path: Path, kind: str) -> None:
    """The files that this test brings along are what it says they are."""
    sas(kind)(tmp_path / "t.sas7bdat")
    frame = pd.read_sas(tmp_path / "t.sas7bdat", encoding="utf-8")
    assert frame["name"].tolist() == SAS_READ["name"]
    assert frame["seen"].astype("datetime64[us]").tolist()[0] == pd.Timestamp(SAS_READ["seen"][0])
    for name in ("age", "score"):
        assert [None if np.isnan(value) else value for value in frame[name]] == SAS_READ[name]


# --- whole audits -----------------------------------------------------------------------------------------------


def people(n: int, seed: int) -> pd.DataFrame:
    """A table with a labelled column, a code of missing, days, text and numbers."""
    rng = np.random.default_rng(seed)
    age = rng.integers(18, 90, n).astype(np.float64)
    return pd.DataFrame(
        {
            "sex": rng.integers(1, 3, n).astype(np.float64),
            "age": np.where(rng.random(n) < 0.05, -9.0, age),
            "born": pd.to_datetime("1950-01-01") + pd.to_timedelta(rng.integers(0, 20_000, n), unit="D"),
            "town": rng.choice(["Zürich", "Bern", "Chur"], n),
            "income": rng.lognormal(10, 1, n).round(2),
        }
    )


def as_spss(frame: pd.DataFrame, path: Path) -> None:
    given = frame.assign(born=frame["born"].dt.date)
    labels: Any = {"sex": {1: "male", 2: "female"}}
    pyreadstat.write_sav(given, path, variable_value_labels=labels, missing_ranges={"age": [-9]})


def as_stata(frame: pd.DataFrame, path: Path) -> None:
    given = frame.assign(age=frame["age"].replace(-9.0, np.nan), sex=frame["sex"].map({1: "male", 2: "female"}))
    given["sex"] = pd.Categorical(given["sex"], categories=["male", "female"])
    given.to_stata(path, write_index=False, convert_dates={"born": "td"}, version=118)


def as_transport(frame: pd.DataFrame, path: Path) -> None:
    given = frame.assign(age=frame["age"].replace(-9.0, np.nan), sex=frame["sex"].map({1: "male", 2: "female"}))
    pyreadstat.write_xport(given.assign(born=given["born"].dt.date), path)


def as_csv(frame: pd.DataFrame, path: Path) -> None:
    given = frame.assign(age=frame["age"].replace(-9.0, np.nan), sex=frame["sex"].map({1: "male", 2: "female"}))
    given.to_csv(path, index=False, date_format="%Y-%m-%d")


@pytest.mark.parametrize(("write", "suffix"), [(as_spss, "sav"), (as_stata, "dta"), (as_transport, "xpt")])
def test_an_audit_is_that_of_the_same_table_as_csv(tmp_path: Path, write: Any, suffix: str) -> None:
    """Every figure of every attack, and the verdict; a third of the release are people of train."""
    train, holdout = people(300, 1), people(300, 2)
    release = pd.concat([people(200, 3), train[:100]], ignore_index=True)
    reports = []
    for name, writer in (("csv", as_csv), (suffix, write)):
        paths = [tmp_path / f"{role}.{name}" for role in ("train", "release", "holdout")]
        for frame, path in zip((train, release, holdout), paths, strict=True):
            writer(frame, path)
        reports.append(synthaudit.audit(*paths, profile="quick", jobs=1))
    csv, other = reports
    pd.testing.assert_frame_equal(other.to_frame(), csv.to_frame())
    assert other.outcome == csv.outcome == "fail"
    assert other.reasons == csv.reasons


def test_a_large_release_stays_in_its_file(tmp_path: Path) -> None:
    """It is read in batches like Parquet, alone and in parts, with the cells that it has as a whole."""
    frame = people(5_000, 1)
    folder = tmp_path / "parts"
    folder.mkdir()
    as_spss(frame, tmp_path / "t.sav")
    as_spss(frame[:2_000], folder / "a.sav")
    as_spss(frame[2_000:], folder / "b.sav")
    whole = read(tmp_path / "t.sav").frame
    for path in (tmp_path / "t.sav", folder):
        with opened(path, "train", ReadOptions(), 1_000) as source:
            assert isinstance(source, FileSource | PartedSource)
            batches = list(source.batches(range(5)))
            for i, name in enumerate(whole.columns):
                cells = pd.concat([batch[i] for batch in batches], ignore_index=True)
                assert cells.isna().tolist() == whole[name].isna().tolist()
                assert cells.dropna().tolist() == whole[name].dropna().tolist()


def test_a_split_is_written_as_parquet(tmp_path: Path) -> None:
    """Labels, missing and times as they were read, and every row in one part."""
    as_spss(people(60, 1), tmp_path / "t.sav")
    split = synthaudit.split(tmp_path / "t.sav", tmp_path / "out")
    assert (split.train.name, split.holdout.name) == ("train.parquet", "holdout.parquet")
    parts = pd.concat([read(part).frame for part in (split.train, split.holdout)])
    order = ["income", "born"]
    again = parts.sort_values(order).reset_index(drop=True)
    pd.testing.assert_frame_equal(again, read(tmp_path / "t.sav").frame.sort_values(order).reset_index(drop=True))


# --- text -------------------------------------------------------------------------------------------------------


def latin(path: Path) -> Path:
    """A transport file names no encoding; here of letters of one byte."""
    pyreadstat.write_xport(pd.DataFrame({"x": ["Z?rich", "Bern"]}), path)
    path.write_bytes(path.read_bytes().replace(b"Z?rich", "Zürich".encode("cp1252")))
    return path


def test_an_encoding_counts_where_the_file_names_none(tmp_path: Path) -> None:
    """SPSS and new Stata name theirs, and what is said for other tables does not undo that."""
    assert refused(latin(tmp_path / "t.xpt")) == (
        "SA-127 train t.xpt: text in another encoding than the file names. "
        "Pass --encoding with the right one, such as cp1252, or export it again as UTF-8."
    )
    for encoding in ("cp1252", "latin-1"):
        assert read(tmp_path / "t.xpt", encoding=encoding).frame["x"].tolist() == ["Zürich", "Bern"]
    spss({"x": ["Zürich"]})(tmp_path / "t.sav")
    stata({"x": ["Zürich"]}, version=118)(tmp_path / "t.dta")
    for name in ("t.sav", "t.dta"):
        assert read(tmp_path / name, encoding="cp1252").frame["x"].tolist() == ["Zürich"], name
    assert refused(tmp_path / "t.sav", encoding="nonsense").startswith(
        "SA-180 option --encoding: no such text encoding"
    )


def test_names_and_sizes_have_the_limits_of_all_tables(tmp_path: Path) -> None:
    """Twins but for their case, nothing in it, a cell above 1 MiB."""
    stata({"age": [1], "Age": [2]})(tmp_path / "t.dta")
    assert refused(tmp_path / "t.dta").startswith(
        "SA-133 train t.dta: the names of columns 1 and 2 differ only in case"
    )
    spss({"x": []})(tmp_path / "t.sav")
    assert refused(tmp_path / "t.sav") == "SA-103 train t.sav: 0 rows; at least 1 expected. Export the table again."
    stata({"x": ["x" * 1_100_000, "y"]}, version=118, convert_strl=["x"])(tmp_path / "u.dta")
    assert refused(tmp_path / "u.dta").startswith("SA-156 train u.dta, column 1 'x': a cell of 1100000 bytes")


def test_what_a_release_holds_beside_its_table_is_counted(tmp_path: Path) -> None:
    """A title, notes, and labels that no cell has beyond what describes a table; not those that do."""
    labels = {"sex": {1: "male", 2: "female", 3: "other"}}
    cases: list[tuple[int, dict[str, Any]]] = [
        (0, {"variable_value_labels": labels, "column_labels": ["Sex of the person"]}),
        (1, {"file_label": "ann is in train"}),
        (2, {"file_label": "title", "note": "ann is in train"}),
        (1, {"variable_value_labels": {"sex": {**labels["sex"], **dict.fromkeys(range(9, 40), "ann " * 30)}}}),
    ]
    for n, more in cases:
        spss(SEX, **more)(tmp_path / "t.sav")
        beyond = read_table(tmp_path / "t.sav", "synthetic").beyond
        assert [(one.kind, one.n) for one in beyond] == ([("metadata", n)] if n else []), more
        assert read(tmp_path / "t.sav").beyond == ()


# --- hostile files ----------------------------------------------------------------------------------------------

GOOD: dict[str, Writer] = {
    "t.sav": spss(PLAIN),
    "t.zsav": spss(PLAIN, compress=True),
    "t.dta": stata(WIDTHS, version=118),
    "u.dta": stata(WIDTHS, version=114),
    "t.xpt": transport(PLAIN),
    "t.sas7bdat": sas("plain"),
}
DAMAGED = "not a valid file of its format, damaged or cut short. Export it again."


@pytest.mark.parametrize("name", GOOD)
def test_a_file_that_is_cut_short(tmp_path: Path, name: str) -> None:
    """Wherever it is cut: one line, and no cell."""
    GOOD[name](tmp_path / name)
    data = (tmp_path / name).read_bytes()
    # A transport file may end in the middle of its last card of blanks.
    for n in (100, len(data) // 2, len(data) - 81):
        (tmp_path / name).write_bytes(data[:n])
        said = refused(tmp_path / name)
        assert said[:6] in ("SA-116", "SA-103", "SA-121"), (n, said)
        assert "Zürich" not in said


@pytest.mark.parametrize("name", GOOD)
def test_bytes_that_are_changed(tmp_path: Path, name: str) -> None:
    """Headers that lie at any place: an error of ours, or a table with as many rows as it counts."""
    GOOD[name](tmp_path / name)
    data = (tmp_path / name).read_bytes()
    rng = np.random.default_rng(len(name))
    for _ in range(4):
        spoiled = bytearray(data)
        for place in rng.integers(16, min(len(data), 1_500), 12):
            spoiled[place] = rng.integers(256)
        (tmp_path / name).write_bytes(spoiled)
        try:
            table = read(tmp_path / name)
        except InputError:
            continue
        assert len(table.frame) == counts_of(tmp_path / name, name[2:].replace("z", "")).rows


def put(data: bytes, place: int, form: str, value: int) -> bytes:
    """The bytes with a number at a place."""
    number = struct.pack(form, value)
    return data[:place] + number + data[place + len(number) :]


def test_counts_that_ask_for_terabytes(tmp_path: Path) -> None:
    """Refused by their headers, before any row is laid out."""
    for name in ("t.sav", "t.dta", "u.dta", "t.xpt", "t.sas7bdat", "t.zsav"):
        GOOD[name](tmp_path / name)
    sav, dta = (tmp_path / "t.sav").read_bytes(), (tmp_path / "t.dta").read_bytes()
    old, xpt = (tmp_path / "u.dta").read_bytes(), (tmp_path / "t.xpt").read_bytes()
    table = (tmp_path / "t.sas7bdat").read_bytes()
    at = table.index(b"\xf7\xf7\xf7\xf7") + 48
    spoiled = {
        "t.sav": put(sav, 80, "<i", 2_000_000_000),
        "t.dta": put(dta, dta.index(b"<N>") + 3, "<q", 1 << 50),
        "u.dta": put(old, 6, "<i", 2_000_000_000),
        "t.xpt": xpt.replace(b"!!!!!!!              2", b"!!!!!!!     2000000000").replace(
            b"!!!!!!!              3", b"!!!!!!!     2000000000"
        ),
        "t.sas7bdat": put(table, at, "<q", 2_000_000_000),
        "t.zsav": put((tmp_path / "t.zsav").read_bytes(), 80, "<i", 2_000_000_000),
    }
    for name, data in spoiled.items():
        assert data != (tmp_path / name).read_bytes(), name
        (tmp_path / name).write_bytes(data)
        assert refused(tmp_path / name)[:6] in ("SA-116", "SA-113", "SA-121"), name


def test_a_bomb(tmp_path: Path) -> None:
    """Zeros that zlib packs a thousandfold are refused by the limit, before they are unpacked."""
    pyreadstat.write_sav(
        pd.DataFrame({f"c{i}": np.zeros(400_000) for i in range(8)}), tmp_path / "t.zsav", compress=True
    )
    assert (tmp_path / "t.zsav").stat().st_size < 400_000
    assert refused(tmp_path / "t.zsav", max_bytes=10_000_000) == (
        "SA-113 train t.zsav: decodes to 25600000 bytes, beyond the limit. "
        "Raise --max-bytes only if you trust the file."
    )


def test_names_say_what_the_content_is(tmp_path: Path) -> None:
    """A table under the name of another format, text, an encrypted file, and one that is packed twice."""
    spss(PLAIN)(tmp_path / "t.sav")
    sav = (tmp_path / "t.sav").read_bytes()
    for name, data, got in (
        ("t.dta", sav, "SA-108 train t.dta: content is sav, the name says dta."),
        ("t.csv", sav, "SA-108 train t.csv: content is sav, the name says csv."),
        ("u.sav", b"a,b\n1,2\n", "SA-108 train u.sav: content is text, the name says sav."),
        ("v.sav", b"\x1c" + bytes(7) + b"ENCRYPTEDSAV" + bytes(99), "SA-119 train v.sav: encrypted."),
        ("t.sav.gz", gzip.compress(gzip.compress(sav)), "SA-108 train t.sav.gz: content is gzip, the name says sav."),
    ):
        (tmp_path / name).write_bytes(data)
        assert refused(tmp_path / name).startswith(got), name


def test_two_tables_in_one_transport_file(tmp_path: Path) -> None:
    """Not the first of them without a word."""
    transport(PLAIN)(tmp_path / "t.xpt")
    data = (tmp_path / "t.xpt").read_bytes()
    (tmp_path / "t.xpt").write_bytes(data + data[240:])
    assert refused(tmp_path / "t.xpt") == (
        "SA-115 train t.xpt: 2 data sets in one file. Export the one that is meant to a file of its own."
    )


@pytest.mark.parametrize("name", GOOD)
def test_a_row_that_is_lost_is_missed(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The header counts beside the library, as if that had handed out one row less."""
    GOOD[name](tmp_path / name)

    def one_less(*arguments: Any, **more: Any) -> dict[str, Any]:
        answer = run_apart(*arguments, **more)
        return {**answer, "rows": answer["rows"] - 1}

    monkeypatch.setattr("synthaudit.adapters.readers.stat_files.run_apart", one_less)
    assert refused(tmp_path / name) == (
        f"SA-121 train {name}: 3 records are there, 2 were read; nothing was audited. "
        "Export it in another format, such as Parquet, and report this."
    )


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("bytearray(1 << 50)", "SA-116"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "SA-116"),
        ("import os; os.abort()", "SA-113"),
        ("print('no answer')", "SA-116"),
        ("import json; print(json.dumps({'status': 'too large'}))", "SA-113"),
    ],
)
def test_a_process_that_does_not_come_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, code: str
) -> None:
    """However the library ends, the audit goes on with one line."""
    program = tmp_path / "program.py"
    program.write_text(body)
    monkeypatch.setattr(stat_table, "__file__", str(program))
    spss(PLAIN)(tmp_path / "t.sav")
    assert refused(tmp_path / "t.sav").startswith(code)
