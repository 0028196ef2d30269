"""``funsies logs -f``: what a step prints on a worker, while it runs there."""

from __future__ import annotations

import json
import os
import signal
import subprocess

import pytest

from funsies.local.daemons import wait_until

TALKING = """\
import logging, sys, time
from pathlib import Path
from funsies import Fun, execute, shell, task
PLACE = Path(sys.argv[1])

def wait_for(name: str, place: str) -> None:
    while not (Path(place) / name).exists():
        time.sleep(0.02)

@task
def talk(place: str) -> int:
    (Path(place) / "began").touch()
    print("one")
    wait_for("two", place)
    logging.getLogger("talker").warning("two")
    wait_for("three", place)
    print("three", end="")
    return 3

@task
def after(number: int) -> int:
    print("after", number)
    return number

with Fun():
    step = talk(str(PLACE))
    last = after(step)
    command = shell(
        f"echo first; until test -e {PLACE}/two; do sleep 0.02; done; echo second >&2;"
        f"until test -e {PLACE}/three; do sleep 0.02; done; printf third; exit 3"
    )
    (PLACE / "hashes").write_text(f"{step.hash} {last.hash} {command.hash}")
    execute(last, command).wait()
"""


class Follower:
    """Somebody who follows a step."""

    def __init__(self, shell, name: str, *options: str) -> None:
        self.path = shell.place / f"heard-{name}"
        self.file = self.path.open("wb")
        self.process = subprocess.Popen(
            shell.command("main", "logs", "-f", name, *options),
            cwd=shell.place,
            env=shell.environment(),
            stdout=self.file,
            stderr=subprocess.PIPE,
            text=True,
        )
        self.told = ""

    def hears(self, text: str) -> bool:
        return wait_until(lambda: text in self.path.read_text(), 40)

    def is_told(self, text: str) -> bool:
        """Wait for a line on its standard error."""
        for line in self.process.stderr:
            self.told += line
            if text in line:
                return True
        return False

    def end(self) -> tuple[int, str, str]:
        _, told = self.process.communicate(timeout=40)
        self.file.close()
        return self.process.returncode, self.path.read_text(), self.told + told


def talking(shell) -> tuple[subprocess.Popen[str], list[str]]:
    """A run whose steps talk when they are told to; the hashes of three of them."""
    script = shell.script("talking.py", TALKING)
    run = shell.launch("run", script, str(shell.place), "--workers", "2")
    assert wait_until((shell.place / "began").exists, 60)
    return run, (shell.place / "hashes").read_text().split()


@pytest.mark.slow
def test_what_steps_print_is_followed_until_they_end(shell) -> None:
    """A Python step, a shell step, and one that is still to begin."""
    run, (python, last, command) = talking(shell)
    followers = [Follower(shell, each) for each in (python, command, last, "talk")]
    said, shown, later, by_name = followers
    assert said.hears("one\n")
    assert shown.hears("first\n")
    assert by_name.hears("one\n")
    (shell.place / "two").touch()
    assert said.hears("WARNING talker: two\n")
    assert shown.hears("second\n")
    assert later.is_told("waiting for it to begin")
    (shell.place / "three").touch()
    code, heard, told = said.end()
    assert (code, heard[:4], heard[-6:]) == (0, "one\n", "\nthree")
    code, heard, told = shown.end()
    assert (code, heard) == (0, "first\nsecond\nthird")
    assert "CommandFailed" in told
    code, heard, told = later.end()
    assert (code, heard) == (0, "after 3\n")
    assert by_name.end()[1].endswith("three")
    run.communicate(timeout=60)
    again = shell.funsies("logs", "-f", python)  # of a step that has ended: what is kept
    assert again.text.endswith("three")


@pytest.mark.slow
def test_who_follows_may_leave_or_be_killed_and_the_step_goes_on(shell) -> None:
    run, (python, *_) = talking(shell)
    leaves, dies, stays = (Follower(shell, python) for _ in range(3))
    for each in (leaves, stays):
        assert each.hears("one\n")
    leaves.process.send_signal(signal.SIGINT)
    dies.process.kill()
    code, _, told = leaves.end()
    assert code == 130
    assert "Traceback" not in told
    dies.end()
    for name in ("two", "three"):
        (shell.place / name).touch()
    assert stays.end()[1].endswith("three")
    run.communicate(timeout=60)
    assert shell.funsies("cat", python).text == "3"


@pytest.mark.slow
def test_a_worker_that_is_killed_while_it_is_followed_is_followed_by_another(shell) -> None:
    """The step is tried again; who follows hears that run, too, from its beginning."""
    shell.variables["FUNSIES_LEASE_SECONDS"] = "2"
    run, (python, *_) = talking(shell)
    follower = Follower(shell, python)
    assert follower.hears("one\n")
    for worker in json.loads(shell.funsies("status", "--json").text)["workers"]:
        os.kill(worker["pid"], signal.SIGKILL)
    assert wait_until(lambda: follower.path.read_text().count("one\n") == 2, 60)
    for name in ("two", "three"):
        (shell.place / name).touch()
    code, heard, _ = follower.end()
    assert (code, heard.count("one\n")) == (0, 2)
    assert heard.endswith("three")
    run.communicate(timeout=60)
