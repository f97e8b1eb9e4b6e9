"""Optional packages: what to install where one is missing."""

from importlib import import_module

from synthaudit.errors import InputError
from synthaudit.files.catalogue import N_


def need(package: str, extra: str, where: str) -> None:
    """Refuse to go on without an optional package.

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
    try:
        import_module(package)
    except ImportError:
        got = N_("needs {package}, which is not installed").format(package=package)
        raise InputError(
            "SA-114", where, got, N_('pip install "synthaudit-privacy[{extra}]"').format(extra=extra)
        ) from None
