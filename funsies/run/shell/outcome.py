"""What a shell step made, and how its end is judged."""

from __future__ import annotations

import dataclasses
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from funsies.core.errors import Error, ErrorKind
from funsies.core.shell_plan import ShellPlan, is_shell, output_names
from funsies.run.machine_faults.commands import machine_trouble
from funsies.run.machine_faults.memory import lacks_memory, out_of_memory
from funsies.run.process_exit import signal_name
from funsies.run.surroundings.streams import MAX_LOG_BYTES
from funsies.store.data import ArchiveChunks

from .command_output import CommandOutput, OutputStream, PrintedValue
from .failed_command import advice_on_command

HEAD_BYTES: Final = 2 * 1024
TAIL_BYTES: Final = 16 * 1024
"""How much of the end of standard error is shown in an error."""

ProducedValue: TypeAlias = PrintedValue | ArchiveChunks | int | Error
"""The bytes of the value, a file or files with them, an exit code, or why there is none."""


@dataclass(frozen=True, slots=True)
class Produced:
    """What a step made under one name.

    Attributes:
        name: ``stdout:0``, ``stderr:0``, ``returncode:0``, ..., ``file:<name>``, ...
        value: bytes, a file or files that last as long as the outcome, an exit code, an error.
    """

    name: str
    value: ProducedValue


@dataclass(frozen=True, slots=True)
class ShellOutcome:
    """What a step made.

    Attributes:
        outputs: in the order of the plan's output names.
        volatile: True if the outcome says nothing about the step itself, although it may
            look so: it was ended from outside, ran too long, or exceeded a limit that is
            not part of its identity. Such an outcome must not be remembered.
        log: the end of what it printed that is not among the outputs.
        usages: what each of its commands used, with their descendants.
    """

    outputs: tuple[Produced, ...]
    volatile: bool
    log: bytes = b""
    usages: tuple[resource.struct_rusage, ...] = ()


@dataclass(frozen=True, slots=True)
class EndedCommand:
    """A command that has ended.

    Attributes:
        text: what was run.
        returncode: exit code, or the negative number of a signal.
        stdout: its standard output.
        stderr: its standard error.
        path: the ``PATH`` by which it found programs.
    """

    text: str
    returncode: int
    stdout: OutputStream
    stderr: OutputStream
    path: str

    @property
    def lacks_memory(self) -> bool:
        """True if it failed, and says that it was not given the memory that it asked for."""
        return bool(self.returncode) and lacks_memory(_tail(self.stderr))

    @property
    def trouble(self) -> str | None:
        """What it was in the machine that made it fail; None if nothing was."""
        if not self.returncode:
            return None
        return machine_trouble(self.returncode, _tail(self.stderr), self.path)


def failed_whole(plan: ShellPlan, error: Error) -> ShellOutcome:
    """The outcome of a step that was not run to its end: one error everywhere."""
    outputs = tuple(Produced(name, error) for name in output_names(plan))
    return ShellOutcome(outputs, volatile=error.kind is not ErrorKind.InvalidInput)


def judged(
    plan: ShellPlan,
    ended: Sequence[EndedCommand],
    find_output: Callable[[str], Path | ArchiveChunks | Error],
    *,
    has_no_space: bool = False,
) -> ShellOutcome:
    """The outcome of a step whose commands have ended, or the first of them up to a failure.

    Args:
        plan: what was done.
        ended: the commands that were run.
        find_output: says where a file is that the step has made.
        has_no_space: whether what the step has written may be cut off.
    """
    failure = _failure(plan, ended)
    values = [*_stream_values(plan, ended, failure)]
    values += [failure or find_output(name) for name in plan.outputs]
    names = output_names(plan)
    return ShellOutcome(
        outputs=tuple(Produced(name, value) for name, value in zip(names, values, strict=True)),
        volatile=has_no_space or any(command.trouble is not None for command in ended),
    )


def _failure(plan: ShellPlan, ended: Sequence[EndedCommand]) -> Error | None:
    """The error of a step that is checked and whose last command failed."""
    if not plan.check or not ended[-1].returncode:
        return None
    command = ended[-1]
    how, name = f"with exit code {command.returncode}", None
    if command.returncode < 0:
        name = signal_name(-command.returncode)
        how = f"by signal {name}"
    return Error(
        kind=ErrorKind.CommandFailed,
        exit_code=command.returncode if name is None else None,
        signal=name,
        details=f"command {len(ended)} of {len(plan.commands)} ended {how}:\n"
        f"{_indented(command.text)}\n{_shown_streams(command)}{_remark(plan, command)}",
    )


def _remark(plan: ShellPlan, command: EndedCommand) -> str:
    """What to know and to do about a failure, on a line of its own; empty if nothing."""
    said = command.trouble
    if said is None and is_shell(plan.interpreter):
        said = advice_on_command(command.text, command.returncode, _tail(command.stderr))
    if said is None:
        return ""
    return said if _shown_streams(command).endswith("\n") else f"\n{said}"


