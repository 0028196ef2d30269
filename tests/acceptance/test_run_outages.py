"""`funsies run` goes on when its server or workers are killed, and ends if they cannot live."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections import Counter

import pytest

from funsies.local.daemons import wait_until

KILLS = """
import json, os, signal, threading, time
from pathlib import Path
import redis
import funsies as f
def kill_server():
    os.kill(json.loads(Path(".funsies/server.json").read_text())["pid"], signal.SIGKILL)
def wait_for_the_disk():
    from funsies.config import Directory
    url = Directory(Path(".funsies").absolute()).record().jobs_url
    with redis.Redis.from_url(url) as server:
        server.incr("written")
        server.execute_command("WAITAOF", 1, 0, 0)
def kill_pool():
    for lock in Path(".funsies/pools").iterdir():
        os.kill(int(lock.read_text()), signal.SIGKILL)
def double(number: int, place: str) -> int:
    with open(place, "a") as runs:
        runs.write(f"{number}\\n")
    return 2 * number
def add(*numbers: int) -> int:
    return sum(numbers)
PLACE = str(Path("runs").absolute())
"""
EXPECTED = "2450"
BUILD = """
doubled = [f.reduce(double, number, PLACE) for number in range(50)]
total = f.py(add, *doubled)
"""


def indented(text: str) -> str:
    return "".join(f"    {line}\n" for line in text.strip().splitlines())


def workflow(shell, text: str) -> str:
    return shell.script("killed.py", KILLS + text)


BEFORE = f"kill_server()\nwith f.Fun():\n{indented(BUILD)}    f.execute(total)\n"
AROUND_EXECUTE = f"""
with f.Fun():
{indented(BUILD)}
    kill_server()
    handle = f.execute(total)
    kill_server()
    handle.wait()
"""
AROUND_WAITING = f"""
with f.Fun():
{indented(BUILD)}
    f.execute(total)
    kill_server()
    f.wait_for(total)
    kill_server()
    assert f.take(total) == {EXPECTED}
kill_server()
"""
AGAIN = f"""
with f.Fun():
{indented(BUILD)}
    f.execute(total).wait()
    print(f.take(total))
"""


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BEFORE, marks=pytest.mark.slow, id="before"),
        pytest.param(AROUND_EXECUTE, id="around execute"),
        pytest.param(AROUND_WAITING, marks=pytest.mark.slow, id="around waiting"),
    ],
)
def test_the_server_of_a_run_is_started_again_and_the_run_ends_with_all_values(
    shell, text
) -> None:
    done = shell.funsies("run", workflow(shell, text), "--workers", "2", within_seconds=120)
    assert done.code == 0, done.err
    assert "was killed; starting it again" in done.err
    again = shell.funsies("run", shell.script("again.py", KILLS + AGAIN))
    assert again.text.strip() == EXPECTED, again.err


def test_a_value_that_the_server_has_lost_since_it_was_waited_for_is_computed_again(
    shell,
) -> None:
    """What came in the last second before a crash may be lost."""
    script = workflow(
        shell,
        f"with f.Fun() as session:\n{indented(BUILD)}    f.execute(*doubled, total)\n"
        "    f.wait_for(total, doubled[7])\n    kill_server()\n"
        "    session.backend.graph.reset([total.producer, doubled[7].producer])\n"
        "    print(f.take(total))\n"
        "    f.takeout(doubled[7], 'seventh')\n",
    )
    done = shell.funsies("run", script, "--workers", "2", within_seconds=120)
    assert done.text.strip() == EXPECTED, done.err
    assert (shell.place / "seventh").read_text() == "14"


def test_a_value_that_the_program_itself_has_forgotten_is_not_waited_for(shell) -> None:
    script = workflow(
        shell,
        "with f.Fun():\n    step = f.reduce(double, 1, PLACE)\n"
        "    f.execute(step).wait()\n    f.reset(step)\n"
        "    print(f.take(step, strict=False).failure().kind.name)\n",
    )
    done = shell.funsies("run", script, "--workers", "1", within_seconds=120)
    assert done.text.strip() == "NotFound", done.err


@pytest.mark.slow
def test_what_was_finished_long_before_the_server_was_killed_is_not_run_again(shell) -> None:
    """The server writes its log to disk each second."""
    script = workflow(
        shell,
        f"with f.Fun():\n{indented(BUILD)}    f.execute(*doubled).wait()\n"
        "    wait_for_the_disk()\n    kill_server()\n    f.execute(total).wait()\n"
        "    print(f.take(total))\n",
    )
    done = shell.funsies("run", script, "--workers", "2", within_seconds=120)
    assert done.text.strip() == EXPECTED, done.err
    runs = Counter((shell.place / "runs").read_text().split())
    assert len(runs) == 50
    assert set(runs.values()) == {1}


@pytest.mark.slow
def test_killed_workers_are_replaced(shell) -> None:
    """Those that outlive their parent leave, and nothing of them stays."""
    script = workflow(
        shell,
        f"with f.Fun():\n{indented(BUILD)}    f.execute(*doubled)\n    kill_pool()\n"
        "    f.execute(total).wait()\n    print(f.take(total))\n",
    )
    done = shell.funsies("run", script, "--workers", "2", within_seconds=120)
    assert done.text.strip() == EXPECTED, done.err
    assert "the workers of this run were killed; starting others" in done.err
    assert wait_until(lambda: only_the_server_is_left(shell), 30)


def only_the_server_is_left(shell) -> bool:
    return ["valkey-server" in line for line in shell.processes()] == [True]


MEANWHILE = """
import logging
from funsies.report.live import display
is_drawn, draw = threading.Event(), display.Display._draw
def drawn(self, *seen):
    draw(self, *seen)
    is_drawn.set()
