"""The processes of a shell step: none of them is left behind."""

from __future__ import annotations

import functools
import resource
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector

from funsies.core.durations import LONGEST_WAIT_SECONDS

from .command import Command, Stream, TooMuchOutputError
from .interruption import Notice
from .orphans import Orphanage
from .watcher import Watcher


class TimedOutError(Exception):
    """The commands did not end in time."""


class Processes:
    """Runs the commands of one step; made by :func:`processes`."""

    def __init__(
        self,
        watcher: Watcher,
        notice: Notice,
        *,
        deadline: float | None,
        grace_seconds: float,
        max_output_bytes: int | None,
    ) -> None:
        self._watcher = watcher
        self._deadline = deadline
        self._grace_seconds = grace_seconds
        self._max_output_bytes = max_output_bytes
        self._commands: list[Command] = []
        self._selector = DefaultSelector()
        self._selector.register(notice, EVENT_READ, notice.raise_interrupted)

    def run(
        self,
        words: Sequence[str],
        *,
        directory: Path,
        environment: Mapping[str, str],
        stdout: Path,
        stderr: Path,
    ) -> int:
        """Run a command to its end.

        Args:
            words: the program and its arguments.
            directory: where it runs.
            environment: all of its environment.
            stdout: new file for its standard output.
            stderr: new file for its standard error.

        Returns:
            Exit code, or the negative number of the signal that ended it.

        Raises:
            TimedOutError: if the deadline came; the processes had SIGTERM and their grace.
            TooMuchOutputError: if it wrote more than it may.
            Interrupted: if a signal came that ends this process.
            OSError: if it cannot be started, or its output not be kept.
        """
        command = Command(words, directory, environment)
        self._commands.append(command)
        self._watcher.watch(command.group)
        command.stream_to(stdout, stderr, self._max_output_bytes)
        self._listen(command)
        command.release()
        if not self._wait(command, self._deadline):
            self._terminate(command)
            raise TimedOutError
        self._selector.unregister(command)
        for stream in command.streams:
            stream.empty()
        if command.returncode is None:
            raise ChildProcessError("the exit code of a command was taken by somebody else")
        return command.returncode

    def _listen(self, command: Command) -> None:
        self._selector.register(command, EVENT_READ, command.note_end)
        for stream in command.streams:
            self._selector.register(stream, EVENT_READ, functools.partial(self._move, stream))

    def _move(self, stream: Stream) -> None:
        if not stream.move():
            self._selector.unregister(stream)

    def _wait(self, command: Command, deadline: float | None) -> bool:
        """Move output until the command has ended; False if the deadline comes first."""
        while not command.has_ended:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            at_most = None if left is None else min(left, LONGEST_WAIT_SECONDS)
            ready = self._selector.select(at_most)
            for key, _ in ready:
                key.data()
            if left == 0.0 and not command.has_ended:
                return False
        return True

    def _terminate(self, command: Command) -> None:
        """Ask all processes to end, and give the running command some time for it."""
        self._signal_all(signal.SIGTERM)
        with suppress(TooMuchOutputError):
            self._wait(command, time.monotonic() + self._grace_seconds)

    def kill(self) -> None:
        """Kill all groups, and keep what they have written so far."""
        self._signal_all(signal.SIGKILL)
        for command in self._commands:
            for stream in command.streams:
                with suppress(TooMuchOutputError):
                    stream.empty()

    def collect(self) -> None:
        """Wait for all commands, which have ended or were killed, and close what is open."""
        self._selector.close()
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
    usages: list[resource.struct_rusage],
    *,
    deadline: float | None = None,
    grace_seconds: float = 5.0,
    max_output_bytes: int | None = None,
) -> Iterator[Processes]:
    """Run commands one after the other, and leave no process behind.

    Background processes live on from one command to the next, and end with the block; so
    do, if this process is a subreaper, those that left their group. If this process is killed,
    the watcher kills the groups.

    Args:
        notice: tells of signals that end this process.
        watcher: of their directory; told of each group, and dismissed by whoever started it.
        usages: what each command used is added, when all have ended.
        deadline: when the commands must have ended, by the monotonic clock; None for never.
        grace_seconds: time between SIGTERM and SIGKILL at the deadline.
        max_output_bytes: what each stream of a command may carry; None for no limit.
    """
    with ExitStack() as cleaning:  # from the last line to the first
        cleaning.callback(Orphanage().clear)
        running = Processes(
            watcher,
            notice,
            deadline=deadline,
            grace_seconds=grace_seconds,
            max_output_bytes=max_output_bytes,
        )
        cleaning.callback(lambda: usages.extend(running.usages))
        cleaning.callback(running.collect)
        cleaning.callback(running.kill)
        yield running
