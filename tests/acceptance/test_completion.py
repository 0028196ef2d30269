"""A user of bash presses Tab, and the command is given the label, whatever is in it."""

from __future__ import annotations

import os
import pty
import select
import shlex
import subprocess
import time

import pytest

LABELS = ["""it's $HOME, "really" `no`""", "tab: [a=b] (c) {d,e}*?~ \\t", "-dash;x|y&z !1"]

FLOW = f"""\
import funsies as f

@f.task
def align(sample: str) -> str:
    return sample

with f.Fun():
    named = [f.reduce(len, each, label=each) for each in {LABELS!r}]
    f.execute(named, [align(each) for each in ("S1", "S2", "it's a 'b'")])
"""

TYPED = {
    "it": LABELS[0],
    '"it': LABELS[0],
    "it\\'s\\ ": LABELS[0],
    "\"it's \\$": LABELS[0],
    "tab": LABELS[1],
    "tab:": LABELS[1],
    "'tab: [a": LABELS[1],
    "tab:\\ \\[a=b": LABELS[1],
    "-- -d": LABELS[2],
    '-- "-dash;': LABELS[2],
    "'align(sample=S1": "align(sample=S1)",
    '"align(sample=S2': "align(sample=S2)",
    "align\\(sample=S1": "align(sample=S1)",
    "'align(sample=\"": "align(sample=\"it's a 'b'\")",
}
"""What is typed after ``funsies cat``, up to Tab; and what the command is to be given."""


@pytest.fixture(scope="module")
def tried(shared_shell) -> dict[str, str]:
    """What the command was given, by what was typed."""
    shared_shell.funsies("run", shared_shell.script("flow.py", FLOW), "--workers", "1")
    place = shared_shell.place / "bin"
    place.mkdir()
    main = shlex.join(shared_shell.command("main"))
    command = place / "funsies"
    command.write_text(
        f'#!/bin/sh\n[ -n "$_FUNSIES_COMPLETE" ] && exec {main} "$@"\n'
        'shift; for each; do last=$each; done; printf "%s\\0" "$last" >> given\n'
    )
    command.chmod(0o755)
    setup = 'eval "$(_FUNSIES_COMPLETE=bash_source funsies)"'
    lines = [f"funsies cat {typed}\t" for typed in TYPED]
    _type_into_bash(shared_shell, [setup, *lines, "exit"])
    given = (shared_shell.place / "given").read_text().split("\0")
    return dict(zip(TYPED, given, strict=False))


def _type_into_bash(shell, lines: list[str]) -> None:
    """Type lines into a bash on a terminal, and wait for its end."""
    variables = shell.environment() | {"TERM": "dumb", "HISTFILE": "/dev/null"}
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        ["bash", "--norc", "-i"],
        cwd=shell.place,
        env=variables | {"PATH": f"{shell.place / 'bin'}:{variables['PATH']}"},
        stdin=follower,
        stdout=follower,
        stderr=follower,
        start_new_session=True,
    )
    os.close(follower)
    deadline = time.monotonic() + 120
    os.write(leader, "".join(f"{line}\n" for line in lines).encode())
    while process.poll() is None and time.monotonic() < deadline:
        if select.select([leader], [], [], 0.5)[0]:
            try:
                os.read(leader, 65536)  # else it could not write
            except OSError:  # nobody is at the other end
                break
    process.wait(10)
    os.close(leader)


@pytest.mark.slow
@pytest.mark.parametrize("typed", TYPED)
def test_what_tab_makes_of_the_beginning_of_a_label_is_read_as_the_label(
    tried: dict[str, str], typed: str
) -> None:
    assert tried[typed] == TYPED[typed]
