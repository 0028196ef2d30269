"""What a shell step makes, as artefacts."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Generic, SupportsIndex, overload

from typing_extensions import TypeVar, override

from funsies.core.digest import Digest, short_hash
from funsies.core.errors import NoSuchInputError, NoSuchOutputError, WiringError
from funsies.core.file_names import stands_for_files
from funsies.core.former_names import former_members
from funsies.core.graph import Operation

from .artefact import Artefact
from .pointer import Pointer, is_value
from .shell_task import output_encoding

K = TypeVar("K", bound=str, contravariant=True, default=Any)  # noqa: PLC0105 - shown to users
T = TypeVar("T")


class OutputFiles(Mapping[str, Artefact[Any]], Generic[K]):
    """The output files of a shell step, by name.

    What a pattern or a directory stands for is an ``Artefact[dict[str, bytes]]``, which the
    mypy plugin knows; see ``ShellOutput.files``, too.
    """

    def __init__(self, files: Mapping[str, Artefact[Any]]) -> None:
        self._files = dict(files)

    @override
    def __getitem__(self, name: K) -> Artefact[bytes]:  # type: ignore[override]  # K narrows str
        """The file of this name.

        Raises:
            NoSuchOutputError: if the step has no such output; it names those that it has.
        """
        if name in self._files:
            return self._files[name]
        raise NoSuchOutputError(_no_such_output(name, self._files))

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    @override
    def __len__(self) -> int:
        return len(self._files)

    @override
    def __repr__(self) -> str:
        return repr(self._files)


def _no_such_output(name: str, files: Mapping[str, object]) -> str:
    if not files:
        return f"this shell step has no output {name!r}: name it in shell(..., out=[{name!r}])"
    close = difflib.get_close_matches(str(name), list(files), 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    names = ", ".join(map(repr, files))
    return f"this shell step has no output {name!r} (out= names {names}){hint}"


class OutputDirectories(Mapping[str, Artefact[dict[str, bytes]]]):
    """The directories and patterns among the outputs of a shell step."""

    def __init__(self, files: Mapping[str, Artefact[Any]]) -> None:
        self._files = {name: it for name, it in files.items() if stands_for_files(name)}
        self._single = [name for name in files if name not in self._files]

    @override
    def __getitem__(self, name: str) -> Artefact[dict[str, bytes]]:
        """The files that a directory or pattern stands for.

        Raises:
            NoSuchOutputError: if the step has no such output; it names those that it has.
        """
        if name in self._files:
            return self._files[name]
        if name in self._single:
            raise NoSuchOutputError(f"{name!r} is a single file: use .out[{name!r}]")
        raise NoSuchOutputError(_no_such_output(name, self._files))

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    @override
    def __len__(self) -> int:
        return len(self._files)


class OfEachCommand(tuple[Artefact[T], ...]):
    """One artefact for each command, in their order.

    In funsies 0.8 these were lists: they are equal to one, and can be added to one.
    """

    __slots__ = ()

    @override
    def __eq__(self, other: object) -> bool:
        return super().__eq__(tuple(other) if isinstance(other, list) else other)

    @override
    def __hash__(self) -> int:
        return super().__hash__()

    def __radd__(self, other: list[Artefact[T]]) -> list[Artefact[T]]:
        return [*other, *self]

    if not TYPE_CHECKING:  # for type checkers it is a tuple

        def __add__(self, other: object) -> object:
            return [*self, *other] if isinstance(other, list) else super().__add__(other)

    @overload
    def __getitem__(self, index: SupportsIndex, /) -> Artefact[T]: ...
    @overload
    def __getitem__(self, index: slice, /) -> tuple[Artefact[T], ...]: ...
    @override
    def __getitem__(
        self, index: SupportsIndex | slice, /
    ) -> Artefact[T] | tuple[Artefact[T], ...]:
        """That of the command with this index, counted from 0.

        Raises:
            NoSuchOutputError: if there are fewer commands.
        """
        try:
            return super().__getitem__(index)
        except IndexError:
            raise NoSuchOutputError(
                f"this shell step has {len(self)} command(s), counted from 0: "
                f"there is no output {index}"
            ) from None


class ShellOutput(Pointer, Generic[K]):
    """What a shell step makes: its streams, exit codes and output files, as artefacts.

    Attributes:
        out: the output files, by the names given to ``shell(out=...)``.
        files: those among them that are directories or patterns, for type checkers that do not
            know the plugin: ``step.files["*.csv"]`` is ``step.out["*.csv"]``.
        inp: the input files, as artefacts.
        stdouts: standard output of each command.
        stderrs: standard error of each command.
        returncodes: exit code of each command; negative for the number of a signal.
    """

    __funsies_remedy__: ClassVar[str] = 'give one of its outputs: .stdout, .out["name"]'

    out: OutputFiles[K]
    files: Mapping[str, Artefact[dict[str, bytes]]]
    inp: InputFiles
    stdouts: tuple[Artefact[bytes], ...]
    stderrs: tuple[Artefact[bytes], ...]
    returncodes: tuple[Artefact[int], ...]

    def __init__(
        self, made: Operation, inp: Mapping[str, Artefact[Any]], commands: int
    ) -> None:
        self.operation = made
        self.inp = InputFiles(inp)
        outputs: list[tuple[str, Artefact[Any]]] = [
            (output.name, Artefact(made.output(index), output_encoding(output.name)))
            for index, output in enumerate(made.task.outputs)
        ]
        streams = [artefact for _, artefact in outputs]
        self.stdouts = OfEachCommand(streams[0 : 3 * commands : 3])
        self.stderrs = OfEachCommand(streams[1 : 3 * commands : 3])
        self.returncodes = OfEachCommand(streams[2 : 3 * commands : 3])
        files = {name.removeprefix("file:"): made for name, made in outputs[3 * commands :]}
        self.out = OutputFiles(files)
        self.files = OutputDirectories(files)

    @property
    def hash(self) -> str:
        """Address of the operation, 64 hexadecimal digits."""
        return self.operation.digest.hex()

    @property
    def digest(self) -> Digest:
        """Address of the operation, 32 bytes."""
        return self.operation.digest

    @property
    def op(self) -> Operation:
        """The operation, as it was called in funsies 0.8."""
        return self.operation

    @property
    def n(self) -> int:
        """Number of commands."""
        return len(self.stdouts)

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
    def __funsies_refusal__(self, how: str, inside: str = "") -> str:
        return f"{self!r} is a shell step; it cannot be {how}: {self.__funsies_remedy__}"

    @override
    def __eq__(self, other: object) -> bool:
        if isinstance(other, ShellOutput):
            return self.digest == other.digest
        if is_value(other):
            raise WiringError(self.__funsies_refusal__("compared with a value"))
        return NotImplemented

    @override
    def __hash__(self) -> int:
        return hash(self.digest)

    @override
    def __repr__(self) -> str:
        files = f" -> {', '.join(self.out)}" if self.out else ""
        return f"<ShellOutput {short_hash(self.hash)} of {self.operation.task.name}{files}>"


_CHANGES = ("append", "clear", "copy", "extend", "insert", "pop", "remove", "reverse", "sort")
former_members(
    OfEachCommand,
    "step.stdouts",
    dict.fromkeys(_CHANGES, "it cannot be changed: write list(step.stdouts)"),
)
former_members(
    OutputFiles,
    "step.out",
    dict.fromkeys(
        ("clear", "copy", "pop", "popitem", "setdefault", "update"),
        "it cannot be changed: write dict(step.out)",
    ),
)


class InputFiles(Mapping[str, Artefact[Any]]):
    """The input files of a shell step, by name."""

    def __init__(self, files: Mapping[str, Artefact[Any]]) -> None:
        self._files = dict(files)

    @override
    def __getitem__(self, name: str) -> Artefact[Any]:
        """The input file of this name.

        Raises:
            NoSuchInputError: if the step has no such input; it names those that it has.
        """
        if name in self._files:
            return self._files[name]
        close = difflib.get_close_matches(str(name), list(self._files), 1)
        hint = f"; did you mean {close[0]!r}?" if close else ""
        names = f" (inp= names {', '.join(map(repr, self._files))})" if self._files else ""
        raise NoSuchInputError(f"this shell step has no input {name!r}{names}{hint}")

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    @override
    def __len__(self) -> int:
        return len(self._files)

    @override
    def __repr__(self) -> str:
        return repr(self._files)


former_members(
    InputFiles,
    "step.inp",
    dict.fromkeys(
        ("clear", "copy", "pop", "popitem", "setdefault", "update"),
        "it cannot be changed: write dict(step.inp)",
    ),
)
