"""``shell``: commands as a step of the workflow."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping
from os import PathLike, fspath
from typing import Any, ClassVar, Final, Generic

from typing_extensions import TypeVar, override

from funsies.core.digest import Digest, Field, digest
from funsies.core.encoding import Encoding, encoding_of
from funsies.core.errors import FileNameError, WiringError
from funsies.core.file_names import validate_file_names
from funsies.core.graph import Operation, Output, OutputOf, Reference, Task, TaskKind, operation
from funsies.core.options import Options
from funsies.core.shell_plan import (
    ShellPlan,
    encode_shell_plan,
    output_names,
    validate_shell_plan,
)

from .artefact import Artefact, put
from .context import built, options_in_force
from .inputs import refuse_nested

K = TypeVar("K", bound=str, contravariant=True, default=Any)  # noqa: PLC0105 - shown to users
F = TypeVar("F", bound=str | PathLike[str])

_BYTES: Final = encoding_of(bytes)
_INT: Final = encoding_of(int)


class ShellTask(Task):
    """Shell commands with the names of their input and output files."""

    __slots__ = ("_inputs", "_plan")

    def __init__(
        self, plan: ShellPlan, inputs: tuple[tuple[str, str], ...], *, name: str, strict: bool
    ) -> None:
        self.kind = TaskKind.SHELL
        self.name = name
        self.strict = strict
        self.python: str | None = None
        self.outputs: tuple[Output, ...] = tuple(_output(each) for each in output_names(plan))
        wires: list[Field] = [(file, wire) for file, wire in inputs]
        variables: list[Field] = [(variable, value) for variable, value in plan.env]
        self.digest: Digest = digest(
            "task",
            self.kind.value,
            name,
            list(plan.commands),
            list(plan.outputs),
            variables,
            plan.check,
            strict,
            wires,
        )
        self._plan = plan
        self._inputs = inputs

    @override
    def payload(self) -> bytes:
        return encode_shell_plan(self._plan)

    @override
    def ingredients(self) -> bytes:
        parts = {
            "kind": self.kind.value,
            "name": self.name,
            "strict": self.strict,
            "commands": self._plan.commands,
            "env": dict(self._plan.env),
            "check": self._plan.check,
            "inputs": dict(self._inputs),
            "outputs": self._plan.outputs,
        }
        return json.dumps(parts, sort_keys=True).encode()


def _output(name: str) -> Output:
    encoding: Encoding[Any] = _INT if name.startswith("returncode:") else _BYTES
    return Output(name, encoding.wire, encoding.label)


class OutputFiles(Mapping[str, Artefact[bytes]], Generic[K]):
    """The output files of a shell step, by name."""

    def __init__(self, files: Mapping[str, Artefact[bytes]]) -> None:
        self._files = dict(files)

    @override
    def __getitem__(self, name: K) -> Artefact[bytes]:  # type: ignore[override]  # K narrows str
        """The file of this name.

        Raises:
            WiringError: if the step has no such output; it names those that it has.
        """
        if name in self._files:
            return self._files[name]
        raise _NoSuchOutput(_no_such_output(name, self._files))

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    @override
    def __len__(self) -> int:
        return len(self._files)


class _NoSuchOutput(WiringError, KeyError):
    """The step has no output of this name."""

    __str__ = Exception.__str__


def _no_such_output(name: str, files: Mapping[str, object]) -> str:
    if not files:
        return f"this shell step has no output {name!r}: name it in shell(..., out=[{name!r}])"
    close = difflib.get_close_matches(str(name), list(files), 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    names = ", ".join(map(repr, files))
    return f"this shell step has no output {name!r} (out= names {names}){hint}"


class ShellOutput(Generic[K]):
    """What a shell step makes: its streams, exit codes and output files, as artefacts.

    Attributes:
        out: the output files, by the names given to ``shell(out=...)``.
        inp: the input files, as artefacts.
        stdouts: standard output of each command.
        stderrs: standard error of each command.
        returncodes: exit code of each command; negative for the number of a signal.
    """

    __funsies_remedy__: ClassVar[str] = 'give one of its outputs: .stdout, .out["name"]'

    out: OutputFiles[K]
    inp: Mapping[str, Artefact[Any]]
    stdouts: tuple[Artefact[bytes], ...]
    stderrs: tuple[Artefact[bytes], ...]
    returncodes: tuple[Artefact[int], ...]

    def __init__(
        self, made: Operation, inp: Mapping[str, Artefact[Any]], commands: int
    ) -> None:
        self.operation = made
        self.inp = dict(inp)
        outputs = [
            (output.name, Artefact(made.output(index), _BYTES))
            for index, output in enumerate(made.task.outputs)
        ]
        streams = [artefact for _, artefact in outputs]
        self.stdouts = tuple(streams[0 : 3 * commands : 3])
        self.stderrs = tuple(streams[1 : 3 * commands : 3])
        self.returncodes = tuple(
            Artefact(artefact.reference, _INT) for artefact in streams[2 : 3 * commands : 3]
        )
        files = {name.removeprefix("file:"): made for name, made in outputs[3 * commands :]}
        self.out = OutputFiles(files)

    @property
    def hash(self) -> str:
        """Address of the operation, 64 hexadecimal digits."""
        return self.operation.digest.hex()

    @property
    def digest(self) -> Digest:
        """Address of the operation, 32 bytes."""
        return self.operation.digest

    @property
    def stdout(self) -> Artefact[bytes]:
        """Standard output of the only command.

        Raises:
            WiringError: if there are several commands; use ``stdouts[i]``.
        """
        return self._only(self.stdouts, "stdout")

    @property
    def stderr(self) -> Artefact[bytes]:
        """Standard error of the only command.

        Raises:
            WiringError: if there are several commands; use ``stderrs[i]``.
        """
        return self._only(self.stderrs, "stderr")

    @property
    def returncode(self) -> Artefact[int]:
        """Exit code of the only command.

        Raises:
            WiringError: if there are several commands; use ``returncodes[i]``.
        """
        return self._only(self.returncodes, "returncode")

    @staticmethod
    def _only(items: tuple[Artefact[T], ...], name: str) -> Artefact[T]:
        if len(items) != 1:
            raise WiringError(
                f"this shell step runs {len(items)} commands: use {name}s[i] for the i-th"
            )
        return items[0]

    @override
    def __repr__(self) -> str:
        files = f" -> {', '.join(self.out)}" if self.out else ""
        return f"<ShellOutput {self.hash[:10]} of {self.operation.task.name}{files}>"


T = TypeVar("T")


def shell(
    *commands: str,
    inp: Mapping[F, object] | None = None,
    out: Iterable[K | PathLike[str]] | None = None,
    env: Mapping[str, str] | None = None,
    check: bool = True,
    strict: bool = True,
    name: str | None = None,
    opt: Options | None = None,
) -> ShellOutput[K]:
    """Add shell commands to the workflow, run one after the other in a fresh directory.

    Args:
        commands: run by ``/bin/sh``.
        inp: input files: name, relative to that directory, to artefact or value. ``bytes`` are
            written as they are, ``str`` as UTF-8 text, anything else as JSON.
        out: names of the output files to keep.
        env: environment variables added to the worker's; part of the step's identity. For
            secrets and thread counts, which are not, there is ``options(env=...)``.
        check: True stops at the first command whose exit code is not zero; its standard output,
            that of later commands, and the output files are errors then. Standard error and
            exit codes stay values. False runs all commands and judges nothing.
        strict: True ends the step with the error of an input, if there is one; False leaves
            out the files of inputs that are errors.
        name: of the step; the first word of the first command by default.
        opt: how to run the step, from :func:`~funsies.options`.

    Returns:
        The artefacts of the streams, exit codes and output files.

    Raises:
        FileNameError: if a file name is absolute, empty, or leads out of the directory.
        WiringError: if there is no command, or something is not text.
        UnsupportedTypeError: if an input value cannot be stored.

    >>> step = shell("sort a.txt > b.txt", inp={"a.txt": "some text"}, out=["b.txt"])
    >>> step.out["b.txt"]
    <Artefact[bytes] ... of sort>
    """
    files = _input_files(inp)
    plan = ShellPlan(
        commands=commands,
        outputs=_output_files(out),
        env=tuple(sorted((env or {}).items())),
        check=check,
    )
    validate_shell_plan(plan)
    validate_file_names(files, plan.outputs)
    wires = tuple((each, files[each].reference) for each in sorted(files))
    shown = name or _first_word(plan.commands[0])
    kinds = tuple((each, _wire(reference)) for each, reference in wires)
    task = ShellTask(plan, kinds, name=shown, strict=strict)
    made = built(operation(task, wires, options_in_force(opt)))
    return ShellOutput(made, files, len(plan.commands))


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
        files[name] = value if isinstance(value, Artefact) else _put(name, value)
    return files


def _put(name: str, value: object) -> Artefact[Any]:
    refuse_nested(value, name, "shell")
    return put(value)


def _output_files(out: Iterable[Any] | None) -> tuple[str, ...]:
    if isinstance(out, str):
        raise WiringError(f"out= is a list of file names: out=[{out!r}]")
    return tuple(_name(each) for each in out or ())


def _name(name: object) -> str:
    shown = fspath(name) if isinstance(name, PathLike) else name
    if not isinstance(shown, str):
        raise FileNameError(f"a file name must be text, not {name!r}")
    return shown


def _first_word(command: str) -> str:
    words = command.split()
    return words[0] if words else "shell"
