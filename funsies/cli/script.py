"""Running a user's script inside this process, as ``python script.py`` would."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Final

import click

from funsies.config.urls import hide_secrets

from .exits import Exit

_PACKAGE: Final = str(Path(__file__).parents[1])


def run_script(script: Path, arguments: Sequence[str]) -> int:
    """Run a script as the main module of this process.

    The script stays the main module afterwards: steps are still to be sent that it defines.

    Args:
        script: the file.
        arguments: for ``sys.argv``.

    Returns:
        0 if it ended normally, else its exit code: 1 after an exception, which is shown on
        stderr with the frames of the user's code only.

    Raises:
        KeyboardInterrupt: if the user interrupts it.
    """
    path = script.absolute()
    module = ModuleType("__main__")
    module.__file__ = str(path)
    module.__dict__["__builtins__"] = __builtins__
    with _as_main(module, path, [str(script), *arguments]):
        try:
            code = compile(path.read_bytes(), str(path), "exec", dont_inherit=True)
            exec(code, module.__dict__)  # noqa: S102 - running the user's script is the task
        except SystemExit as leaving:
            return _exit_code(leaving)
        except Exception as problem:  # noqa: BLE001 - whatever the script raises is shown
            click.echo(hide_secrets(users_traceback(problem)), err=True, nl=False)
            return Exit.RESULT_IS_ERROR
    return Exit.OK


def users_traceback(problem: BaseException) -> str:
    """Format an exception without the frames of funsies itself."""
    formatted = traceback.TracebackException.from_exception(problem)
    _drop_own_frames(formatted)
    return "".join(formatted.format())


@contextmanager
def _as_main(module: ModuleType, path: Path, argv: list[str]) -> Iterator[None]:
    before_argv = sys.argv
    sys.modules["__main__"] = module
    sys.argv = argv
    sys.path.insert(0, str(path.parent))
    try:
        yield
    finally:
        sys.argv = before_argv
        _flush()


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        stream.flush()


def _exit_code(leaving: SystemExit) -> int:
    if leaving.code is None:
        return Exit.OK
    if isinstance(leaving.code, int):
        return leaving.code
    click.echo(str(leaving.code), err=True)
    return Exit.RESULT_IS_ERROR


def _drop_own_frames(formatted: traceback.TracebackException) -> None:
    pending: list[traceback.TracebackException | None] = [formatted]
    while pending:
        each = pending.pop()
        if each is not None:
            users = [frame for frame in each.stack if not _is_ours(frame.filename)]
            each.stack = traceback.StackSummary.from_list(users)
            pending += [each.__cause__, each.__context__, *(each.exceptions or ())]


def _is_ours(filename: str) -> bool:
    return filename.startswith((_PACKAGE, "<frozen "))
