"""``synthaudit serve``: listens on this machine alone, and opens the page."""

import os
import platform
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from synthaudit.errors import InputError
from synthaudit.files import machine_faults, write_atomic
from synthaudit.files.catalogue import N_
from synthaudit.files.system import hold
from synthaudit.web import links, rendering
from synthaudit.web.application import application
from synthaudit.web.data_folder import STARTER, DataFolder
from synthaudit.web.guard import OPEN, Guard
from synthaudit.web.site import Site
from synthaudit.web.upload import MOST_BYTES

HOST = "127.0.0.1"
"""Never another: nobody but this machine reaches it."""
_PLACE = "server.lock"


def link(data: DataFolder, port: int) -> str:
    """An address that opens the page, once."""
    return f"http://{HOST}:{port}{OPEN}?token={links.give_out(data.root / 'links')}"


def open_browser(data: DataFolder, address: str) -> None:
    """Start the browser with a file that leads to a link, and not with the link.

    Other users of the machine see what a program is started with, and whoever is first is let in. The file is private.
    Under Windows' Linux the browser is one of Windows, which finds no file here.
    """
    if "microsoft" in platform.release().lower():
        webbrowser.open(address)
        return
    path = write_atomic(data.root / STARTER, rendering.starter(address))
    webbrowser.open(path.as_uri())


@dataclass(frozen=True, slots=True)
class Place:
    """The one place of a server in a folder: a file that it holds locked as long as it lives, its port in it."""

    descriptor: int
    running: int | None
    """Port of the server that is there already."""

    @classmethod
    def take(cls, data: DataFolder) -> "Place":
        """Take it, or find it taken. Where a system has no locks it is never taken."""
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0)
        with machine_faults(N_("file {name}").format(name=_PLACE)):
            descriptor = os.open(data.root / _PLACE, flags, 0o600)
        is_free = hold(descriptor, wait=False)
        port = os.read(descriptor, 10)
        return cls(descriptor, None if is_free or not port.isdigit() else int(port))

    def say(self, port: int) -> None:
        """Write the port down for others."""
        os.ftruncate(self.descriptor, 0)
        os.lseek(self.descriptor, 0, os.SEEK_SET)
        os.write(self.descriptor, str(port).encode())


@contextmanager
def listening(port: int) -> Iterator[socket.socket]:
    """A socket on this machine; port 0 = any that is free.

    Raises
    ------
    InputError
        SA-434 the port is taken.
    """
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        try:
            taken.bind((HOST, port))
            # From here on a browser waits for its answer, and is not turned away.
            taken.listen()
        except (OSError, OverflowError):
            do = N_("Choose another with --port, or leave it out.")
            raise InputError("SA-434", N_("port {port}").format(port=port), N_("it is taken or closed"), do) from None
        yield taken
    finally:
        taken.close()


def configured(app: Guard) -> uvicorn.Config:
    """How it is served: nothing is printed, for what an exception says may hold a cell, and a link its token."""
    return uvicorn.Config(
        app,
        log_config=None,
        log_level="critical",
        access_log=False,
        server_header=False,
        lifespan="on",
        timeout_graceful_shutdown=3,
    )


def serve(
    folder: Path,
    *,
    port: int = 0,
    opens: bool = True,
    most_bytes: int = MOST_BYTES,
    tell: Callable[[str, bool], None] = lambda address, is_running: None,
) -> None:
    """Serve until somebody ends it; where a server has the folder open already, open its page.

    Parameters
    ----------
    folder : Path
        Of audits and their tables; made with mode 0700.
    port : int
        0 = any that is free.
    opens : bool
        Whether the page is opened in a browser.
    most_bytes : int
        Of a form with its files.
    tell : callable
        Told the address, and whether a server was there already.

    Raises
    ------
    InputError
        SA-434 the port is taken.
    CannotFinishError
        SA-301 to SA-304 and SA-308 the folder cannot be used.
    """
    data = DataFolder.prepare(folder)
    place = Place.take(data)
    if place.running is not None:
        address = link(data, place.running)
        tell(address, True)
        if opens:
            open_browser(data, address)
        return
    data.sweep()
    with listening(port) as taken:
        own = int(taken.getsockname()[1])
        site = Site(data, most_bytes=most_bytes)
        app = application(site, own)
        place.say(own)
        address = link(data, own)
        tell(address, False)
        if opens:
            threading.Timer(0.5, open_browser, (data, address)).start()
        try:
            uvicorn.Server(configured(app)).run(sockets=[taken])
        finally:
            site.processes.end_all()
            os.close(place.descriptor)
