"""Make the pictures of the documentation, by doing what they show.

Usage: python scripts/make_pictures.py [--into DIRECTORY]

Each command is run in a terminal of a fixed size, in an empty directory, by real workers; what
then stands on that screen becomes an SVG file. Pages are opened in Chromium, which has to be
installed.
"""

from __future__ import annotations

import argparse
import codecs
import fcntl
import io
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pyte
from notebook_page import write_page
from playwright.sync_api import Page as BrowserPage
from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.style import Style
from rich.text import Text

DOCS = Path(__file__).parents[1] / "docs" / "pictures"
COLUMNS, LINES = 100, 40
LONG_LINES = 400
"""Columns where an address of a page has to stand on one line."""

SECONDS = 120.0
"""No scene takes longer, or something is wrong."""

FONTS = re.compile(r"@font-face \{.*?\}", re.DOTALL)
"""What Rich writes so that fonts are loaded from elsewhere."""

QUIET = ("--no-sandbox", "--disable-background-networking", "--disable-component-update")
"""A browser that asks nobody for anything; without a sandbox it starts as root, too."""

When = Callable[[str], object]


@dataclass(frozen=True)
class Scene:
    """A command, and the moments of it that are shown.

    Attributes:
        command: what is run, a line of the shell.
        end: name of the picture of what stands there in the end; "" for none.
        moments: names of other pictures; when to make each is told by what is on the screen.
        ends: signal with which the command is ended after that; None waits for its own end.
    """

    command: str
    end: str = ""
    moments: tuple[tuple[str, When], ...] = ()
    ends: signal.Signals | None = None


@dataclass(frozen=True)
class Edit:
    """A change of the program between two scenes."""

    before: str
    after: str

    def make(self, program: Path) -> None:
        """Change the program."""
        text = program.read_text()
        if self.before not in text:
            raise ValueError(f"{PROGRAM} has no {self.before!r}")
        program.write_text(text.replace(self.before, self.after))


PROGRAM, HOME = "screen.py", "/home/ada/screening"


@dataclass(frozen=True)
class Page:
    """Pages of ``funsies ui``, or a file, in a browser.

    Attributes:
        command: prints the address of the first page; or writes the file.
        address: finds the address on the screen, or names the file.
        pictures: their names, each with what is clicked to come to what it shows; "" for
            nothing to be clicked, or to be kept.
    """

    command: str
    address: str
    pictures: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Notebook:
    """A notebook in a browser.

    Attributes:
        cells: that are run, one after the other.
        picture: its name.
    """

    cells: tuple[str, ...]
    picture: str


START = """\
import time
import funsies as f

f.start(2);"""

FIT = """\
@f.task
def fit(sample: str, scale: float = 2.0) -> float:
    time.sleep(1)
    if sample == "S4":
        raise ValueError(f"{sample} has no data")
    return scale * len(sample)


fits = [fit(f"S{number}") for number in range(6)]
f.execute(fits).wait()"""

STORY: tuple[Scene | Edit | Page | Notebook, ...] = (
    Scene(f"funsies run {PROGRAM}", moments=(("running", lambda text: "fit(" in text),)),
    Scene("funsies tree table", "tree"),
    Edit("SCALE = 2.0", "SCALE = 2.5"),
    Scene(f"funsies run --dry-run {PROGRAM}", "dry-run"),
    Scene(f"funsies run {PROGRAM}"),
    Scene("funsies runs", "runs"),
    Scene("funsies why 'fit(sample=S3)'", "why"),
    Page("funsies report last -o report.html", "report.html", (("report", ""),)),
    Page(
        "funsies ui --no-browser",
        r"http://\S+",
        (
            ("ui-graph", "Graph"),
            ("", "Tasks"),
            ("", "failed or skipped of fit"),
            ("ui-step", "fit(sample=S5)"),
        ),
    ),
    Notebook((START, FIT, "fits[1]", "fits[4]"), "notebook"),
)


class Terminal:
    """A terminal of a fixed size in which a command runs."""

    def __init__(
        self,
        command: str,
        directory: Path,
        environment: dict[str, str],
        columns: int = COLUMNS,
    ) -> None:
        self._directory = directory
        self._screen = pyte.Screen(columns, LINES)
        self._stream = pyte.Stream(self._screen)
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._master, follower = pty.openpty()
        fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, columns, 0, 0))
        self.process = subprocess.Popen(
            ["/bin/sh", "-c", command],
            cwd=directory,
            env={**environment, "TERM": "xterm-256color", "COLORTERM": "truecolor"},
            stdin=follower,
            stdout=follower,
            stderr=follower,
            start_new_session=True,
        )
        os.close(follower)

    def run(self, when: When | None) -> None:
        """Show what the command prints until the moment comes, or the command ends.

        Raises:
            TimeoutError: if it never comes.
        """
        end = time.monotonic() + SECONDS
        while time.monotonic() < end:
            if when is not None and when(self.text):
                return
            if not self._read():
                if when is not None and not when(self.text):
                    raise TimeoutError(f"the moment never came:\n{self.text}")
                return
        raise TimeoutError(f"still running:\n{self.text}")

    def _read(self) -> bool:
        """Read what there is; False once the command has ended."""
        if not select.select([self._master], [], [], 0.2)[0]:
            return True
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:  # nobody has the terminal open any more
            return False
        self._stream.feed(self._decoder.decode(data))
        return bool(data)

    @property
    def text(self) -> str:
        """What stands on the screen."""
        return "\n".join(line.rstrip() for line in self._screen.display).rstrip()

    def draw(self, picture: Path, title: str) -> Path:
        """Draw what stands on the screen, as SVG."""
        console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
        for line in Text.assemble(*self._pieces()).split():
            console.print(_at_home(line, self._directory), no_wrap=True, crop=True)
        svg = console.export_svg(title=title, unique_id=picture.stem)
        picture.write_text(FONTS.sub("", svg), encoding="utf-8")
        return picture

    def _pieces(self) -> Iterator[tuple[str, Style]]:
        for number in range(len(self.text.splitlines())):
            row = self._screen.buffer[number]
            width = len(self._screen.display[number].rstrip())
            for column in range(width):
                char = row[column]
                yield char.data, _style(char)
            yield "\n", Style()

    def end(self, number: signal.Signals | None) -> None:
        """Let the command end, after a signal if one is given."""
        if number is not None:
            os.killpg(self.process.pid, number)
        self.run(None)
        self.process.wait()
        os.close(self._master)


