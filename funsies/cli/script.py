"""The program that ``funsies run`` is given: a script, or a module of a package.

It is run inside this process, as ``python script.py`` and ``python -m module`` would.
"""

from __future__ import annotations

import importlib.util
import os
import shlex
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, ModuleType
from typing import Final, TypeAlias

import click

from funsies.config.program import hidden_arguments
from funsies.core.cutting import printable
from funsies.core.errors import FunsiesError
from funsies.store.server_address import hide_secrets

from .exits import Exit
from .streams import OutputError, flush_output

_PACKAGE: Final = str(Path(__file__).parents[1])


class EndOfScript(BaseException):
    """Raised by what watches a program, to end it; it is no failure of the program."""


IsEnd: TypeAlias = Callable[[FunsiesError], bool]
"""Tells whether an exception is the end of the run, and no failure of the program."""


def run_script(
    script: Path, arguments: Sequence[str], is_end: IsEnd = lambda _problem: False
) -> int:
    """Run a script as the main module of this process.

    The script stays the main module afterwards: steps are still to be sent that it defines.

    Args:
        script: the file.
        arguments: for ``sys.argv``.
        is_end: tells which exceptions are not shown but raised.

    Returns:
        0 if it ended normally, else its exit code: 1 after an exception, which is shown on
        stderr with the frames of the user's code only.

    Raises:
        KeyboardInterrupt: if the user interrupts it.
        OutputError: if what it prints cannot be written.
        FunsiesError: if it is the end of the run.
    """
    path = script.absolute()
    module = _main_module(str(path))

    def code() -> CodeType:
        return compile(path.read_bytes(), str(path), "exec", dont_inherit=True)

    folder = path.resolve().parent  # as Python has it, also where the script is a link
    with _as_main(module, folder, [str(script), *arguments]):
        return _exit_code_of(code, module, is_end)


def run_module(
    name: str, arguments: Sequence[str], is_end: IsEnd = lambda _problem: False
) -> int:
    """Run a module, or the ``__main__`` of a package, as ``python -m`` does.

    Args:
        name: its dotted name, as it is imported from the current directory.
        arguments: for ``sys.argv``.
        is_end: tells which exceptions are not shown but raised.

    Returns:
        As :func:`run_script`; 2 if there is no such module.

    Raises:
        KeyboardInterrupt: if the user interrupts it.
        OutputError: if what it prints cannot be written.
        FunsiesError: if it is the end of the run.
    """
    module = _main_module("")

    def code() -> CodeType:  # parents are imported here, which may fail as the module may
        spec, found = _located(name)
        sys.argv[0] = module.__file__ = str(spec.origin)
        module.__spec__, module.__loader__ = spec, spec.loader
        module.__package__, module.__dict__["__cached__"] = spec.parent, spec.cached
        return found

    with _as_main(module, Path.cwd(), ["-m", *arguments]):
        return _exit_code_of(code, module, is_end)


class _NoModuleError(Exception):
    """There is nothing that ``-m`` could run; the message says what to do."""


def _located(name: str) -> tuple[ModuleSpec, CodeType]:
    """Find a module and its code without running it; its parents are imported."""
    try:
        spec = importlib.util.find_spec(name)
    except ModuleNotFoundError as problem:
        if not problem.name or not f"{name}.".startswith(f"{problem.name}."):
            raise  # a parent package imports what is not there
        spec = None
    except (ImportError, ValueError):  # a name such as "..a", which means nothing here
        if not name.startswith("."):
            raise
        spec = None
    if spec is not None and spec.submodule_search_locations is not None:
        main = f"{name}.__main__"
        if importlib.util.find_spec(main) is None:
            raise _NoModuleError(f"the package {name} has no __main__.py: name a module of it")
        return _located(main)
    if spec is None:
        raise _NoModuleError(_not_found(name))
    code = getattr(spec.loader, "get_code", lambda _name: None)(spec.name)
    if not isinstance(code, CodeType):
        raise _NoModuleError(f"{name} is no module with Python code")
    return spec, code


def _not_found(name: str) -> str:
    if name.endswith(".py"):
        return (
            f"no module named {name!r}: after -m stands a module, without .py; or leave out -m"
        )
    return f"no module named {name!r}: it is looked for from {Path.cwd()} on"


def _main_module(file: str) -> ModuleType:
    module = ModuleType("__main__")
    module.__file__ = file
    module.__dict__["__builtins__"] = __builtins__
    return module