def _stream_values(
    plan: ShellPlan, ended: Sequence[EndedCommand], failure: Error | None
) -> Iterator[ProducedValue]:
    for index in range(len(plan.commands)):
        if index < len(ended):
            command = ended[index]
            has_failed = failure is not None and command is ended[-1]
            yield failure if failure is not None and has_failed else command.stdout.value
            yield command.stderr.value
            yield command.returncode
        elif failure is not None:  # it was never run
            yield from (failure, failure, failure)


def running_text(plan: ShellPlan, index: int) -> str:
    r"""Show which command was running.

    >>> running_text(ShellPlan(("a", "b")), 1)
    'command 2 of 2:\n    b'
    """
    return f"command {index + 1} of {len(plan.commands)}:\n{_indented(plan.commands[index])}"


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())


def shown_stderr(stream: OutputStream) -> str:
    """What a command wrote to standard error; of what is long the beginning and the end."""
    if not stream.size_bytes:
        return "It wrote nothing to standard error."
    left_out = stream.size_bytes - HEAD_BYTES - TAIL_BYTES
    if left_out <= 0:
        return f"Its standard error:\n{_text(stream.piece(0, stream.size_bytes))}"
    head = _text(stream.piece(0, HEAD_BYTES))
    return (
        f"Its standard error:\n{head} ... {left_out:,} bytes left out ...\n"
        f"The end of its standard error:\n{_tail(stream)}"
    )


def _shown_streams(command: EndedCommand) -> str:
    """What a command said of its failure: many say it on standard output."""
    stderr = shown_stderr(command.stderr)
    if command.stderr.size_bytes or not command.stdout.size_bytes:
        return stderr
    end = _text(command.stdout.tail(HEAD_BYTES))
    return f"{stderr} The end of its standard output:\n{end}"


def _tail(stream: OutputStream) -> str:
    return _text(stream.tail(TAIL_BYTES))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


_KILLED: Final = frozenset({-signal.SIGKILL, 128 + signal.SIGKILL})


def timed_out(plan: ShellPlan, index: int, timeout_seconds: float | None) -> Error:
    """The error of a step whose time was over while this command ran."""
    return Error(
        kind=ErrorKind.JobTimedOut,
        details=f"the step ran longer than its timeout of {timeout_seconds} s, in "
        f"{running_text(plan, index)}",
    )


def wrote_too_much(plan: ShellPlan, index: int, stream: str, max_bytes: int | None) -> Error:
    """The error of a step whose command wrote more than it may."""
    return Error(
        kind=ErrorKind.CommandFailed,
        details=f"more than {max_bytes} bytes on {stream} by "
        f"{running_text(plan, index)}\nWrite them to a file that is an output of the step, "
        "or raise options(max_output_bytes=...)",
    )


def removed_too_much(plan: ShellPlan, index: int) -> Error:
    """The error of a step whose command has removed what the step needs."""
    return Error(
        kind=ErrorKind.CommandFailed,
        details="the step's directory, or what is kept beside it, was removed by "
        f"{running_text(plan, index)}\nA step may remove only what is in its directory",
    )


def ran_out_of_memory(
    plan: ShellPlan,
    ended: list[EndedCommand],
    peak_bytes: int | None,
    *,
    was_for_memory: bool,
) -> Error | None:
    """The error of a step that ran out of memory; None if it did not, or not for certain.

    A command that is not checked may be expected to fail; only a kill is known for what it is.
    """
    last = ended[-1]
    where = running_text(plan, len(ended) - 1)
    if was_for_memory and last.returncode in _KILLED:
        what = f"the system killed a process of the step because memory was used up, in {where}"
        return out_of_memory(what, peak_bytes=peak_bytes, signal="SIGKILL")
    if plan.check and (was_for_memory or last.lacks_memory) and last.returncode:
        what = f"there was not enough memory for {where}\n{shown_stderr(last.stderr)}"
        code = max(last.returncode, 0) or None
        return out_of_memory(what.rstrip("\n"), peak_bytes=peak_bytes, exit_code=code)
    return None


MAX_STREAM_BYTES: Final = MAX_LOG_BYTES // 2
"""Of each stream, the last bytes that are kept: a long one must not push out the other."""


def with_log(outcome: ShellOutcome, printed: CommandOutput) -> ShellOutcome:
    """Add the ends of the streams in whose places there are errors.

    Args:
        outcome: of a step.
        printed: all that its commands have printed.
    """
    log = b"".join(stream.tail(MAX_STREAM_BYTES) for stream in _lost(outcome, printed))
    return dataclasses.replace(outcome, log=log[-MAX_LOG_BYTES:]) if log else outcome


def _lost(outcome: ShellOutcome, printed: CommandOutput) -> Iterator[OutputStream]:
    """What was printed and is not among the results."""
    failed = {each.name for each in outcome.outputs if isinstance(each.value, Error)}
    if not failed:
        return
    for stream in printed.streams:
        if stream.name.replace("-", ":") in failed and not stream.is_lost:
            yield stream