display.Display._draw = drawn
go = Path("go").absolute()
def speak():
    is_drawn.wait()
    logging.getLogger("funsies").warning("said meanwhile")
    kill_server()
    go.touch()
with f.Fun():
    step = f.shell("until test -e $GO; do sleep 0.02; done", env={"GO": str(go)})
    f.execute(step)
    threading.Thread(target=speak).start()
    f.wait_for(step)
"""


@pytest.mark.slow
def test_what_is_said_while_a_bar_is_shown_stands_on_lines_of_its_own(shell) -> None:
    code, shown = shell.on_terminal("run", workflow(shell, MEANWHILE), "--workers", "1")
    assert code == 0, shown
    clean_line = r"(?:\n|\r|\x1b\[2K|\x1b\[1A)"
    assert re.search(clean_line + r"[\d:]+ WARNING funsies: said meanwhile", shown)
    assert re.search(clean_line + "funsies: the server of this directory was killed", shown)


DIE = {
    "a library is missing": """
import sys
class Missing:
    def find_spec(self, name, *_):
        if name == "rq":
            raise ModuleNotFoundError("No module named 'rq'", name="rq")
if "join" in sys.orig_argv:
    sys.meta_path.insert(0, Missing())
""",
    "the pool dies": """
import os, sys
if "join" in sys.orig_argv:
    os.write(2, b"no licence for workers\\n")
    os._exit(9)
""",
    "each worker dies": """
import os, sys
def die():
    os.write(2, b"no licence for workers\\n")
    os._exit(9)
if "join" in sys.orig_argv:
    os.register_at_fork(after_in_child=die)
""",
}
WORDS = {"a library is missing": "No module named 'rq'"}


def let_workers_die(shell, cause: str) -> None:
    site = shell.place / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(DIE[cause])
    shell.variables["PYTHONPATH"] = f"{site}:{shell.environment()['PYTHONPATH']}"


@pytest.mark.parametrize(
    "cause",
    [
        pytest.param("a library is missing", marks=pytest.mark.slow),
        pytest.param("the pool dies", marks=pytest.mark.slow),
        "each worker dies",
    ],
)
def test_a_run_whose_workers_cannot_live_ends_with_their_last_words(shell, cause) -> None:
    script = shell.hello()
    let_workers_die(shell, cause)
    done = shell.funsies("run", script, "--workers", "2", within_seconds=60)
    assert done.code == 6, done.err
    assert "died as soon as they were started" in done.err
    assert WORDS.get(cause, "no licence for workers") in done.err
    assert "Traceback" not in done.err.replace("    Traceback", "")


NO_PYTHON = """
import sys
import funsies as f
with f.Fun():
    sys.executable = "/gone/python"
    f.execute(f.shell("true")).wait()
