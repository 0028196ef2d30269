"""``funsies run``: what a user sees of success, failure, and interruption."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

FAILING = """\
import sys
from funsies import Fun, morph, reduce, shell, take
def divide(a: int, b: int) -> float:
    print("dividing", a, "by", b)
    return a / b
def double(x: float) -> float:
    return 2 * x
with Fun():
    quotient = reduce(divide, 3, 0)
    twice = morph(double, quotient)
    print(quotient.hash[:5], twice.hash[:5])
"""

WAITING = """\
from pathlib import Path
import time
from funsies import Fun, execute, task, wait_for
@task
def step(number: int, place: str) -> int:
    with open(f"{place}/{number}", "a") as file:
        file.write("run\\n")
    while not Path(f"{place}/go").exists() and number:
        time.sleep(0.01)
    return number
with Fun():
    steps = [step(number, PLACE) for number in range(3)]
    execute(steps)
    wait_for(steps)
    print("finished")
"""


def waiting_script(shell) -> str:
    return shell.script("waiting.py", WAITING.replace("PLACE", repr(str(shell.place))))


def await_file(path: Path) -> None:
    """Wait until somebody makes a file."""
    from funsies.local.daemons import wait_until  # noqa: PLC0415 - the package under test

    assert wait_until(path.exists, 30), f"{path} did not appear"


def test_a_script_may_reset_what_it_executed(shell) -> None:
    script = """\
from funsies import Fun, execute, morph, reset, take, wait_for
with Fun():
    wrong, right = morph(lambda n: 1 / n, 0), morph(lambda n: n + 1, 1)
    execute(wrong, right)
    wait_for(wrong, right)
    reset(wrong)
    print(take(right))
