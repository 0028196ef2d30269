"""What a shell step made, and how its end is judged."""

from __future__ import annotations

import dataclasses
import re
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

from funsies.core.errors import Error, ErrorKind
from funsies.core.shell_plan import ShellPlan, is_shell, output_names
from funsies.store.data import ArchiveChunks

from .files import STEP_PREFIX
from .machine_trouble import machine_trouble
from .out_of_memory import lacks_memory
from .printed import Printed, PrintedValue, Stream
from .process_exit import signal_name
from .surroundings.streams import MAX_LOG_BYTES

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
    stdout: Stream
    stderr: Stream
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
        said = advice(command.text, command.returncode, _tail(command.stderr))
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


def shown_stderr(stream: Stream) -> str:
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


def _tail(stream: Stream) -> str:
    return _text(stream.tail(TAIL_BYTES))


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace")


BROKEN_PIPE: Final = 128 + signal.SIGPIPE
"""Exit code of a pipe, under ``pipefail``, whose writer was ended because its reader left."""

_SILENT: Final = {
    r"\b[efz]?grep\b": "grep that finds nothing (no failure? write grep ... || test $? = 1)",
    r"\b(diff|cmp)\b": "diff and cmp of files that differ",
    r"\(\(|\blet\b": "(( )) and let whose value is 0 (write i=$((i + 1)))",
    r"\bread\b": "read at the end of its input",
    r"\bexpr\b": "expr whose value is 0",
}
"""Commands that tell something by exit code 1, and what they tell."""


_NO_FILE: Final = re.compile(
    r"""(?P<cd>\bcd: )?(?<![^\s'"\u2018\u2019:])(?P<before>[^\s'"\u2018\u2019:]+)['"\u2019]?"""
    r"""(?: for reading|: Cannot \w+)?: (?:\[Errno 2\] )?No such file(?! or directory: ['"])"""
    r"""|No such file or directory: ['"](?P<after>[^'"]+)"""
)
"""A name is looked for where a word begins: else a long word would take seconds."""


def advice(text: str, returncode: int, stderr_tail: str) -> str | None:
    """What to do about a command of a shell that failed by itself; None if it says enough.

    Args:
        text: of the command.
        returncode: its exit code.
        stderr_tail: end of its standard error.

    >>> print(advice("yes | head -1", 141, ""))
    Exit code 141: ...
    >>> print(advice("wc a.txt", 1, "wc: a.txt: No such file or directory"))
    It runs in a directory of its own, ...put_file("a.txt")}
    """
    if returncode == BROKEN_PIPE:
        return (
            f"Exit code {BROKEN_PIPE}: the reader of a pipe (head, grep -q) left before the "
            "writer had ended, which is a failure of the pipe in a strict shell. Take a reader "
            'that reads to the end ("sed -n 1,10p" for "head", "grep ... > /dev/null" for '
            '"grep -q"), or begin the text with "set +o pipefail"'
        )
    if stderr_tail:
        return _about_files(stderr_tail)
    return "\n".join(_about_silence(text, returncode)) or None


def _about_files(stderr_tail: str) -> str | None:
    """What to do about a file that is where the program runs, and not where the step does."""
    for found in reversed(list(_NO_FILE.finditer(stderr_tail))):
        path = found["before"] or found["after"]
        name = path.rpartition("/")[2] if STEP_PREFIX in path else path
        if name and not name.startswith("/"):
            return (
                "It runs in a directory of its own, with no files but those of inp= and what "
                f"the step has made: {_given(name, is_directory=bool(found['cd']))}"
            )
    return None


def _given(name: str, *, is_directory: bool) -> str:
    """How the step is given what it looks for."""
    path = name.removeprefix("./").rstrip("/")
    if any(each in path for each in "*?[") or not path:
        return "name each of your files, inp={name: put_file(path)}"
    if is_directory:
        return f'inp={{"{path}/": put_dir("{path}")}}'
    return f'inp={{"{path}": put_file("{path}")}}'


def _about_silence(text: str, returncode: int) -> Iterator[str]:
    """What may be behind an exit code that nothing explains."""
    found = [each for pattern, each in _SILENT.items() if re.search(pattern, text)]
    if returncode == 1 and found:
        yield f"Exit code 1 is also how these end: {'; '.join(found)}"
    if "\n" in text.strip():
        yield 'To see which line failed, begin the text with "set -x"'


MAX_STREAM_BYTES: Final = MAX_LOG_BYTES // 2
"""Of each stream, the last bytes that are kept: a long one must not push out the other."""


def with_log(outcome: ShellOutcome, printed: Printed) -> ShellOutcome:
    """Add the ends of the streams in whose places there are errors.

    Args:
        outcome: of a step.
        printed: all that its commands have printed.
    """
    log = b"".join(stream.tail(MAX_STREAM_BYTES) for stream in _lost(outcome, printed))
    return dataclasses.replace(outcome, log=log[-MAX_LOG_BYTES:]) if log else outcome


def _lost(outcome: ShellOutcome, printed: Printed) -> Iterator[Stream]:
    """What was printed and is not among the results."""
    failed = {each.name for each in outcome.outputs if isinstance(each.value, Error)}
    if not failed:
        return
    for stream in printed.streams:
        if stream.name.replace("-", ":") in failed and not stream.is_lost:
            yield stream
