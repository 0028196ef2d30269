"""`funsies replay --pdb` at a terminal, and what `funsies debug` says."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from .travel.kernels import notebook_in

FLOW = """\
import json

import funsies as f


def parse(text: str) -> dict[str, int]:
    # the line below calls a library
    return json.loads(text)


def total(text: str) -> int:
    parsed = parse(text)
    return sum(parsed.values()) // len(parsed)  # in the step


with f.Fun():
    steps = [f.reduce(total, "{}"), f.reduce(total, "no json"), f.reduce(total, '{"a": 3}')]
    steps += [f.reduce(abs, steps[0])]
    f.execute(steps)
    for step in steps:
        print(step.producer.hex())
"""


class Terminal:
    """A program on a terminal, and who sits there.

    Args:
        leader: the other end of the terminal.
    """

    def __init__(self, leader: int) -> None:
        self._leader = leader

    def until(self, text: str, within_seconds: float = 60) -> str:
        """Read until a text is there, and return all of it."""
        shown, deadline = "", time.monotonic() + within_seconds
        while text not in shown:
            assert time.monotonic() < deadline, shown
            ready, _, _ = select.select([self._leader], [], [], 0.5)
            if ready:
                shown += os.read(self._leader, 65536).decode("utf-8", "replace")
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", shown).replace("\r", "")

    def says(self, line: str) -> str:
        """Type a line, and read the answer."""
        os.write(self._leader, f"{line}\n".encode())
        return self.until("(Pdb) ")


@contextmanager
def replaying(shell, digest: str) -> Iterator[tuple[Terminal, subprocess.Popen[bytes]]]:
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        shell.command("main", "replay", "--pdb", digest),
        cwd=shell.place,
        env=shell.environment() | {"TERM": "dumb", "COLUMNS": "200"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    try:
        yield Terminal(leader), process
    finally:
        process.kill()
        process.wait()
        os.close(leader)


@pytest.fixture(scope="module")
def steps(shared_shell) -> list[str]:
    """Steps that failed in the step itself, in a library, not at all, and in an earlier one."""
    shared_shell.script("flow.py", FLOW)
    done = shared_shell.funsies("run", "flow.py", "--workers", "1")
    (shared_shell.place / "flow.py").write_text("# the file has changed since\n")
    return done.text.split()


def test_the_debugger_stops_in_the_failing_line_of_the_step(shared_shell, steps) -> None:
    with replaying(shared_shell, steps[0]) as (terminal, process):
        shown = terminal.until("(Pdb) ")
        assert "ZeroDivisionError" in shown
        assert re.search(r"flow.py\(\d+\)total\(\)\n-> return sum\(parsed", shown)
        assert re.search(r"\d+ +->\s+return sum\(parsed.* # in the step", shown)
        assert re.search(r"\d+ +\s+parsed = parse\(text\)", shown)
        assert "{}" in terminal.says("p parsed")
        os.write(terminal._leader, b"q\n")
        assert process.wait(30) == 1


def test_it_goes_up_to_the_users_own_line_from_a_library(shared_shell, steps) -> None:
    with replaying(shared_shell, steps[1]) as (terminal, _):
        shown = terminal.until("(Pdb) ")
        assert re.search(r"\d+ +->\s+return json.loads\(text\)", shown)
        assert "the line below calls a library" in shown
        assert "'no json'" in terminal.says("p text")
        assert "decoder.py" in terminal.says("down") + terminal.says("down")
        assert "total()" in "".join(terminal.says("up") for _ in range(3))


def test_where_nothing_is_raised_it_says_how_to_stop(shared_shell, steps) -> None:
    done = shared_shell.funsies("replay", "--pdb", steps[2])
    assert (done.code, done.text) == (0, "3")
    assert "breakpoint()" in done.err


def test_the_cell_of_a_notebook_is_shown_when_its_kernel_is_gone(shell) -> None:
    cell = "import funsies as f\nf.start(1)\ndef fails(x):\n    return x['key']  # in a cell\n"
    rest = "step = f.reduce(fails, {})\nf.execute(step).wait(50)\nprint(step.producer.hex())"
    with notebook_in(shell.place) as notebook:
        digest = notebook.run(cell + rest).text.strip()
    shell.funsies("run", shell.script("empty.py", "import funsies as f\nwith f.Fun(): pass\n"))
    with replaying(shell, digest) as (terminal, _):
        shown = terminal.until("(Pdb) ")
        assert re.search(r"4 +->\s+return x\['key'\]  # in a cell", shown)
        assert "{}" in terminal.says("p x")


def test_of_a_step_that_was_not_run_the_one_that_failed_is_named(shared_shell, steps) -> None:
    done = shared_shell.funsies("debug", steps[3])
    assert f"an input is an error: funsies debug {steps[0][:10]}" in done.err
    assert "read what went wrong" in done.err
    assert "call its function again" not in done.err
    assert "--pdb" not in done.err


def test_a_directory_is_named_after_the_step_and_explained(shared_shell, steps) -> None:
    done = shared_shell.funsies("debug", steps[0])
    name = f"debug-total-text-{steps[0][:10]}"  # total(text={})
    assert done.text == f"{name}\n"
    place = shared_shell.place / name
    files = (each for each in place.rglob("*") if each.is_file())
    written = {each.relative_to(place).parts[0] for each in files} - {".funsies-debug"}
    assert written >= {"code.txt", "errors.txt", "inputs", "operation.json", "replay.py"}
    for file in written:
        assert re.search(rf"^  {re.escape(file)}/? +\S", done.err, re.MULTILINE), file
    assert f"python {name}/replay.py" in done.err
    code = (shared_shell.place / name / "code.txt").read_text()
    assert "# function total" in code
    assert "flow.py:11)" in code
    assert "# the line below calls a library" in code
    assert "def parse(text: str)" in code
    script = shared_shell.place / name / "replay.py"
    again = subprocess.run(
        [sys.executable, "-m", "pdb", "-c", "continue", script],
        cwd=Path(shared_shell.place),
        env=shared_shell.environment(),
        input=b"q\n",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert b"return sum(parsed.values())" in again.stdout
