"""``funsies ui``: a page in the browser of what is there and what goes on."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import webbrowser
from collections.abc import Callable, Iterator
from html import escape
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from funsies.config.urls import ConfigurationError

from .exits import Exit
from .notes import note
from .setting import Setting

if TYPE_CHECKING:
    from funsies.page.access import Access

_NEEDED: Final = ("jinja2", "starlette", "uvicorn")
_SCREENS: Final = frozenset({"DISPLAY", "WAYLAND_DISPLAY"})
_MOST_PORTS: Final = 65_535

_HAND_OVER: Final = """\
<!doctype html><meta charset="utf-8"><title>funsies</title>
<meta http-equiv="refresh" content="0; url={address}"><a href="{address}">funsies</a>
"""


@click.command()
@click.option(
    "--port",
    type=click.IntRange(0, _MOST_PORTS),
    default=0,
    help="Port to listen on.  [default: any that is free]",
)
@click.option("--no-browser", is_flag=True, help="Open no browser, only print the address.")
@click.pass_obj
def ui(setting: Setting, *, port: int, no_browser: bool) -> int:
    r"""Show runs, tasks, steps and workers on a page that follows what goes on.

    It listens on this machine only, and shows nothing without the token in the address that it
    prints. Ctrl-C ends it. It needs more packages: pip install 'funsies[ui]'.

    \b
    Example:
      funsies ui
    """
    _check_packages()
    from funsies.page.app import serve  # noqa: PLC0415 - an extra

    with setting.session() as session, contextlib.ExitStack() as at_end:
        serve(session, port, lambda given: at_end.enter_context(_told(given, not no_browser)))
    return Exit.OK


def _check_packages() -> None:
    """See that the extra is installed.

    Raises:
        ConfigurationError: if it is not.
    """
    for name in _NEEDED:
        try:
            import_module(name)
        except ModuleNotFoundError as problem:
            raise ConfigurationError(
                f"funsies ui needs {name}, which is not installed; "
                "use: pip install 'funsies[ui]'"
            ) from problem


@contextlib.contextmanager
def _told(given: Access, opens: bool) -> Iterator[None]:
    """Say where the page is, and show it."""
    click.echo(given.address)
    note("funsies: this address lets in whoever has it; Ctrl-C ends the page")
    if not opens:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="funsies-ui-") as place:  # of mode 0700
        _open(Path(place) / "open.html", given.address, webbrowser.open)
        yield


def _open(file: Path, address: str, show: Callable[[str], bool]) -> None:
    """Open a browser by a file: every user can see the arguments of its process."""
    file.write_text(_HAND_OVER.format(address=escape(address)), encoding="utf-8")
    if _has_screen():
        show(file.as_uri())


def _has_screen() -> bool:
    """False where a browser of the terminal would be opened, if any."""
    return sys.platform != "linux" or bool(_SCREENS & os.environ.keys())