"""


def test_a_run_without_python_for_its_workers_ends_and_says_so(shell) -> None:
    done = shell.funsies("run", shell.script("gone.py", NO_PYTHON))
    assert done.code == 6, done.err
    assert "workers cannot be started by /gone/python: No such file" in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_who_waits_elsewhere_is_told_of_workers_that_cannot_live(shell) -> None:
    let_workers_die(shell, "each worker dies")
    shell.start_funsies("--workers", "1")
    log = shell.place / ".funsies" / "logs" / "workers.log"
    assert wait_until(lambda: log.exists() and "giving up" in log.read_text(), 30)
    (step, _) = shell.hashes_in(shell.python(shell.hello()).text)
    done = shell.funsies("execute", step, "--timeout", "5")
    assert done.code == 4, done.err
    assert "the last ones died as soon as they were started" in done.err
    assert "exit code 9" in done.err


ANOTHER = """
import funsies as f
with f.Fun(f.Server("redis://127.0.0.1:1")):
    pass
"""


def test_a_server_that_is_the_scripts_own_affair_is_a_failure_of_the_script(shell) -> None:
    script = shell.script("another.py", ANOTHER)
    done = shell.funsies("run", script, within_seconds=120)
    assert done.code == 1, done.err
    assert 'another.py", line 3' in done.err
    assert "NoServerError: no server answers at redis://127.0.0.1:1" in done.err


MANAGED = """
import funsies as f
with f.ManagedFun():
    f.execute(f.shell("true")).wait()
"""


@pytest.mark.slow
def test_who_waits_in_a_program_with_workers_of_its_own_is_told_why_they_died(shell) -> None:
    let_workers_die(shell, "the pool dies")
    done = shell.python(shell.script("managed.py", MANAGED))
    assert done.code == 1
    assert "NoWorkersError: the workers died" in done.err
    assert "no licence for workers" in done.err


@pytest.mark.slow
def test_who_waits_for_workers_that_never_were_is_shown_their_log(shell) -> None:
    let_workers_die(shell, "the pool dies")
    shell.start_funsies("--workers", "1")
    (step, _) = shell.hashes_in(shell.python(shell.hello()).text)
    done = shell.funsies("execute", "--wait", step, "--timeout", "10")
    assert done.code == 4, done.err
    assert f"those that were started here said: {shell.place}/.funsies/logs/" in done.err


LONG = """
import os
import funsies as f
with f.Fun():
    step = f.shell("touch $BEGUN; sleep 300", env={"BEGUN": f"{os.getcwd()}/begun"})
    print(step.stdout.hash, flush=True)
    f.execute(step)
    f.wait_for(step)
"""


@pytest.mark.slow
def test_who_waits_is_told_that_the_workers_were_killed(shell) -> None:
    """They end when the process that watches them is killed."""
    shell.start_funsies("--workers", "1")
    (pool,) = (shell.place / ".funsies" / "pools").iterdir()
    script = subprocess.Popen(
        [sys.executable, shell.script("long.py", LONG)],
        cwd=shell.place,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    step = script.stdout.readline().strip()
    waiting = [script, shell.launch("wait", step), shell.launch("execute", "--wait", step)]
    assert wait_until((shell.place / "begun").exists, 30)
    os.kill(int(pool.read_text()), signal.SIGKILL)
    for each in waiting:
        assert any("no worker serves the queue" in line for line in each.stderr)
        shell.interrupt(each)
        each.communicate(timeout=30)
