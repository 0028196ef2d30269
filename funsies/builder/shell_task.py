"""The task of a shell step: its identity, its payload and its outputs."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import msgspec
from typing_extensions import override

from funsies.core.digest import Digest, Field, digest
from funsies.core.encoding import Encoding, Files, encoding_of
from funsies.core.file_names import stands_for_files
from funsies.core.graph import Output, Task, TaskKind
from funsies.core.shell_plan import ShellPlan, encode_shell_plan, output_names

BYTES: Final = encoding_of(bytes)
"""How streams and output files are stored."""

INT: Final = encoding_of(int)
"""How exit codes are stored."""

FILES: Final[Encoding[dict[str, bytes]]] = encoding_of(Files)
"""How directories, and what matches a pattern, are stored."""


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
            list(plan.interpreter),
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
            "interpreter": self._plan.interpreter,
            "check": self._plan.check,
            "inputs": dict(self._inputs),
            "outputs": self._plan.outputs,
        }
        return msgspec.json.encode(parts, order="sorted")


@lru_cache(maxsize=1024)
def output_encoding(name: str) -> Encoding[Any]:
    """How an output of this name is stored: ``stdout:0``, ``returncode:0``, ``file:a.csv``."""
    kind, _, file = name.partition(":")
    if kind == "file":
        return FILES if stands_for_files(file) else BYTES
    return INT if kind == "returncode" else BYTES


@lru_cache(maxsize=1024)
def _output(name: str) -> Output:
    encoding = output_encoding(name)
    return Output(name, encoding.wire, encoding.label)
