"""URLs of tables: what kind they are of, and how they are shown without what opens the door."""

import re
from typing import Any
from urllib.parse import urlsplit

from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_

OBJECT_STORES = frozenset({"s3", "gs", "gcs", "abfs", "abfss", "hdfs", "viewfs"})

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://")
# Up to the last sign of its kind: a password may hold any of them, and hiding too much harms nobody.
_USER = re.compile(r"(?<=://).*@", re.DOTALL)
_QUERY = re.compile(r"\?.*?=.*?(?=#[^#]*$|$)", re.DOTALL)


def scheme_of(text: str) -> str | None:
    """Scheme of a URL in lower case; None for a path.

    Examples
    --------
    >>> scheme_of("S3://bucket/t.csv"), scheme_of("data/t.csv")
    ('s3', None)
    """
    match = _SCHEME.match(text)
    return match[1].lower() if match else None


def masked(value: Any) -> Any:
    """A setting as it may be stored: user, password and query of every URL in it are hidden.

    Examples
    --------
    >>> masked({"train": "postgresql://ann:s3cret@host/db?sslpassword=x#people", "seed": 1})
    {'train': 'postgresql://***@host/db?***#people', 'seed': 1}
    """
    if isinstance(value, str):
        return _QUERY.sub("?***", _USER.sub("***@", value)) if "://" in value else value
    if isinstance(value, dict):
        return {masked(key): masked(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item) for item in value]
    return value


def local_path(url: str, where: str) -> str:
    """The path of a ``file://`` URL; SA-106 where it names another machine.

    Examples
    --------
    >>> local_path("file:///data/my%20table.csv", "train URL")
    '/data/my table.csv'
    """
    # It brings along all that opens URLs.
    from urllib.request import url2pathname

    parts = urlsplit(url)
    if parts.netloc not in ("", "localhost") or parts.query or parts.fragment:
        raise InputError(
            "SA-106", where, N_("a file on another machine, or with a query"), N_("Write file:///path/to/table.")
        )
    return url2pathname(parts.path)
