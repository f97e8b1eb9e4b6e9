"""Optional packages: what to install where one is missing."""

from importlib.util import find_spec

from synthaudit.errors import InputError


def need(package: str, extra: str, where: str) -> None:
    """Refuse to go on without an optional package; it is imported by the door that needs it.

    Raises
    ------
    InputError
        SA-114 with the command that installs it.

    Examples
    --------
    >>> need("no_such_package", "arrow", "train frame")
    Traceback (most recent call last):
        ...
    synthaudit.errors.InputError: SA-114 train frame: needs no_such_package, which is not installed. \
pip install "synthaudit-privacy[arrow]"
    """
    if find_spec(package) is None:
        got = f"needs {package}, which is not installed"
        raise InputError("SA-114", where, got, f'pip install "synthaudit-privacy[{extra}]"')
