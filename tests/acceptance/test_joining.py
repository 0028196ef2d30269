"""Another machine joins with a file, and no step finds a secret of its worker."""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
from contextlib import suppress

import pytest

from funsies.config import Directory
from tests.ports import free_port

from .conftest import Shell

SPY = """\
import subprocess, sys
from pathlib import Path
import funsies as f

LOOK = "cat /proc/[0-9]*/environ /proc/[0-9]*/cmdline 2>/dev/null || true"

@f.task
def seen() -> bytes:
    return subprocess.run(["/bin/sh", "-c", LOOK], capture_output=True).stdout

with f.Fun():
    steps = [f.shell(LOOK).stdout, seen()]
    f.execute(*steps).wait(60)
    sys.stdout.buffer.write(b"".join(f.take(each) for each in steps))
"""


@pytest.fixture
def project(shell: Shell) -> Shell:
    """A server with a port, which keeps everything in itself."""
    assert shell.start_funsies("--port", str(free_port()), "--no-disk").code == 0
    return shell


def secrets_of(project: Shell) -> tuple[str, str]:
    directory = Directory(project.place / ".funsies")
    record = directory.record()
    assert record is not None
    assert record.password is not None
    return record.password, directory.keys().keys[0].hex()


@pytest.mark.slow
def test_a_machine_joins_with_one_file(project, tmp_path):
    """The other machine is another directory: nothing there names the server."""
    there = project.elsewhere(tmp_path / "there")
    assert project.funsies("invite", str(there.place / "file")).code == 0
    assert (there.place / "file").stat().st_mode & 0o777 == 0o600
    project.script(
        "sum.py", "import funsies as f\nwith f.Fun():\n f.execute(f.shell('true'))\n"
    )
    assert project.python("sum.py").code == 0
    joined = there.funsies("join", "file", "--burst")
    assert (joined.code, joined.out) == (0, b""), joined.err
    there.variables["FUNSIES_JOIN"] = "file"
    assert '"done":1' in there.funsies("status", "--json").text.replace(" ", "")


@pytest.mark.slow
def test_an_invitation_may_go_through_pipes(project, tmp_path):
    invited = project.funsies("invite", "-")
    assert set(json.loads(invited.out)) >= {"jobs_url", "key"}
    there = project.elsewhere(tmp_path / "there")
    done = subprocess.run(
        there.command("main", "join", "-", "--burst"),
        input=invited.out,
        cwd=there.place,
        env=there.environment(),
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout) == (0, b"")
    for secret in secrets_of(project):
        assert secret not in invited.err + done.stderr.decode()


@pytest.mark.slow
def test_a_file_is_not_replaced_nor_read_if_others_can(project):
    assert project.funsies("invite", "file").code == 0
    again = project.funsies("invite", "file")
    assert (again.code, "exists already" in again.err) == (2, True)
    (project.place / "file").chmod(0o640)
    refused = project.funsies("join", "file")
    assert (refused.code, "chmod 600 file" in refused.err) == (2, True)
    (project.place / "other").write_text("{}")
    (project.place / "other").chmod(0o600)
    assert "no invitation" in project.funsies("join", "other").err


def test_a_server_on_a_socket_has_no_invitation(shell):
    assert shell.start_funsies().code == 0
    done = shell.funsies("invite")
    assert (done.code, "--port" in done.err) == (2, True)
    assert not (shell.place / "funsies.join").exists()


def test_a_worker_without_the_key_says_so_or_does_not_start(project, tmp_path):
    there = project.elsewhere(tmp_path / "there")
    record = Directory(project.place / ".funsies").record()
    assert record is not None
    refused = subprocess.run(
        there.command("main", "--jobs", "-", "worker"),
        input=f"{record.network_url}\n",
        cwd=there.place,
        env=there.environment(),
        capture_output=True,
        check=False,
        text=True,
        timeout=60,
    )
    assert (refused.returncode, "has no key" in refused.stderr) == (3, True), refused.stderr
    assert "warning: this worker has no key" in refused.stderr


@pytest.mark.slow
@pytest.mark.parametrize("start", ["start-funsies", "run", "by hand"])
def test_steps_find_neither_key_nor_password(start, project, tmp_path):
    """In no environment and no arguments of any process there is, the server's included."""
    password, key = secrets_of(project)
    user = project
    if start == "by hand":
        user = project.elsewhere(tmp_path / "there")
        record = Directory(project.place / ".funsies").record()
        assert record is not None
        user.variables |= {"FUNSIES_JOBS": record.network_url or "", "FUNSIES_KEY": key}
    if start == "start-funsies":
        assert project.start_funsies("--workers", "2").code == 0
    user.script("spy.py", SPY)
    done = user.funsies("run", "spy.py")
    assert done.code == 0, done.err
    assert b"PATH=" in done.out
    assert b"valkey" in done.out
    assert password.encode() not in done.out
    assert key.encode() not in done.out


@pytest.mark.slow
@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_files_of_the_server_are_its_owners_alone(umask, shell):
    """Also after the log was rewritten, and after another start."""
    import redis  # noqa: PLC0415 - only here

    def modes() -> set[int]:
        found = set()
        for each in (shell.place / ".funsies" / "appendonlydir").rglob("*"):
            with suppress(FileNotFoundError):  # what was rewritten is removed in time
                found.add(each.stat().st_mode & 0o077)
        return found

    before = os.umask(umask)
    try:
        assert shell.start_funsies().code == 0
        assert modes() == {0}
        record = Directory(shell.place / ".funsies").record()
        assert record is not None
        with redis.Redis.from_url(record.jobs_url) as connection:
            connection.bgrewriteaof()
            while connection.info("persistence")["aof_rewrite_in_progress"]:
                connection.blpop(["nothing"], 0.05)
        assert modes() == {0}
        server = os.pidfd_open(record.pid)
        os.kill(record.pid, signal.SIGKILL)
        assert select.select([server], [], [], 30)[0]
        os.close(server)
        assert shell.start_funsies().code == 0
        assert modes() == {0}
    finally:
        os.umask(before)
