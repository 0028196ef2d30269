"""Running a shell step: files in, commands, files out."""

from __future__ import annotations

import dataclasses
import functools
import resource
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final

from funsies.core.durations import deadline_after
from funsies.core.errors import Error, ErrorKind, FileNameError, FunsiesError
from funsies.core.shell_plan import ShellPlan
from funsies.run.live_output import NOBODY, Listener
from funsies.run.machine_faults.commands import (
    NOT_EXECUTABLE,
    NOT_FOUND,
    has_no_space,
    missing_interpreter,
)
from funsies.run.machine_faults.memory import out_of_memory_kills
from funsies.run.process_exit import peak_memory_bytes
from funsies.run.signals import Timed, TimedOut, held_signals, interruption_resumed
from funsies.run.step_directories import cannot_run_here

from .command import Environment, environment_of_step, path_of
from .command_output import CommandOutput, TooMuchOutputError
from .input_files import InputFile, SharedInputs, write_inputs
from .outcome import (
    EndedCommand,
    ShellOutcome,
    failed_whole,
    judged,
    ran_out_of_memory,
    removed_too_much,
    timed_out,
    with_log,
    wrote_too_much,
)
from .output_files import gather_output
from .processes import Processes, processes
from .workspace import Workspace
from .workspace import workspace as workspace_in

GRACE_SECONDS: Final = 1.0
"""Time between SIGTERM and SIGKILL when a step has run too long.

Shorter than the time after which a worker kills the whole process that runs the step."""

_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class _RemovedError(Exception):
    """A command has removed the directory in which it runs, or what is kept beside it."""


class _NeedsCopiesError(Exception):
    """Input files that are links stood in the way of a command."""


