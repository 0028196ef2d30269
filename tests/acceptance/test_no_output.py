"""What cannot be printed is said in one line, with an exit code of its own."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

FULL = "/dev/full"
pytestmark = pytest.mark.skipif(not Path(FULL).exists(), reason="no such device here")

STEPS = """\
import funsies as f
def double(number: int) -> int:
    print("a line")
    return 2 * number
with f.Fun():
    number = f.reduce(double, 4)
    large = f.shell("yes | head -c 3000000 || true")
    f.execute(number, large)
    print(number.hash[:12], large.stdout.hash[:12])
"""


def run(shell, arguments: list[str], redirection: str, limit: str = "") -> tuple[int, str]:
    """Run a command whose streams a shell has redirected."""
    line = f'{limit} "$@" {redirection}'
    done = subprocess.run(
        ["bash", "-c", line, "bash", *shell.command("main", *arguments)],
        cwd=shell.place,
        env=shell.environment(),
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )
    return done.returncode, done.stderr.decode()


@pytest.fixture(scope="module")
def hashes(shared_shell) -> list[str]:
    """A small result, and a large one."""
    script = shared_shell.script("steps.py", STEPS)
    return shared_shell.funsies("run", script, "--workers", "1").text.split()


@pytest.fixture
def shell(shared_shell, hashes):
    return shared_shell


@pytest.mark.slow
def test_a_full_disk_is_named_by_each_command_that_prints(shell, hashes: list[str]) -> None:
    small, large = hashes
    commands = [
        ["cat", small],
        ["cat", large],
        ["logs", large],
        ["logs", "--json", large],
        ["ls"],
        ["ls", "--json"],
        ["status"],
        ["tree", small],
        ["graph"],
        ["graph", "--json"],
        ["execute", "--json", small],
        ["replay", small],
        ["--help"],
        ["run", "steps.py"],
    ]
    ends = {" ".join(each): run(shell, each, f"> {FULL}") for each in commands}
    for name, (code, err) in ends.items():
        assert code == 74, (name, err)
        *_, last = err.splitlines()
        assert last == "funsies: the output cannot be written: No space left on device", name
        assert "Traceback" not in err, (name, err)
    assert all(len(err.splitlines()) == 1 for name, (_, err) in ends.items() if "cat" in name)


def test_a_reader_that_went_away_has_its_own_code_everywhere(shell, hashes: list[str]) -> None:
    for command in (["ls", "--all"], ["ls", "--all", "--json"], ["tree", hashes[0]]):
        reader, writer = os.pipe()
        os.close(reader)
        with os.fdopen(writer, "wb") as gone:
            done = subprocess.run(
                shell.command("main", *command),
                cwd=shell.place,
                env=shell.environment(),
                stdout=gone,
                stderr=subprocess.PIPE,
                timeout=60,
                check=False,
            )
        assert (done.returncode, done.stderr) == (141, b""), command


@pytest.mark.slow
@pytest.mark.parametrize(
    ("redirection", "reason"),
    [
        (">&-", "Bad file descriptor"),
        ("1< /dev/null", "Bad file descriptor"),
        ("> limited", "File too large"),
    ],
)
def test_another_reason_is_named_as_well(
    shell, hashes: list[str], redirection: str, reason: str
) -> None:
    limit = "ulimit -f 8;" if "limited" in redirection else ""
    code, err = run(shell, ["cat", hashes[1]], redirection, limit)
    assert code == 74
    assert err == f"funsies: the output cannot be written: {reason}\n"


@pytest.mark.slow
def test_notes_that_cannot_be_written_do_not_end_a_command(shell, hashes: list[str]) -> None:
    assert run(shell, ["run", "steps.py"], f"2> {FULL}")[0] == 0
    assert run(shell, ["cat", "nothing"], f"2> {FULL}")[0] == 5
    assert run(shell, ["cat", "nothing"], "2>&-")[0] == 5


def test_a_script_may_close_its_output(shell) -> None:
    script = shell.script("closes.py", "import sys\nprint('said')\nsys.stdout.close()\n")
    assert run(shell, ["run", script, "--workers", "0"], "> said")[0] == 0
    assert (shell.place / "said").read_text() == "said\n"


def test_a_file_that_a_command_cannot_write_is_a_full_disk_as_well(shell, hashes) -> None:
    code, err = run(shell, ["debug", hashes[1], "-o", "look"], "> /dev/null", "ulimit -f 8;")
    assert code == 74
    assert re.fullmatch(r"funsies: .*: File too large\n", err), err


def test_a_stream_that_does_not_block_gets_everything(shell, hashes: list[str]) -> None:
    """Other programs at the same terminal or pipe may have made it so."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    with subprocess.Popen(
        shell.command("main", "cat", hashes[1]),
        cwd=shell.place,
        env=shell.environment(),
        stdout=writing,
        stderr=subprocess.PIPE,
    ) as process:
        os.close(writing)
        with os.fdopen(reading, "rb") as stream:
            assert len(stream.read()) == 3_000_000
        assert process.stderr.read() == b""
    assert process.returncode == 0