"""
    done = shell.funsies("run", shell.script("again.py", script), "--workers", "1")
    assert (done.code, done.text) == (0, "2\n"), done.err


def test_an_error_is_reported_with_the_way_to_look_further(shell) -> None:
    done = shell.funsies("run", shell.script("failing.py", FAILING))
    assert done.code == 1
    quotient, twice = shell.hashes_in(done.text)
    assert "ZeroDivisionError: division by zero" in done.err
    (advised,) = re.findall(r"look further: funsies cat ([0-9a-f]{10})\n", done.err)
    assert f"in divide {advised}" in done.err
    assert "in the place of double" in done.err
    row = next(line.split() for line in done.err.splitlines() if "double" in line)
    assert row[:5] == ["double", "0", "0", "0", "1"]  # skipped, not run

    for place in (advised, twice):
        shown = shell.funsies("cat", place)
        assert shown.code == 1
        assert shown.out == b""
        assert "inputs of the failed step" in shown.err
        for part in ("ExceptionRaised", "divide", "ZeroDivisionError"):
            assert part in shown.err
        assert re.search(rf"source +{advised}[0-9a-f]{{54}}", shown.err)

    printed = shell.funsies("logs", quotient)
    assert printed.out == b"dividing 3 by 0\n"

    again = shell.funsies("run", "failing.py")
    assert again.code == 1
    assert "funsies reset" in again.err  # errors are remembered, as values are


def test_what_a_script_executes_is_waited_for(shell) -> None:
    script = shell.script(
        "asks.py",
        "from funsies import *\n"
        "with Fun():\n"
        "    a = reduce(sum, [1, 2]); b = reduce(sum, [3, 4])\n"
        "    execute(a)\n"
        "    print(a.hash[:5], b.hash[:5])\n",
    )
    done = shell.funsies("run", script)
    assert done.code == 0, done.err
    a, b = shell.hashes_in(done.text)
    assert shell.funsies("cat", a).out == b"3"
    assert shell.funsies("cat", b).code == 4  # the script asked for one of them only


def test_only_final_results_are_shown_but_all_are_computed(shell) -> None:
    script = shell.script(
        "chain.py",
        "from funsies import *\n"
        "def half(x: int) -> float:\n"
        "    return x / 2\n"
        "with Fun():\n"
        "    a = reduce(sum, [1, 2]); b = morph(half, a)\n"
        "    print(a.hash[:5], b.hash[:5])\n",
    )
    done = shell.funsies("run", script, "--workers", "1")
    a, b = shell.hashes_in(done.text)
    results = done.err.partition("results")[2]
    assert b in results
    assert a not in results
    assert shell.funsies("cat", a).out == b"3"


def test_the_exit_code_and_the_arguments_of_the_script_are_its_own(shell) -> None:
    script = shell.script("leaves.py", "import sys; print(sys.argv[1:]); sys.exit(7)\n")
    done = shell.funsies("run", script, "a", "--color=red", "--workers", "1", "--", "--workers")
    assert done.code == 7
    assert done.text == "['a', '--color=red', '--workers']\n"


def test_a_module_of_a_package_is_run_as_python_would(shell) -> None:
    (shell.place / "project").mkdir()
    shell.script("project/__init__.py", "")
    shell.script("project/parts.py", "def half(n: int) -> float:\n    return 1 / n\n")
    flow = (
        "import sys\nimport funsies as f\nfrom .parts import half\nwith f.Fun():\n"
        "    halves = [f.reduce(half, int(n)) for n in sys.argv[2:]]\n"
        "    f.execute(halves); f.wait_for(halves)\n"
        "    print(sys.argv[1], f.take(halves[0]))\n"
    )
    shell.script("project/flow.py", flow)
    command = ("run", "--workers", "1", "-m", "project.flow", "-m")
    done = shell.funsies(*command, "2", "0")
    assert (done.code, done.text) == (1, "-m 0.5\n"), done.err
    assert "half" in done.err
    assert "ZeroDivisionError" in done.err
    again = shell.funsies(*command, "2")
    assert (again.code, again.text) == (0, "-m 0.5\n"), again.err
    assert "nothing to do: 1 step cached" in again.err


def test_what_follows_m_is_the_name_of_a_module(shell) -> None:
    nothing, unknown = shell.funsies("run", "-m"), shell.funsies("run", "-m", "flow.py")
    assert (nothing.code, unknown.code) == (2, 2)
    assert "funsies run -m project.workflow" in nothing.err
    assert "leave out -m" in unknown.err


def test_an_exception_of_the_script_shows_its_own_lines_only(shell) -> None:
    done = shell.funsies("run", shell.script("raises.py", "def f():\n    {}['x']\nf()\n"))
    assert done.code == 1
    assert "KeyError: 'x'" in done.err
    assert set(re.findall(r'File "([^"]+)"', done.err)) == {str(shell.place / "raises.py")}


def test_a_script_without_a_session_is_told_so(shell) -> None:
    done = shell.funsies("run", shell.script("plain.py", "print('hello')\n"))
    assert done.code == 0
    assert done.out == b"hello\n"
    assert "with Fun()" in done.err


@pytest.mark.slow
@linux
def test_after_ctrl_c_nothing_runs_on_and_the_rest_is_done_next_time(shell) -> None:
    running = shell.launch("run", waiting_script(shell), "--workers", "2")
    await_file(shell.place / "1")
    assert shell.funsies("wait", "step(number=0)").code == 0
    shell.interrupt(running)
    _, err = running.communicate(timeout=60)
    assert running.returncode == 130
    assert "run it again" in err
    assert "Traceback" not in err
    left = [line for line in shell.processes() if "valkey-server" not in line]
    assert left == []  # the server lives on, the workers do not

    (shell.place / "go").touch()
    again = shell.funsies("run", "waiting.py", "--workers", "2")
    assert again.code == 0, again.err
    assert again.text == "finished\n"
    assert (shell.place / "0").read_text() == "run\n"  # what was finished was kept


@pytest.mark.slow
@linux
def test_the_workers_of_a_killed_run_end(shell) -> None:
    from funsies.local.daemons import wait_until  # noqa: PLC0415 - the package under test

    running = shell.launch("run", waiting_script(shell), "--workers", "1")
    await_file(shell.place / "1")
    running.kill()
    running.communicate(timeout=60)

    def only_the_server_is_left() -> bool:
        return all("valkey-server" in line for line in shell.processes())

    assert wait_until(only_the_server_is_left, 30)


@linux
def test_a_run_says_once_that_its_server_lives_on(shell) -> None:
    script = shell.hello()
    assert "end it with: funsies shutdown --all" in shell.funsies("run", script).err
    assert "shutdown" not in shell.funsies("run", script).err
    assert "shutdown" not in shell.funsies("run", script, "--stop-server").err


def test_the_server_can_be_stopped_with_the_run(shell) -> None:
    done = shell.funsies("run", shell.script("plain.py", "pass\n"), "--stop-server")
    assert done.code == 0
    assert shell.processes() == []


def test_a_reader_that_goes_away_is_no_error(shell) -> None:
    script = shell.script(
        "large.py",
        "from funsies import *\n"
        "with Fun():\n"
        "    print(shell('yes | head -c 3000000 || true').stdout.hash[:5])\n",
    )
    done = shell.funsies("run", script, "--workers", "1")
    (large,) = shell.hashes_in(done.text)
    assert len(shell.funsies("cat", large).out) == 3_000_000
    reading = shell.launch("cat", large)
    assert reading.stdout is not None
    assert reading.stdout.read(2) == "y\n"
    reading.stdout.close()
    _, err = reading.communicate(timeout=60)
    assert err == ""
    assert reading.returncode == 141


def test_on_a_terminal_progress_is_shown_in_colours(shell) -> None:
    (shell.place / "go").touch()
    code, shown = shell.on_terminal("run", waiting_script(shell), "--workers", "1")
    assert code == 0
    assert "finished" in shown
    assert "\x1b[32m" in shown  # green


def test_no_colour_is_used_on_a_terminal_if_the_user_says_so(shell) -> None:
    (shell.place / "go").touch()
    shell.variables["NO_COLOR"] = "1"
    code, shown = shell.on_terminal("run", waiting_script(shell), "--workers", "1")
    assert code == 0
    assert not re.search(r"\x1b\[[0-9;]*3[0-9](;|m)", shown)


STORED = """\
import sys
import funsies as f

def invert(number: float) -> float:
    return 1 / number

with f.Fun():
    if sys.argv[1:]:
        f.execute(f.get(sys.argv[1]))
    else:
        print(f.reduce(invert, 0.0).hash)
"""


def test_steps_of_another_program_get_workers_and_their_errors_are_told(shell) -> None:
    script = shell.script("flow.py", STORED)
    digest = shell.funsies("run", script, "--workers", "1").text.strip()
    assert shell.funsies("reset", digest).code == 0
    done = shell.funsies("run", script, digest, "--workers", "1", within_seconds=60)
    assert done.code == 1
    assert "ZeroDivisionError" in done.err