def _exit_code_of(code: Callable[[], CodeType], module: ModuleType, is_end: IsEnd) -> int:
    """Find the code of the main module, and run it."""
    try:
        exec(code(), module.__dict__)  # noqa: S102 - running the user's program is the task
    except SystemExit as leaving:
        return _exit_code(leaving)
    except _NoModuleError as problem:
        click.echo(f"funsies: {problem}", err=True)
        return Exit.USAGE
    except (KeyboardInterrupt, EndOfScript, OutputError):
        raise  # not the program's fault
    except BaseException as problem:
        if isinstance(problem, FunsiesError) and is_end(problem):
            raise
        click.echo(hide_secrets(users_traceback(problem)), err=True, nl=False)
        return Exit.RESULT_IS_ERROR
    return Exit.OK


def users_traceback(problem: BaseException) -> str:
    """Format an exception without the frames of funsies itself."""
    formatted = traceback.TracebackException.from_exception(problem)
    _drop_own_frames(formatted)
    return "".join(formatted.format())


@contextmanager
def _as_main(module: ModuleType, place: Path, argv: list[str]) -> Iterator[None]:
    before_argv = sys.argv
    sys.modules["__main__"] = module
    sys.argv = argv
    sys.path.insert(0, str(place))
    try:
        yield
    finally:
        sys.argv = before_argv
        flush_output()


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


Program: TypeAlias = Callable[[IsEnd], int]
"""Runs it, and returns its exit code."""

MODULE: Final = "-m"
"""In the place of the script: the first argument names a module, as with ``python -m``."""

LONGEST_TYPED: Final = 200


class ScriptArgument(click.Path):
    """A file, or ``-m``; what else looks like an option before it is a mistake."""

    def __init__(self) -> None:
        super().__init__(exists=True, dir_okay=False, path_type=Path)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """Check that it is there."""
        text = os.fspath(value)
        if text == MODULE:
            return Path(MODULE)
        if text.startswith("-") and not Path(text).exists():
            params = [] if ctx is None else ctx.command.params
            known = [option for each in params for option in each.opts]
            from difflib import get_close_matches  # noqa: PLC0415 - only for misspelt options

            raise click.NoSuchOption(
                text, possibilities=get_close_matches(text, known), ctx=ctx
            )
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as problem:
            self.fail(problem.message.rstrip(".") + _meant(Path(text)), param, ctx)


def _meant(missing: Path) -> str:
    """Words that name the script or package which is probably meant, if there is one."""
    is_name = all(part.isidentifier() for part in missing.parts)
    if is_name and (missing / "__main__.py").is_file():
        return f"; run a package with -m {'.'.join(missing.parts)}"
    if missing.exists() or not missing.parent.is_dir():
        return ""
    from difflib import get_close_matches  # noqa: PLC0415 - only for misspelt names

    scripts = [file.name for file in missing.parent.glob("*.py")]
    near = get_close_matches(missing.name.removesuffix(".py") + ".py", scripts, 1)
    return f"; do you mean {missing.with_name(near[0])}?" if near else ""


def program_of(script: Path, arguments: tuple[str, ...]) -> tuple[str, Program]:
    """What is to be run, by its name.

    Args:
        script: the file, or ``-m``.
        arguments: for it; the first one is the module after ``-m``.

    Raises:
        UsageError: if there is no module.
    """
    if str(script) != MODULE:
        return str(script), lambda is_end: run_script(script, arguments, is_end)
    if not arguments:
        raise click.UsageError("-m needs the name of a module: funsies run -m project.workflow")
    return arguments[0], lambda is_end: run_module(arguments[0], arguments[1:], is_end)


def typed(script: Path, arguments: tuple[str, ...]) -> str:
    """Script and arguments as they are typed after the options of ``funsies run``.

    Three dots stand for arguments that are very many, or among which there are secrets.

    >>> typed(Path("a flow.py"), ("x.xyz", "--fast"))
    "'a flow.py' -- x.xyz --fast"
    >>> typed(Path("-m"), ("project.flow", "--token", "abc"))
    '-m project.flow ...'
    """
    names = 1 if str(script) == MODULE else 0
    head, rest = [str(script), *arguments[:names]], arguments[names:]
    if hidden_arguments(rest) != rest or len(shlex.join(rest)) > LONGEST_TYPED:
        return f"{shlex.join(head)} ..."
    are_options = any(each.startswith("-") for each in rest)
    return printable(shlex.join([*head, *(["--"] if are_options else []), *rest]))
