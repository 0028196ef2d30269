"""Python functions as tasks, and calls of them as operations."""

from __future__ import annotations

import json
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from functools import lru_cache
from types import FunctionType
from typing import Any, Final

import msgspec
from typing_extensions import override

from funsies.core.digest import Digest, Field, content_digest, digest
from funsies.core.encoding import Encoding
from funsies.core.errors import FingerprintError, FunsiesError, WiringError
from funsies.core.fingerprint import Fingerprint, Giver, Library, held_by, rules_in_force
from funsies.core.graph import Output, Task, TaskKind
from funsies.core.label import check_step_name
from funsies.core.own_options import NO_OPTIONS, OwnOptions
from funsies.core.pieces import pieces_of
from funsies.core.python_plan import PYTHON, PythonPlan, encode_plan, have_same_sources
from funsies.pickling import Parcel, dump_function

from .context import context
from .inputs import BoundInput
from .plain_steps import refuse_steps_inside
from .signature import function_name
from .type_code import TypeCode, code_of_classes, code_of_codecs

_MAX_REMEMBERED_TASKS: Final = 10_000


class FunctionSpec(msgspec.Struct, frozen=True):
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


def payload_of(
    spec: FunctionSpec,
    inputs: Sequence[BoundInput],
    results: Sequence[Encoding[Any]],
    code: Fingerprint | None,
    libraries: Iterable[Library],
) -> tuple[bytes, Mapping[Digest, bytes]]:
    """The function with its encodings, pickled as it is at this moment, and what it needs."""
    encodings = {bound.name: (bound.written, bound.wanted) for bound in inputs}
    is_dynamic = spec.kind is TaskKind.DYNAMIC
    brought = () if code is None or not is_dynamic else code.codecs
    parcel = _pickled(spec, (spec.function, encodings, tuple(results), brought))
    bundle, main, _ = parcel.program
    texts = {name: _encoded(text) for name, text in parcel.texts.items()}
    plan = PythonPlan(
        pickle=parcel.pickle,
        made_by=parcel.made_by,
        several=len(results) > 1,
        bundle=b"" if bundle is None else bundle.digest,
        main=main,
        texts={name: address for name, (address, _) in texts.items()},
        libraries=tuple(sorted(set(libraries))),
        rules=dict(rules_in_force()) if is_dynamic else {},
        interpreter=interpreter_of(spec),
        environment=_environment(spec, parcel, code),
    )
    contents = dict(texts.values())
    if bundle is not None:
        contents[bundle.digest] = bundle.data
    return encode_plan(plan), contents


def _environment(
    spec: FunctionSpec, parcel: Parcel, code: Fingerprint | None
) -> dict[str, str | None]:
    """Variables that the program has set; what does not count is the worker's own."""
    found = {**parcel.environment, **dict(() if code is None else code.environment)}
    return {name: value for name, value in found.items() if name not in spec.ignore}


@lru_cache(maxsize=64)
def _encoded(text: str) -> tuple[Digest, bytes]:
    """A text as it is stored, and its address: once for all tasks of a script."""
    data = text.encode("utf-8", "surrogatepass")
    return content_digest(data), data


def _pickled(spec: FunctionSpec, parts: object) -> Parcel:
    try:
        return dump_function(parts)
    except FunsiesError:
        raise
    except Exception as problem:  # whatever the code of a captured object raises
        raise FingerprintError(
            f"{spec.shown_name} cannot be sent to a worker: it uses something that cannot be "
            f"pickled ({problem}). Make that inside the function, or pass it as an input"
        ) from problem


def interpreter_of(spec: FunctionSpec) -> tuple[str, ...]:
    """What ``Fun`` says of the shell steps that the function may build; empty if nothing."""
    return (context().interpreter or ()) if spec.kind is TaskKind.DYNAMIC else ()


# ``version=`` stands in the place of code: two functions must not claim the same one.
#
# Which of them ran would depend on which was built first, so the second one is refused. What
# was defined again under its own name (a cell that was run again) is what it was, as its user
# says.

_MOST_REMEMBERED: Final = 10_000
_COMPARED: Final = (bool, int, float, complex, str, bytes, type(None))
"""Values of which two that are not equal are certainly not the same."""

_claimed: dict[Hashable, Callable[..., Any]] = {}


def refuse_second_claim(
    task: Hashable, function: Callable[..., Any], name: str, version: str
) -> None:
    """Refuse a task that would be taken for another of this program.

    Args:
        task: identity of the task; the version is part of it.
        function: of the task.
        name: of the task.
        version: of the task.

    Raises:
        WiringError: if another function was given under the same identity.
    """
    if len(_claimed) >= _MOST_REMEMBERED:
        _claimed.clear()
    if _are_different(_claimed.setdefault(task, function), function):
        raise WiringError(
            f"two functions are tasks with the name {name} and version={version!r}, which "
            "stand in the place of code: what one computes would be taken for the other's. "
            "Give one of them another name= or version=, or pass what differs as an input"
        )


def _are_different(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    if one is other or not (isinstance(one, FunctionType) and isinstance(other, FunctionType)):
        return False
    if (one.__module__, one.__qualname__) != (other.__module__, other.__qualname__):
        return True
    if one.__code__ != other.__code__:
        return one.__name__ == "<lambda>"
    return list(_values(one)) != list(_values(other))


def _values(function: FunctionType) -> Iterator[tuple[str, object]]:
    """What a function has captured, and its defaults, as far as they can be compared."""
    defaults = dict(enumerate(function.__defaults__ or ()))
    for name, value in (*held_by(function).items(), *defaults.items()):
        if isinstance(value, _COMPARED):
            yield f"{name}: {type(value).__qualname__}", value
