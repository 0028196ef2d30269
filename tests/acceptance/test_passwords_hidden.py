"""No process shows the password of a server among its arguments."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import funsies
from funsies.config import Directory
from tests.ports import free_port

from .conftest import Shell

SCRIPT = """\
import subprocess, sys
import funsies as f

@f.task(opt=f.options(isolated=True))
def seen() -> str:
    "The arguments of all processes."
    from pathlib import Path
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(each.read_bytes().decode("utf-8", "replace"))
        except OSError:
            pass
    return "|".join(found)

with f.Fun():
    step = seen()
    f.execute(step).wait(60)
    print(f.take(step), sys.argv)
"""

HOLD = """\
import os
import redis
import funsies as f

def hold(channel: str) -> None:
    with redis.Redis.from_url(channel) as connection:
        connection.rpush("running", "")
        connection.blpop(["go"], 600)

with f.Fun():
    f.execute(f.reduce(hold, os.environ["CHANNEL"]))
"""


@pytest.fixture
def server(shell: Shell) -> tuple[str, str]:
    """Address of a server with a password, and the password."""
    assert shell.start_funsies("--port", str(free_port()), "--no-disk").code == 0
    record = Directory(shell.place / ".funsies").record()
    assert record is not None
    assert record.network_url is not None
    assert record.password is not None
    return record.network_url, record.password


def arguments_of_all() -> str:
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        if int(each.parent.name) != os.getpid():
            try:
                found.append(each.read_bytes().decode("utf-8", "replace"))
            except OSError:
                continue
    return "\n".join(found)


CONSOLE = "import sys; from funsies.cli.main import main; sys.exit(main())"

STARTS = [
    ([str(Path(funsies.__file__).parent / "cli" / "__main__.py")], ["worker"]),
    (["-m", "funsies.cli"], ["worker", "--burst"]),
    (["-c", CONSOLE], ["worker", "--workers", "2"]),
]


@pytest.mark.slow
@pytest.mark.parametrize(("start", "command"), STARTS, ids=["path", "module", "console script"])
def test_a_worker_that_is_given_the_address_does_not_show_the_password(
    start, command, shell, server, stage
):
    url, password = server
    (shell.place / "hold.py").write_text(HOLD)
    shell.variables["CHANNEL"] = stage.channel.url
    assert shell.python("hold.py").code == 0
    process = subprocess.Popen(
        [sys.executable, *start, "--jobs", url, "--data", url, *command],
        cwd=shell.place,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    stage.channel.hear("running")
    shown = arguments_of_all()
    stage.channel.say("go")
    process.send_signal(signal.SIGTERM)
    out, err = process.communicate(timeout=30)
    assert (process.returncode, out, err) == (0, "", "")
    assert "funsies" in shown
    assert password not in shown


@pytest.mark.slow
def test_a_run_with_its_workers_and_steps_does_not_show_it(shell, server):
    url, password = server
    name = shell.script("seen.py", SCRIPT)
    done = shell.funsies(f"--jobs={url}", "run", name, "--jobs", "redis://:theirs@host")
    assert done.code == 0, done.err
    assert password not in done.text
    assert "'--jobs', 'redis://:theirs@host'" in done.text, "that is the script's own argument"


@pytest.mark.slow
def test_streams_and_exit_codes_are_those_of_the_command(shell, server):
    url, password = server
    shell.script("seen.py", "import funsies as f\nwith f.Fun():\n print(f.put('text').hash)\n")
    assert shell.funsies("-j", url, "cat", "abcdef").code == 5
    wrong = url.replace(password, "wrong")
    done = shell.funsies("-j", wrong, "status")
    assert (done.code, done.out) == (3, b"")
    assert "refuses the password" in done.err
    assert "wrong" not in done.err
    assert "workers  0" in shell.funsies("-j", url, "status").text
