"""A page that a user has started, and a real Chromium that looks at it."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest

HOSTILE = "<img src=x onerror=document.title='hacked'>\"'><script>alert(1)</script>{{7*7}}"
"""In all that comes from a workflow: names, texts, files, errors, logs."""

WORKFLOW = f"""
import struct
import zlib

import funsies as f

HOSTILE = {HOSTILE!r}

def chunk(kind, data):
    body = kind + data
    return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

@f.task
def picture() -> bytes:
    head = struct.pack(">IIBBBBB", 8, 8, 8, 2, 0, 0, 0)
    rows = zlib.compress(8 * (b"\\0" + 8 * b"\\x20\\x80\\x40"))
    pieces = chunk(b"IHDR", head), chunk(b"IDAT", rows), chunk(b"IEND", b"")
    return b"\\x89PNG\\r\\n\\x1a\\n" + b"".join(pieces)

@f.task
def drawing() -> bytes:
    return b'''<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9">
    <script>document.title='hacked'; alert(1)</script><rect width="9" height="9"/></svg>'''

@f.task
def manuscript() -> str:
    return f"<!doctype html><body onload=alert(1)>{{HOSTILE}}"

@f.task
def table() -> list[dict[str, str]]:
    return [{{"sample": "S1", HOSTILE: HOSTILE}}, {{"sample": "S2", HOSTILE: ""}}]

@f.task
def square(number: int) -> int:
    print(HOSTILE, number)
    return number * number

def fail(text: str) -> int:
    raise ValueError(text)

with f.Fun():
    squares = [square(number) for number in range(60)]
    failed = f.reduce(fail, HOSTILE, name="fail " + HOSTILE)
    name = "a<b>&'.txt"
    command = "cat *.txt # " + HOSTILE
    files = f.shell(command, inp={{name: HOSTILE}}, name="files " + HOSTILE)
    last = f.reduce(max, failed, squares[0], name="last")
    asked = [picture(), drawing(), manuscript(), table(), files, last, *squares]
    f.execute(*asked)
    f.wait_for(*asked)
"""


@dataclass
class Page:
    """A page that is served.

    Attributes:
        address: what was printed, with the token.
    """

    address: str

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port

    @property
    def root(self) -> str:
        """Path of the first page."""
        return urlsplit(self.address).path

    def ask(self, path: str, method: str = "GET", body: str = "", **headers: str):
        """Send a request; return status, headers and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()
        finally:
            connection.close()

    def cookie(self) -> str:
        """What a browser has that was shown the token."""
        _, headers, _ = self.ask(f"{self.root}?{urlsplit(self.address).query}")
        return headers["Set-Cookie"].partition(";")[0]

    def get(self, path: str = "", **headers: str) -> str:
        """Read a page as somebody who was let in."""
        status, _, body = self.ask(self.root + path, Cookie=self.cookie(), **headers)
        assert status == 200, body
        return body


@pytest.fixture(scope="module")
def page(shared_shell) -> Iterator[Page]:
    """The page of a server on which a workflow with hostile names has run; workers serve it."""
    shared_shell.script("workflow.py", WORKFLOW)
    done = shared_shell.funsies("run", "workflow.py", within_seconds=110)
    assert "fail" in done.err
    with served(shared_shell) as page:
        yield page


@contextmanager
def served(shell) -> Iterator[Page]:
    """The page of a server, with a worker."""
    assert shell.start_funsies("--workers", "1").code == 0
    process = shell.launch("ui", "--no-browser")
    assert process.stdout is not None
    yield Page(process.stdout.readline().strip())
    shell.interrupt(process)
    assert end_of(process) == 0


def end_of(process: subprocess.Popen[str]) -> int:
    """Exit code of a program that was interrupted."""
    try:
        return process.wait(20)
    finally:
        process.kill()
        process.communicate()


def find_chromium() -> str:
    """The program; without it CI fails, and others are told what to install."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("CI"):
        pytest.fail("CI needs Chromium: apt-get install chromium")
    if found is None:
        pytest.skip("apt-get install chromium")
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator:
    """A real browser."""
    program = find_chromium()
    playwright = (
        pytest.importorskip("playwright.sync_api") if not os.environ.get("CI") else None
    )
    if playwright is None:
        import playwright.sync_api as playwright  # noqa: PLC0415 - as above

    arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=arguments)
        yield browser
        browser.close()


class Visit:
    """A tab of a browser that notes what must not happen.

    Attributes:
        tab: the tab.
        wrong: dialogs, errors of scripts, what the policy had to stop, requests elsewhere.
    """

    def __init__(self, tab, page: Page) -> None:
        self.tab, self._page = tab, page
        self.wrong: list[str] = []
        tab.on("dialog", self._on_dialog)
        tab.on("pageerror", lambda error: self.wrong.append(f"error {error}"))
        tab.on("console", self._on_console)
        tab.on("request", self._on_request)
        tab.goto(page.address)
        tab.wait_for_url(f"**{page.root}")

    def _on_dialog(self, dialog) -> None:
        self.wrong.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _on_console(self, message) -> None:
        if message.type == "error":
            self.wrong.append(f"console {message.text}")

    def _on_request(self, request) -> None:
        if not request.url.startswith(f"http://127.0.0.1:{self._page.port}/"):
            self.wrong.append(f"request {request.url}")

    def address(self, path: str) -> str:
        """Of a page."""
        return f"http://127.0.0.1:{self._page.port}{self._page.root}{path}"

    def go(self, path: str = "") -> None:
        """Open a page, and wait until it follows what goes on."""
        self.tab.goto(self.address(path))
        if not path.endswith(("/why", "/cancel")):  # which do not change
            self.tab.locator("#connection", has_text="live").wait_for()

    def go_to_step(self, text: str) -> None:
        """Open the page of a step by a text in its task's name."""
        self.go(f"steps?text={text}")
        self.tab.locator("#live tbody a").first.click()
        self.tab.get_by_role("heading", name="Outputs").wait_for()
        self.tab.locator("#connection", has_text="live").wait_for()


@pytest.fixture
def visit(chromium, page: Page) -> Iterator:
    """Open a tab: ``visit(width=..., color_scheme=...)``; nothing wrong may happen in it."""
    contexts, visits = [], []

    def visit(*, width: int = 1200, **options) -> Visit:
        size = {"width": width, "height": 800}
        contexts.append(chromium.new_context(viewport=size, **options))
        contexts[-1].set_default_timeout(30_000)
        visits.append(Visit(contexts[-1].new_page(), page))
        return visits[-1]

    yield visit
    for each in contexts:
        each.close()
    assert [problem for each in visits for problem in each.wrong] == []
