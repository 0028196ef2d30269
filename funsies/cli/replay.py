"""``funsies replay``: run a Python step again in this process, in a debugger if asked to."""

from __future__ import annotations

import pdb  # noqa: T100 - the debugger is what this is for
import sys
import traceback
from pathlib import Path
from types import TracebackType

import click
from returns.pipeline import is_successful

import funsies
from funsies.core.encoding import to_preview
from funsies.core.fingerprint.project import is_project
from funsies.report.replay import Replay, prepare_replay

from .completion import STEP
from .exits import Exit
from .named import look_up
from .notes import note
from .setting import Setting
from .streams import OutputError


@click.command()
@click.argument("prefix", metavar="HASH", type=STEP)
@click.option("--pdb", "debugs", is_flag=True, help="Debug the exception where it is raised.")
@click.pass_obj
def replay(setting: Setting, *, prefix: str, debugs: bool) -> int:
    r"""Run a Python step again in this process, with its real inputs.

    Nothing is stored. What the function returns is printed as funsies cat prints it; what it
    raises is shown, and the exit code is 1. With --pdb the debugger opens at the line of your
    code where it was raised, with the lines around it; breakpoint() in the function works, too.
    A function whose definition is not signed with the key of the project is never loaded.

    \b
    Example:
      funsies replay --pdb 3f2a9
    """
    with setting.session() as session:
        replayed = prepare_replay(session.backend, look_up(session.backend, prefix).step)
    try:
        value = replayed.call()
    except OutputError:
        raise  # the step is not to blame for where its output goes
    except (Exception, SystemExit) as problem:  # noqa: BLE001 - user code may raise anything
        return _show(problem, debugs=debugs)
    if debugs:
        note("nothing was raised: put breakpoint() into the function to stop there")
    return _print(replayed, value)


def _show(problem: BaseException, *, debugs: bool) -> Exit:
    trace = _users_own(problem.__traceback__)
    shown = "".join(traceback.format_exception(type(problem), problem, trace))
    click.echo(shown, err=True, nl=False)
    if debugs and trace is not None:
        debug_at_the_step(trace)
    return Exit.RESULT_IS_ERROR


def _users_own(trace: TracebackType | None) -> TracebackType | None:
    """The traceback without our own frames at its beginning."""
    ours = str(Path(funsies.__file__).parent)
    while trace is not None and trace.tb_next is not None:
        if not trace.tb_frame.f_code.co_filename.startswith(ours):
            return trace
        trace = trace.tb_next
    return trace


def _print(replayed: Replay, value: object) -> Exit:
    code = Exit.OK
    if replayed.is_dynamic:
        click.echo(repr(value))
        note("this is what the step goes on with; it is not run here")
        return code
    encoded = replayed.encoded(value)
    for output, each in zip(replayed.step.task.outputs, encoded, strict=True):
        if is_successful(each):
            sys.stdout.flush()
            sys.stdout.buffer.write(to_preview(output.wire, each.unwrap()))
        else:
            code = Exit.RESULT_IS_ERROR
            note(f"funsies: {each.failure().kind.value}: {each.failure().details}")
    is_same = replayed.is_as_stored(encoded)
    if is_same is not None:
        note("\nthe same as stored" if is_same else "\nnot what is stored")
    return code


def debug_at_the_step(trace: TracebackType) -> None:
    """Open the debugger after an exception, in the user's own code.

    Args:
        trace: where the exception went through.
    """
    debugger = _AtTheStep(_frames_above(trace))
    debugger.reset()
    debugger.interaction(None, trace)


def _frames_above(trace: TracebackType) -> int:
    """How many frames of libraries there are between the exception and the user's code."""
    frames = [frame for frame, _ in traceback.walk_tb(trace)]
    own = [at for at, frame in enumerate(frames) if is_project(frame.f_code)]
    return len(frames) - 1 - own[-1] if own else 0


class _AtTheStep(pdb.Pdb):
    """Goes up to the user's code before it asks, and shows the lines around.

    Args:
        above: how many frames to go up.
    """

    def __init__(self, above: int) -> None:
        super().__init__()
        self._first = [*([f"up {above}"] if above else []), "list"]

    def preloop(self) -> None:
        """Do that once, before the first prompt."""
        super().preloop()
        while self._first:
            self.onecmd(self._first.pop(0))