def _at_home(line: Text, directory: Path) -> Text:
    """The line, as if the directory were one of a user, and not a temporary one."""
    place, start = str(directory), line.plain.find(str(directory))
    if start < 0:
        return line
    return line[:start] + Text(HOME) + _at_home(line[start + len(place) :], directory)


def _style(char: pyte.screens.Char) -> Style:
    return Style(
        color=_colour(char.fg),
        bgcolor=_colour(char.bg),
        bold=char.bold,
        italic=char.italics,
        underline=char.underscore,
        reverse=char.reverse,
    )


def _colour(name: str) -> str | None:
    if name == "default":
        return None
    if re.fullmatch(r"[0-9a-f]{6}", name):
        return f"#{name}"
    return {"brown": "yellow"}.get(name, name.replace("bright", "bright_").replace("__", "_"))


def make_pictures(into: Path) -> list[Path]:
    """Tell the story, and draw it.

    Args:
        into: directory of the pictures.

    Returns:
        The pictures.
    """
    into.mkdir(parents=True, exist_ok=True)
    with _stage() as (directory, environment):
        return [
            picture for each in STORY for picture in _tell(each, directory, environment, into)
        ]


def _tell(
    part: Scene | Edit | Page | Notebook,
    directory: Path,
    environment: dict[str, str],
    into: Path,
) -> Iterator[Path]:
    if isinstance(part, Edit):
        part.make(directory / PROGRAM)
        return
    if isinstance(part, Page):
        yield from _look(part, directory, environment, into)
        return
    if isinstance(part, Notebook):
        yield _leaf(part, directory, environment, into / f"{part.picture}.png")
        return
    terminal = Terminal(part.command, directory, environment)
    for name, when in part.moments:
        terminal.run(when)
        yield terminal.draw(into / f"{name}.svg", part.command)
    terminal.end(part.ends)
    if part.end:
        yield terminal.draw(into / f"{part.end}.svg", part.command)


def _look(
    page: Page, directory: Path, environment: dict[str, str], into: Path
) -> Iterator[Path]:
    """Open pages in a browser, and keep what it shows."""
    terminal = Terminal(page.command, directory, environment, LONG_LINES)
    file = directory / page.address
    terminal.run(None if file.suffix else lambda text: re.search(page.address, text))
    found = re.search(page.address, terminal.text)
    try:
        with _browser() as tab:
            tab.goto(found[0] if found and not file.suffix else file.as_uri())
            tab.wait_for_url(lambda url: "token=" not in url)  # which leads on by itself
            yield from _photograph(tab, page, into, is_whole=not file.suffix)
    finally:  # or a page that could not be shown would be served for ever
        terminal.end(None if file.suffix else signal.SIGINT)


def _photograph(tab: BrowserPage, page: Page, into: Path, *, is_whole: bool) -> Iterator[Path]:
    """Click through the pages; of a long report what one sees first, of others all they say."""
    for name, clicked in page.pictures:
        if clicked:
            with tab.expect_navigation():
                tab.get_by_role("link", name=clicked).first.click()
        if name:
            tab.screenshot(path=into / f"{name}.png", full_page=is_whole)
            yield into / f"{name}.png"


def _leaf(part: Notebook, directory: Path, environment: dict[str, str], picture: Path) -> Path:
    """Run a notebook, and keep all that it shows."""
    page = directory / "notebook.html"
    own = {**environment, "IPYTHONDIR": str(directory / ".ipython")}
    write_page(part.cells, directory, own, page)
    with _browser() as tab:
        tab.route("http*://**", lambda route: route.abort())  # what draws formulas
        tab.goto(page.as_uri())
        tab.locator("main").screenshot(path=picture)
    return picture


@contextmanager
def _browser() -> Iterator[BrowserPage]:
    program = shutil.which("chromium")
    if program is None:
        raise FileNotFoundError("pages are shown by Chromium: apt-get install chromium")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=QUIET)
        yield browser.new_page(viewport={"width": 1200, "height": 800})
        browser.close()


@contextmanager
def _stage() -> Iterator[tuple[Path, dict[str, str]]]:
    """An empty directory with the program in it, whose server ends with it."""
    hidden = ("FUNSIES_", "NO_COLOR", "FORCE_COLOR")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(hidden)},
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "USER": "ada",
        "LOGNAME": "ada",
    }
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place) / "screening"
        directory.mkdir()
        shutil.copy(DOCS / "demo" / PROGRAM, directory)
        try:
            yield directory, environment
        finally:
            ended = ["funsies", "shutdown", "--all", "--force"]
            subprocess.run(ended, cwd=directory, env=environment, check=False)


def main(arguments: Sequence[str] | None = None) -> None:
    """Make them all."""
    parser = argparse.ArgumentParser(description="Make the pictures of the documentation.")
    parser.add_argument("--into", type=Path, default=DOCS, help="directory of the pictures")
    for picture in make_pictures(parser.parse_args(arguments).into):
        print(picture)


if __name__ == "__main__":
    main()