class _NoInterpreterError(Exception):
    """This machine has not the program that is to run the commands."""

    def __init__(self, error: Error) -> None:
        super().__init__(error.details)
        self.error = error


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a step may use; see :func:`run_shell`."""

    timeout_seconds: float | None
    timed: Timed
    grace_seconds: float
    max_output_bytes: int | None


@contextmanager
def run_shell(
    plan: ShellPlan,
    inputs: Mapping[str, InputFile],
    *,
    environment: Mapping[str, str] = _NOTHING,
    timeout_seconds: float | None = None,
    timed: Timed = nullcontext,
    grace_seconds: float = GRACE_SECONDS,
    max_output_bytes: int | None = None,
    directory: Path | None = None,
    listener: Listener = NOBODY,
) -> Iterator[ShellOutcome]:
    """Run a shell step in a fresh directory.

    Whatever happens, no process of the step and no file of it is left behind; also if this
    process gets SIGTERM or Ctrl-C meanwhile, which do what they do by default afterwards.
    If an input file that is a link stands in its way, it is run a second time, with copies.

    Args:
        plan: what to do.
        inputs: contents of the input files, by name. What opening or reading them raises
            comes through as it is.
        environment: variables added to this process's environment, not part of the step's
            identity; the plan's own win over them.
        timeout_seconds: longest run time of all commands together; None for no limit.
        timed: encloses the run of the commands, and is told its longest time.
        grace_seconds: time between SIGTERM and SIGKILL then.
        max_output_bytes: longest standard output, and longest standard error, of a command;
            None for no limit.
        directory: where to make the step's directory; None for the system's default.
        listener: told where the commands print.

    Yields:
        What the step made; its files are there until the block ends.
    """
    limits = _Limits(timeout_seconds, timed, grace_seconds, max_output_bytes)
    variables = environment_of_step(environment, dict(plan.env))
    with interruption_resumed(), ExitStack() as stack:
        attempt = functools.partial(
            _run,
            stack,
            plan,
            variables=variables,
            limits=limits,
            directory=directory,
            listener=listener,
        )
        try:
            try:
                outcome = attempt(inputs)
            except _NeedsCopiesError:
                stack.close()
                outcome = attempt({name: each.copied() for name, each in inputs.items()})
        except FileNameError as problem:
            outcome = failed_whole(plan, _invalid_input(problem))
        except OSError as problem:
            if isinstance(problem, FunsiesError):  # from where an input is kept
                raise
            outcome = failed_whole(plan, cannot_run_here(problem))
        yield outcome


def _run(
    stack: ExitStack,
    plan: ShellPlan,
    inputs: Mapping[str, InputFile],
    *,
    variables: Environment,
    limits: _Limits,
    directory: Path | None,
    listener: Listener,
) -> ShellOutcome:
    """Run a step in a directory that lasts as long as the stack."""
    workspace = stack.enter_context(workspace_in(directory))
    printed = CommandOutput(workspace.streams, limits.max_output_bytes)
    listener.prints_to(workspace.streams, printed.to_files)
    shared = SharedInputs(workspace.shared)
    stack.callback(shared.forget_changed)
    write_inputs(workspace.work, inputs)
    for name, content in inputs.items():
        shared.note(name, workspace.work / name, content)
    ended: list[EndedCommand] = []
    usages: list[resource.struct_rusage] = []
    commands = _Commands(plan, workspace, printed, variables, limits)
    outcome = _outcome(commands, ended, usages)
    if shared.are_in_the_way(ended):
        workspace.is_reusable = (
            False  # who follows the step knows its runs by their directories
        )
        raise _NeedsCopiesError
    whole = with_log(shared.judged(plan, outcome), printed)
    return dataclasses.replace(whole, usages=tuple(usages))


@dataclass(frozen=True, slots=True)
class _Commands:
    """The commands of a step, and all that they run with."""

    plan: ShellPlan
    workspace: Workspace
    printed: CommandOutput
    variables: Environment
    limits: _Limits


def _outcome(
    commands: _Commands, ended: list[EndedCommand], usages: list[resource.struct_rusage]
) -> ShellOutcome:
    """Run the commands, and judge their end when no process of theirs is left."""
    plan, limits, work = commands.plan, commands.limits, commands.workspace.work
    kills_before = out_of_memory_kills()
    try:
        _run_commands(commands, ended, usages)
    except TimedOut:
        return failed_whole(plan, timed_out(plan, len(ended), limits.timeout_seconds))
    except TooMuchOutputError as problem:
        return failed_whole(
            plan, wrote_too_much(plan, len(ended), problem.stream, limits.max_output_bytes)
        )
    except _NoInterpreterError as problem:
        return failed_whole(plan, problem.error)
    except _RemovedError:
        return failed_whole(plan, removed_too_much(plan, len(ended)))
    was_for_memory = out_of_memory_kills() > kills_before
    peak_bytes = max(map(peak_memory_bytes, usages), default=None)
    if error := ran_out_of_memory(plan, ended, peak_bytes, was_for_memory=was_for_memory):
        return failed_whole(plan, error)
    return judged(
        plan, ended, functools.partial(gather_output, work), has_no_space=has_no_space(work)
    )


def _run_commands(
    commands: _Commands, ended: list[EndedCommand], usages: list[resource.struct_rusage]
) -> None:
    """Run the commands in order; add those that have ended, and what each used."""
    plan, limits = commands.plan, commands.limits
    with (
        limits.timed(limits.timeout_seconds),
        held_signals() as notice,
        processes(
            notice,
            commands.workspace.watcher,
            commands.printed,
            usages,
            deadline=deadline_after(limits.timeout_seconds),
            grace_seconds=limits.grace_seconds,
        ) as running,
    ):
        for text in plan.commands:
            ended.append(_run_one(running, commands, text))
            if ended[-1].returncode in (NOT_EXECUTABLE, NOT_FOUND):
                _require_interpreter(commands)
            if plan.check and ended[-1].returncode:
                break


def _run_one(running: Processes, commands: _Commands, text: str) -> EndedCommand:
    work, variables = commands.workspace.work, commands.variables
    words = (*commands.plan.interpreter, text)
    try:
        returncode = running.run(words, directory=work, environment=variables)
    except OSError:
        _require_interpreter(commands)
        raise
    stdout, stderr = commands.printed.streams[-2:]
    if not work.exists() or stdout.is_lost or stderr.is_lost:
        raise _RemovedError
    return EndedCommand(text, returncode, stdout, stderr, path_of(variables))


def _require_interpreter(commands: _Commands) -> None:
    """See whether an exit code is that of a command, or says that nothing was run."""
    words, work = commands.plan.interpreter, commands.workspace.work
    error = missing_interpreter(words, work, path_of(commands.variables))
    if error is not None:
        raise _NoInterpreterError(error)


def _invalid_input(problem: FileNameError) -> Error:
    return Error(kind=ErrorKind.InvalidInput, details=str(problem))
