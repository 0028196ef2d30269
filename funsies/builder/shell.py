"""``shell``: commands as a step of the workflow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from os import PathLike, fspath
from pathlib import PurePath
from typing import Any, Final, Unpack

from typing_extensions import TypeVar

from funsies.core.encoding import Files, contradicts, encoding_of, encoding_of_value
from funsies.core.errors import EncodingError, FileNameError, WiringError
from funsies.core.file_names import is_directory, validate_file_names
from funsies.core.fingerprint import names_in_command, variables_set
from funsies.core.former_names import NO_CONNECTION, former_keywords
from funsies.core.graph import OutputOf, Reference, operation
from funsies.core.label import check_step_name
from funsies.core.options import Options
from funsies.core.own_options import StepOptions, own_options
from funsies.core.shell_plan import Interpreter, ShellPlan, is_shell, validate_shell_plan

from .artefact import Artefact, constant_artefact
from .context import built, context, interpreter_in_force
from .pointer import refuse_nested
from .python import reduce
from .shell_output import K, ShellOutput
from .shell_task import FILES, ShellTask

F = TypeVar("F", bound=str | PathLike[str])


@former_keywords(connection=NO_CONNECTION)
def shell(
    *commands: str,
    inp: Mapping[F, object] | None = None,
    out: Iterable[K | PathLike[str]] | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
    interpreter: Interpreter | None = None,
    strict: bool = True,
    name: str | None = None,
    opt: Options | None = None,
    **options: Unpack[StepOptions],
) -> ShellOutput[K]:
    """Add shell commands to the workflow, run one after the other in a fresh directory.

    Each command is run by ``bash -eo pipefail`` unless ``interpreter=`` says otherwise: a text
    of several lines ends at the first one that fails, and a pipe fails if any of its commands
    does. So ``cmd | head`` fails with exit code 141 if ``head`` leaves while ``cmd`` writes:
    take a reader that reads to the end (``sed -n 1,10p``), or write ``set +o pipefail`` first.

    ``funsies check`` compares the texts with ``inp=`` and ``out=``, as far as they are known.

    Args:
        commands: texts for the interpreter; each gets one of its own, so what one sets (``cd``,
            ``export``) is gone in the next: a text may have several lines.
        inp: input files: name, relative to that directory, to artefact or value. ``bytes`` are
            written as they are, ``str`` as UTF-8 text, anything else as JSON. A file of yours
            is given as :func:`~funsies.put_file`, not as its path. What was an executable file
            is one again. A name with a slash at the end, ``"data/"``, is a directory: give it a
            dict of names to contents, :func:`~funsies.put_dir`, or a directory of another step.
        out: names of the output files to keep. ``"results/"`` keeps a directory with all its
            files, and a pattern such as ``"*.csv"`` or ``"**/*.csv"`` all that match: each is
            an ``Artefact[dict[str, bytes]]``. Their order counts, but for a set, which has
            none.
        env: environment variables added to the worker's; part of the step's identity, as are
            those that the program itself has set in ``os.environ`` and a command names
            (``$DATA``). For secrets and thread counts, which are not, there is
            ``options(env=...)``.
        check: True stops at the first command whose exit code is not zero; its standard output,
            that of later commands, and the output files are errors then. Standard error and
            exit codes stay values. False runs all commands and judges nothing; they are run
            by the plain ``/bin/sh`` then, as in funsies 0.8.
        interpreter: what runs the commands; part of the step's identity. ``"bash"`` or
            ``"sh"``, strict if ``check`` is True; or a list of words, taken as they are, after
            which the text comes as the last one: ``["python3", "-c"]``,
            ``["bash", "-euxo", "pipefail", "-c"]``. The program is looked for on the ``PATH``
            of the step. None for what ``Fun(interpreter=...)`` says, if ``check`` is True.
        strict: True ends the step with the error of an input, if there is one; False leaves
            out the files of inputs that are errors.
        name: of the step; by default the first word of the first command, or, if the
            interpreter is no shell, its program.
        opt: how to run the step, from :func:`~funsies.options`.
        options: single ones by keyword: ``queue``, ``timeout_seconds``, ``retries`` and so on.

    Returns:
        The artefacts of the streams, exit codes and output files.

    Raises:
        FileNameError: if a file name is absolute, empty, or leads out of the directory.
        WiringError: if there is no command, something is not text, or there is no such
            interpreter.
        UnsupportedTypeError: if an input value cannot be stored.

    >>> step = shell("sort a.txt > b.txt", inp={"a.txt": "some text"}, out=["b.txt"])
    >>> step.out["b.txt"]
    <Artefact[bytes] ... of sort>
    >>> shell("split -l 9 a.txt part-", inp={"a.txt": "text"}, out=["part-*"]).out["part-*"]
    <Artefact[dict[str, bytes]] ... of split>
    """
    own = own_options(shell, opt, options)
    files = _input_files(inp)
    settled = own.over(context().defaults)
    plan = ShellPlan(
        commands=commands,
        outputs=_output_files(out),
        env=_variables(commands, env or {}, settled),
        check=check,
        interpreter=interpreter_in_force(interpreter, check=check),
    )
    validate_shell_plan(plan)
    validate_file_names(files, plan.outputs)
    wires = tuple((each, files[each].reference) for each in sorted(files))
    check_step_name(name)
    shown = name or _default_name(plan)
    kinds = tuple((each, _wire(reference)) for each, reference in wires)
    task = ShellTask(plan, kinds, name=shown, strict=strict)
    made = built(operation(task, wires, settled, own.label))
    return ShellOutput(made, files, len(plan.commands))


def _variables(
    commands: Iterable[object], env: Mapping[str, str], options: Options
) -> tuple[tuple[str, str], ...]:
    """Those that are given, and those that commands name and the program itself has set."""
    texts = (each for each in commands if isinstance(each, str))
    named = set[str]().union(*map(names_in_command, texts))
    found = variables_set() if named else {}
    own = {
        name: value
        for name, value in found.items()
        if name in named and name not in options.env and value is not None
    }
    return tuple(sorted({**own, **env}.items()))


def _wire(reference: Reference) -> str:
    if isinstance(reference, OutputOf):
        return reference.operation.task.outputs[reference.index].wire
    return reference.wire


def _input_files(inp: Mapping[Any, Any] | None) -> dict[str, Artefact[Any]]:
    if inp is None:
        return {}
    if not isinstance(inp, Mapping):
        raise WiringError(f"inp= is a mapping from file name to value, not {inp!r}")
    files: dict[str, Artefact[Any]] = {}
    for key, value in inp.items():
        name = _name(key)
        if name in files:
            raise FileNameError(f"duplicate input file {name!r}; name each input file once")
        files[name] = input_artefact(name, value)
    return files


def _output_files(out: Iterable[Any] | None) -> tuple[str, ...]:
    if isinstance(out, str):
        raise WiringError(f"out= is a list of file names: out=[{out!r}]")
    names = tuple(_name(each) for each in out or ())
    return tuple(sorted(names)) if isinstance(out, AbstractSet) else names


def _name(name: object) -> str:
    shown = fspath(name) if isinstance(name, PathLike) else name
    if not isinstance(shown, str):
        raise FileNameError(f"a file name must be text, not {name!r}")
    return shown


def _default_name(plan: ShellPlan) -> str:
    """The program that runs: the first word of a text for a shell, else the interpreter."""
    if is_shell(plan.interpreter):
        return plan.commands[0].split()[0]
    return PurePath(plan.interpreter[0]).name


_CONTENTS: Final = encoding_of(Mapping[str, bytes | str])


def input_artefact(name: str, value: object) -> Artefact[Any]:
    """The artefact whose value becomes a file, or a directory if the name ends in a slash.

    Raises:
        WiringError: if the value cannot be the content of what is named so.
        UnsupportedTypeError: if it cannot be stored.
    """
    if is_directory(name):
        return _directory(name, value)
    return _made_file(name, value) if isinstance(value, Artefact) else _file(name, value)


def _file(name: str, value: object) -> Artefact[Any]:
    if isinstance(value, PurePath):
        raise WiringError(
            f"inp= gives {name!r} the path {str(value)!r}, which is not the content of a file: "
            f"use put_file({str(value)!r}), or str(path) for the text of the path"
        )
    try:
        return constant_artefact(value, encoding_of_value(value))
    except EncodingError as problem:
        what = f"the content of the input file {name!r}"
        refuse_nested(value, what)
        raise type(problem)(f"{what}: {problem}") from None


def _made_file(name: str, value: Artefact[Any]) -> Artefact[Any]:
    kind = value.encoding.annotation
    if isinstance(kind, type) and issubclass(kind, PurePath):
        raise WiringError(
            f"inp= gives {name!r} an artefact of a path, which is not the content of a file: "
            "let the step return the content, or str(path) for the text of the path"
        )
    if value.encoding == FILES:
        raise WiringError(
            f"inp= gives {name!r} a directory of files; name it {name + '/'!r}, with a slash"
        )
    return value


def _directory(name: str, value: object) -> Artefact[Any]:
    validate_file_names([name])
    if isinstance(value, PurePath):
        raise WiringError(
            f"inp= gives {name!r} the path {str(value)!r}, which is not the content of a "
            f"directory: use put_dir({str(value)!r})"
        )
    if isinstance(value, Artefact):
        return _made_directory(name, value)
    if not isinstance(value, Mapping):
        raise WiringError(
            f"inp= gives the directory {name!r} a value of type {type(value).__name__}; give "
            "it a dict of file names to bytes or text, put_dir(...), or what another step made"
        )
    for file, content in value.items():
        if isinstance(content, PurePath):
            raise WiringError(
                f"inp= gives {name!r} the path {str(content)!r}, which is not the content of a "
                f"file; name the file by itself: "
                f"inp={{{f'{name}{file}'!r}: put_file({str(content)!r})}}"
            )
        if isinstance(content, Artefact):
            raise WiringError(
                f"inp= gives the directory {name!r} a dict with artefacts inside; name each "
                f"file by itself: inp={{{f'{name}{file}'!r}: artefact}}"
            )
    return _put_files(name, value)


def _put_files(name: str, files: Mapping[Any, Any]) -> Artefact[Any]:
    try:
        return constant_artefact(_as_files(files), FILES)
    except EncodingError as problem:
        raise WiringError(f"inp= gives the directory {name!r} no files: {problem}") from None


def _made_directory(name: str, value: Artefact[Any]) -> Artefact[Any]:
    """A dict that a step returns is made into files by a step of its own."""
    if value.encoding == FILES:
        return value
    if contradicts(_CONTENTS, value.encoding):
        raise WiringError(
            f"inp= gives the directory {name!r} an artefact of {value.encoding.label}; give it "
            "one of dict[str, bytes], or name a single file, without a slash at the end"
        )
    return reduce(_as_files, value, out=Files, name="files")


def _as_files(files: Any) -> dict[str, bytes]:
    return {
        name: content.encode() if isinstance(content, str) else content
        for name, content in files.items()
    }
