"""What a release is called in its report."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any

from synthaudit.adapters.readers.urls import masked
from synthaudit.types import Vendor


def named(given: Mapping[str, Any]) -> dict[str, str | None]:
    """Vendor and release as texts, whichever way they were given.

    Examples
    --------
    >>> named({"vendor": Vendor(name="A", release="1"), "release": "2"})
    {'vendor': 'A', 'release': '2'}
    """
    vendor, release = given["vendor"], given["release"]
    if isinstance(vendor, Vendor):
        return {"vendor": vendor.name or None, "release": release or vendor.release or None}
    return {"vendor": vendor, "release": release}


def release_name(sources: Sequence[Any]) -> str:
    """Names of the files of a release without their folders; empty where a source is no file, as a frame.

    Examples
    --------
    >>> release_name(["out/a.csv", "b.csv"]), release_name(["db://ann:s3cret@host/people"]), release_name([object()])
    ('a.csv, b.csv', 'people', '')
    """
    names = []
    for source in sources:
        if not isinstance(source, str | os.PathLike):
            return ""
        text = str(masked(os.fsdecode(source))).rstrip("/\\")
        names.append("standard input" if text == "-" else re.split(r"[/\\]", text)[-1])
    return ", ".join(names)
