"""One running command of a shell step."""

from __future__ import annotations

import functools
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Final, TypeAlias

from funsies.core.fingerprint.environment import environment_now
from funsies.core.secret_variables import SERVER_VARIABLES
from funsies.core.shell_plan import MAX_COMMAND_BYTES, PLAIN, STRICT
from funsies.run.process_exit import ExitNotice

from .command_output import CommandOutput, OutputStream

# A command registers its group before it does anything else: it writes its number, which is
# that of its group, into the register, which is its standard input, and lets go of it.
_REGISTERS: Final = "echo $$ >&0||exit;exec </dev/null;"

# Where that cannot stand before the text, a shell does it and becomes what runs the command.
_GATE: Final = ("/bin/sh", "-c", 'echo $$ >&0||exit;exec "$@" </dev/null', "funsies")

_SHELLS: Final = frozenset({*STRICT.values(), *PLAIN.values()})
"""Words of interpreters whose texts can begin with that: on the same line, which keeps the
numbers of lines, and leaves the last command of a text to become the shell's own process."""

_READ_BEFORE: Final = (b"BASH_ENV", b"SHELLOPTS")
"""Variables by which bash does something before, or shows what it does."""

# Other shells drop all other variables, among them how bash hands on functions.
_KEPT: Final = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")


class Command:
    """A command: it leads a session and a process group of its own.

    Args:
        words: the program, found on the ``PATH`` of the environment, and its arguments.
        directory: where it runs.
        environment: all of its environment.
        register: descriptor into which it writes the number of its group.
        printed: takes what it prints.

    Attributes:
        group: number of its process group.
        end: readable when it has ended; it is not collected before :meth:`collect`.
        streams: what it prints.
        usage: what it and its descendants used, when it is collected.

    Raises:
        OSError: if it cannot be started.
    """

    def __init__(
        self,
        words: Sequence[str],
        directory: Path,
        environment: Environment,
        *,
        register: int,
        printed: CommandOutput,
    ) -> None:
        with ExitStack() as theirs, ExitStack() as ours:
            stdout, their_stdout = os.pipe()
            theirs.callback(os.close, their_stdout)
            ours.callback(os.close, stdout)
            stderr, their_stderr = os.pipe()
            theirs.callback(os.close, their_stderr)
            ours.pop_all()  # these are closed with what is printed
            self.streams: tuple[OutputStream, ...] = printed.streams_of_command(stdout, stderr)
            streams = register, their_stdout, their_stderr
            self._process = _started(words, directory, environment, streams)
        self.group: int = self._process.pid
        self.usage: resource.struct_rusage | None = None
        self.end: ExitNotice = ExitNotice(self.group)

    def signal_group(self, number: signal.Signals) -> None:
        """Send a signal to the command and all its descendants that stayed in its group."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self.group, number)

    def collect(self) -> None:
        """Wait for the end, let go of the process, and take note of what it used."""
        collected = self.end.collect()
        if collected is None:  # somebody else has taken it
            self._process.wait()
            return
        status, self.usage = collected
        self._process.returncode = os.waitstatus_to_exitcode(status)


def _started(
    words: Sequence[str],
    directory: Path,
    environment: Environment,
    streams: tuple[int, int, int],
) -> subprocess.Popen[bytes]:
    """Start a program where it was found before; if it is not there any more, look for it."""

    def start(place: str | None) -> subprocess.Popen[bytes]:
        stdin, stdout, stderr = streams
        return subprocess.Popen(
            words,
            executable=place,
            cwd=directory,
            env=environment,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=True,
        )

    place = _place_of(words[0], environment.get(b"PATH", b""))
    if place is not None:
        try:
            return start(place)
        except OSError:
            _place_of.cache_clear()
    return start(None)


@functools.lru_cache(maxsize=16)
def _place_of(program: str, path: bytes) -> str | None:
    """Where a program is: each place where it is sought in vain costs some microseconds.

    Returns:
        None if it is not found, or where it is depends on the directory of the step.
    """
    if "/" in program or not all(each.startswith(b"/") for each in path.split(b":")):
        return None
    return shutil.which(program, path=os.fsdecode(path))


def registering(words: Sequence[str], environment: Environment) -> list[str] | None:
    """Words of a shell that registers its group by the beginning of its text.

    It does not if the shell cannot read its text, and then the shell's message shows more than
    the text.

    Args:
        words: those of an interpreter, and the text.
        environment: of the command.

    Returns:
        None if it has to go through the gate.
    """
    *interpreter, text = words
    is_plain = sys.platform == "linux" and tuple(interpreter) in _SHELLS
    if not is_plain or any(name in environment for name in _READ_BEFORE):
        return None
    whole = _REGISTERS + text
    fits = len(whole) * 4 <= MAX_COMMAND_BYTES or len(whole.encode()) <= MAX_COMMAND_BYTES
    return [*interpreter, whole] if fits else None


def through_the_gate(words: Sequence[str], environment: Environment) -> list[str]:
    """Words of a shell that registers its group and becomes what runs a command.

    Args:
        words: those of an interpreter, and the text.
        environment: of the command; it is given the functions of bash in it by ``env``.
    """
    functions = [
        os.fsdecode(name + b"=" + value)
        for name, value in environment.items()
        if not _KEPT.fullmatch(name)
    ]
    return [*_GATE, *(["/usr/bin/env", "--", *functions] if functions else ()), *words]


Environment: TypeAlias = Mapping[bytes, bytes]
"""Variables as programs are given them."""

_SECRETS: Final = tuple(map(os.fsencode, SERVER_VARIABLES))


def environment_of_step(*added: Mapping[str, str]) -> Environment:
    """This process's variables without those that hold secrets, and more of them.

    Args:
        added: variables of which the later ones win.
    """
    variables = dict(environment_now())
    for secret in _SECRETS:
        variables.pop(secret, None)
    for more in added:
        for name, value in more.items():
            variables[os.fsencode(name)] = os.fsencode(value)
    return variables


def path_of(environment: Environment) -> str:
    """Where programs are looked for."""
    return os.fsdecode(environment.get(b"PATH", os.fsencode(os.defpath)))
