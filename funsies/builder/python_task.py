"""Python functions as tasks, and calls of them as operations."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from typing_extensions import override

from funsies.core.digest import Digest, Field, digest
from funsies.core.encoding import Encoding
from funsies.core.fingerprint import (
    Fingerprint,
    Giver,
)
from funsies.core.graph import Output, Task, TaskKind
from funsies.core.own_options import NO_OPTIONS, OwnOptions
from funsies.core.pieces import pieces_of
from funsies.core.python_plan import PYTHON, have_same_sources

from .class_code import code_of_classes
from .codec_code import code_of_codecs
from .inputs import BoundInput
from .payload import interpreter_of, payload_of
from .plain_steps import refuse_steps_inside
from .signature import function_name
from .stated_versions import refuse_second_claim
from .step_name import check_step_name
from .type_code import TypeCode

_MAX_REMEMBERED_TASKS: Final = 10_000


@dataclass(frozen=True, slots=True)
class FunctionSpec:
    """A function and how it is to be used as a task.

    Attributes:
        function: what to call.
        kind: ``PYTHON``, or ``DYNAMIC`` for a function that returns an artefact.
        name: of the task; None for the function's own.
        strict: whether errors pass it by.
        out: annotations of the results; None to take the function's.
        version: replaces the fingerprint of the code.
        ignore: names used by the code that its fingerprint leaves out.
        is_task: True if it was made by ``@task``, which takes the two above.
        options: what it says itself of how it is run.
    """

    function: Callable[..., object]
    kind: TaskKind = TaskKind.PYTHON
    name: str | None = None
    strict: bool = True
    out: tuple[object, ...] | None = None
    version: str | None = None
    ignore: Collection[str] = ()
    is_task: bool = False
    options: OwnOptions = NO_OPTIONS

    def __post_init__(self) -> None:
        """Refuse a name that cannot be one."""
        check_step_name(self.name)

    @property
    def shown_name(self) -> str:
        """The name that people see."""
        return self.name or function_name(self.function)

    @property
    def giver(self) -> Giver:
        """How the function was given, for what messages advise."""
        if self.is_task:
            return Giver.TASK
        return Giver.BUILDER if self.kind is TaskKind.DYNAMIC else Giver.STEP


class PythonTask(Task):
    """A Python function with the encodings of its inputs and outputs.

    The inputs are in the order in which the function gets them: one that takes ``**keywords``
    sees the order of these.
    """

    __slots__ = (
        "_code",
        "_contents",
        "_inputs",
        "_interpreter",
        "_libraries",
        "_payload",
        "_results",
        "_texts",
        "_version",
    )

    def __init__(
        self,
        spec: FunctionSpec,
        inputs: Sequence[BoundInput],
        results: Sequence[Encoding[Any]],
        code: Fingerprint | None,
        types: TypeCode,
    ) -> None:
        self.kind: TaskKind = spec.kind
        self.name: str = spec.shown_name
        self.strict: bool = spec.strict
        self.python: str | None = PYTHON
        self.outputs: tuple[Output, ...] = tuple(
            Output(name, encoding.wire, encoding.label)
            for name, encoding in zip(_output_names(len(results)), results, strict=True)
        )
        identity = _identity(spec, inputs, results, code, types)
        self.digest: Digest = digest("task", *identity)
        self._inputs = tuple(inputs)
        self._results = tuple(results)
        self._interpreter = interpreter_of(spec)
        self._version = spec.version
        code_parts = () if code is None else code.ingredients
        self._code, self._texts = pieces_of((*code_parts, *types.ingredients))
        # Now, not when it is sent: what the function uses may change in the meantime.
        self._libraries = (*(() if code is None else code.libraries), *types.libraries)
        self._payload, self._contents = payload_of(spec, inputs, results, code, self._libraries)

    @override
    def payload(self) -> bytes:
        return self._payload

    @override
    def is_as_in(self, payload: bytes) -> bool:
        return have_same_sources(self._payload, payload)

    @override
    def contents(self) -> Mapping[Digest, bytes]:
        return self._contents

    @override
    def libraries(self) -> Mapping[str, str]:
        return {each.name: each.shown_version for each in self._libraries if each.counted}

    @override
    def texts(self) -> Mapping[Digest, bytes]:
        return self._texts

    @override
    def ingredients(self) -> bytes:
        parts: dict[str, object] = {
            "kind": self.kind.value,
            "name": self.name,
            "strict": self.strict,
            "inputs": {bound.name: bound.written.descriptor for bound in self._inputs},
            "parameters": {bound.name: bound.parameter for bound in self._inputs},
            "outputs": [encoding.descriptor for encoding in self._results],
            "code": self._code.hex(),
        }
        if self._interpreter:
            parts["interpreter"] = self._interpreter
        if self._version is not None:
            parts["version"] = self._version
        if wanted := _other_than_written(self._inputs):
            parts["wanted"] = wanted
        return json.dumps(parts, sort_keys=True).encode()


def _other_than_written(inputs: Iterable[BoundInput]) -> dict[str, str]:
    """How parameters are annotated whose values are written in another way."""
    return {
        each.name: each.wanted.descriptor
        for each in inputs
        if each.wanted.descriptor != each.written.descriptor
    }


def _output_names(number: int) -> list[str]:
    return ["value"] if number == 1 else [f"value:{index}" for index in range(number)]


def _identity(
    spec: FunctionSpec,
    inputs: Sequence[BoundInput],
    results: Sequence[Encoding[Any]],
    code: Fingerprint | None,
    types: TypeCode,
) -> tuple[Field, ...]:
    return (
        spec.kind.value,
        spec.shown_name,
        ("version", spec.version) if code is None else ("code", code.digest),
        spec.strict,
        [
            (bound.name, bound.written.wire, bound.written.descriptor, bound.wanted.descriptor)
            for bound in inputs
        ],
        [(encoding.wire, encoding.descriptor) for encoding in results],
        *types.identity,
        *([("interpreter", *interpreter_of(spec))] if interpreter_of(spec) else []),
    )


_tasks: dict[tuple[Field, ...], PythonTask] = {}


def task_of(
    spec: FunctionSpec,
    inputs: Sequence[BoundInput],
    results: Sequence[Encoding[Any]],
    code: Fingerprint | None,
) -> tuple[PythonTask, TypeCode]:
    """The task of a call, and the code of the types of its values.

    Equal tasks are the same object, so that its payload is made once.
    """
    used = [each for bound in inputs for each in (bound.written, bound.wanted)]
    types = code_of_codecs([*used, *results])
    types += code_of_classes(used, spec.ignore, by_name=code is None)
    key = _hashable(_identity(spec, inputs, results, code, types))
    if spec.version is not None:
        refuse_second_claim(key, spec.function, spec.shown_name, spec.version)
    task = _tasks.get(key)
    if task is None:
        if len(_tasks) >= _MAX_REMEMBERED_TASKS:
            _tasks.clear()  # at one blow: other threads may build steps, too
        refuse_steps_inside(spec.function, spec.shown_name, spec.kind)
        task = _tasks[key] = PythonTask(spec, inputs, results, code, types)
    return task, types


def _hashable(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(tuple(field) if isinstance(field, list) else field for field in fields)
