"""The processes of a shell step: none of them is left behind."""

from __future__ import annotations

import functools
import math
import resource
import select
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from funsies.core.durations import LONGEST_WAIT_SECONDS
from funsies.run.orphans import Orphanage
from funsies.run.signals import Notice, TimedOut
from funsies.run.watcher import Watcher

from .command import Command, Environment, registering, through_the_gate
from .command_output import CommandOutput, OutputStream, TooMuchOutputError

SHOWN_AFTER_SECONDS: Final = 0.5
"""What a step prints that runs for longer goes into files, for who may follow it.

Shorter than the time after which a worker looks whether somebody does."""


class Processes:
    """Runs the commands of one step; made by :func:`processes`."""

    def __init__(
        self,
        watcher: Watcher,
        notice: Notice,
        printed: CommandOutput,
        *,
        deadline: float | None,
        grace_seconds: float,
    ) -> None:
        self._watcher = watcher
        self._printed = printed
        self._deadline = deadline
        self._shown_at = time.monotonic() + SHOWN_AFTER_SECONDS
        self._grace_seconds = grace_seconds
        self._commands: list[Command] = []
        self._is_starting = False
        self._poll = select.poll()
        self._ready: dict[int, Callable[[], object]] = {}
        if notice.is_open:
            self._listen(notice.fileno(), notice.raise_interrupted)

    def run(self, words: Sequence[str], *, directory: Path, environment: Environment) -> int:
        """Run a command to its end.

        Args:
            words: the program and its arguments, of which the last is the text.
            directory: where it runs.
            environment: all of its environment.

        Returns:
            Exit code, or the negative number of the signal that ended it.

        Raises:
            TimedOut: if the deadline came; the processes had SIGTERM and their grace.
            TooMuchOutputError: if it wrote more than it may.
            Interrupted: if a signal came that ends this process.
            OSError: if it cannot be started, or its output not be kept.
        """
        before = self._watcher.make_room()
        ready = registering(words, environment)
        if ready is not None:
            returncode = self._run(ready, directory, environment)
            if returncode <= 0 or self._watcher.registered_bytes > before:
                return returncode
            self._printed.forget_last_command()  # the shell could not even read it
        return self._run(through_the_gate(words, environment), directory, environment)

    def _run(self, words: Sequence[str], directory: Path, environment: Environment) -> int:
        command = self._start(words, directory, environment)
        if not self._wait(command, self._deadline):
            self._terminate(command)
            raise TimedOut
        for stream in command.streams:
            stream.empty()
        returncode = command.end.returncode()
        command.end.close()
        if returncode is None:
            raise ChildProcessError("the exit code of a command was taken by somebody else")
        return returncode

    def _start(
        self, words: Sequence[str], directory: Path, environment: Environment
    ) -> Command:
        self._is_starting = True
        try:
            command = Command(
                words,
                directory,
                environment,
                register=self._watcher.register,
                printed=self._printed,
            )
        except OSError:
            self._is_starting = False
            raise
        self._commands.append(command)
        self._is_starting = False
        for stream in command.streams:
            self._listen(
                stream.fileno(), functools.partial(self._move, stream.fileno(), stream)
            )
        self._poll.register(command.end, select.POLLIN)
        return command

    def _listen(self, descriptor: int, act: Callable[[], object]) -> None:
        self._poll.register(descriptor, select.POLLIN)
        self._ready[descriptor] = act

    def _move(self, descriptor: int, stream: OutputStream) -> None:
        if not stream.move():
            self._poll.unregister(descriptor)

    def _wait(self, command: Command, deadline: float | None) -> bool:
        """Move output until the command has ended; False if the deadline comes first."""
        end = command.end.fileno()
        while True:
            now = time.monotonic()
            left = math.inf if deadline is None else max(0.0, deadline - now)
            has_ended = False
            for descriptor, _ in self._poll.poll(self._milliseconds(left, now)):
                if descriptor == end:
                    has_ended = True
                else:
                    self._ready[descriptor]()
            if has_ended:
                self._poll.unregister(end)
                return True
            if not left:
                return False

    def _milliseconds(self, left_seconds: float, now: float) -> int:
        """How long to wait at once; what is printed goes into files when it is time."""
        if not self._printed.is_in_files:
            if now >= self._shown_at:
                self._printed.to_files()
            else:
                left_seconds = min(left_seconds, self._shown_at - now)
        return math.ceil(1000 * min(left_seconds, LONGEST_WAIT_SECONDS))

    def _terminate(self, command: Command) -> None:
        """Ask all processes to end, and give the running command some time for it."""
        self._signal_all(signal.SIGTERM)
        with suppress(TooMuchOutputError):
            self._wait(command, time.monotonic() + self._grace_seconds)

    def kill(self) -> None:
        """Kill all groups, and keep what they have written so far."""
        if self._is_starting:  # interrupted before the command was known here
            self._watcher.finish()
        self._signal_all(signal.SIGKILL)
        for stream in self._printed.streams:
            with suppress(TooMuchOutputError):
                stream.empty()

    def collect(self) -> None:
        """Wait for all commands, which have ended or were killed, and close what is open.

        The watcher forgets them while their numbers are still theirs.
        """
        self._printed.close()
        for command in self._commands:
            command.end.returncode()
        self._watcher.forget()
        for command in self._commands:
            command.collect()

    @property
    def usages(self) -> list[resource.struct_rusage]:
        """What each command and its descendants used, when all have been waited for."""
        return [each.usage for each in self._commands if each.usage is not None]

    def _signal_all(self, number: signal.Signals) -> None:
        for command in self._commands:
            command.signal_group(number)


@contextmanager
def processes(
    notice: Notice,
    watcher: Watcher,
    printed: CommandOutput,
    usages: list[resource.struct_rusage],
    *,
    deadline: float | None = None,
    grace_seconds: float = 5.0,
) -> Iterator[Processes]:
    """Run commands one after the other, and leave no process behind.

    Background processes live on from one command to the next, and end with the block; so
    do, if this process is a subreaper, those that left their group. If this process is killed,
    the watcher kills the groups.

    Args:
        notice: tells of signals that end this process.
        watcher: in whose register the commands write their groups; forgets them at the end.
        printed: takes what they print.
        usages: what each command used is added, when all have ended.
        deadline: when the commands must have ended, by the monotonic clock; None for never.
        grace_seconds: time between SIGTERM and SIGKILL at the deadline.
    """
    with ExitStack() as cleaning:  # from the last line to the first
        cleaning.callback(Orphanage().clear)
        running = Processes(
            watcher, notice, printed, deadline=deadline, grace_seconds=grace_seconds
        )
        cleaning.callback(lambda: usages.extend(running.usages))
        cleaning.callback(running.collect)
        cleaning.callback(running.kill)
        yield running
