"""Python functions as tasks, and calls of them as operations."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeVar, get_args, get_origin

from typing_extensions import override

from funsies.core.digest import Digest, Field, content_digest, digest
from funsies.core.encoding import Encoding
from funsies.core.errors import FingerprintError, FunsiesError, WiringError
from funsies.core.fingerprint import Fingerprint, Giver, fingerprint, rules_in_force
from funsies.core.graph import Operation, Output, Task, TaskKind, operation
from funsies.core.own_options import NO_OPTIONS, OwnOptions
from funsies.core.python_plan import PYTHON, PythonPlan, encode_plan, have_same_sources
from funsies.core.travel import Parcel, dump_function

from .artefact import Artefact
from .codec_code import CodecCode, code_of_codecs
from .context import built, context
from .inputs import BoundInput, bind_input
from .signature import FunctionSignature, function_name, result_encoding, signature_of
from .step_name import check_step_name
from .type_variables import is_generic, solve, substitute

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
        "_contents",
        "_ingredients",
        "_inputs",
        "_interpreter",
        "_payload",
        "_results",
    )

    def __init__(
        self,
        spec: FunctionSpec,
        inputs: Sequence[BoundInput],
        results: Sequence[Encoding[Any]],
        code: Fingerprint | None,
        codecs: CodecCode,
    ) -> None:
        self.kind: TaskKind = spec.kind
        self.name: str = spec.shown_name
        self.strict: bool = spec.strict
        self.python: str | None = PYTHON
        self.outputs: tuple[Output, ...] = tuple(
            Output(name, encoding.wire, encoding.label)
            for name, encoding in zip(_output_names(len(results)), results, strict=True)
        )
        self.digest: Digest = digest("task", *_identity(spec, inputs, results, code, codecs))
        self._inputs = tuple(inputs)
        self._results = tuple(results)
        self._interpreter = _interpreter(spec)
        self._ingredients = (() if code is None else code.ingredients) + codecs.ingredients
        # Now, not when it is sent: what the function uses may change in the meantime.
        self._payload, self._contents = _payload(spec, inputs, results, code, codecs)

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
    def ingredients(self) -> bytes:
        parts: dict[str, object] = {
            "kind": self.kind.value,
            "name": self.name,
            "strict": self.strict,
            "inputs": {bound.name: bound.written.descriptor for bound in self._inputs},
            "outputs": [encoding.descriptor for encoding in self._results],
            "code": self._ingredients,
        }
        if self._interpreter:
            parts["interpreter"] = self._interpreter
        return json.dumps(parts, sort_keys=True).encode()


def _payload(
    spec: FunctionSpec,
    inputs: Sequence[BoundInput],
    results: Sequence[Encoding[Any]],
    code: Fingerprint | None,
    codecs: CodecCode,
) -> tuple[bytes, Mapping[Digest, bytes]]:
    """The function with its encodings, pickled as it is at this moment, and what it needs."""
    encodings = {bound.name: (bound.written, bound.wanted) for bound in inputs}
    is_dynamic = spec.kind is TaskKind.DYNAMIC
    brought = () if code is None or not is_dynamic else code.codecs
    libraries = {*(() if code is None else code.libraries), *codecs.libraries}
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
        libraries=tuple(sorted(libraries)),
        rules=dict(rules_in_force()) if is_dynamic else {},
        interpreter=_interpreter(spec),
    )
    contents = dict(texts.values())
    if bundle is not None:
        contents[bundle.digest] = bundle.data
    return encode_plan(plan), contents


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


def _output_names(number: int) -> list[str]:
    return ["value"] if number == 1 else [f"value:{index}" for index in range(number)]


def _identity(
    spec: FunctionSpec,
    inputs: Sequence[BoundInput],
    results: Sequence[Encoding[Any]],
    code: Fingerprint | None,
    codecs: CodecCode,
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
        *codecs.identity,
        *([("interpreter", *_interpreter(spec))] if _interpreter(spec) else []),
    )


def _interpreter(spec: FunctionSpec) -> tuple[str, ...]:
    """What ``Fun`` says of the shell steps that the function may build; empty if nothing."""
    return (context().interpreter or ()) if spec.kind is TaskKind.DYNAMIC else ()


_tasks: dict[tuple[Field, ...], PythonTask] = {}


def _task(
    spec: FunctionSpec, inputs: Sequence[BoundInput], results: Sequence[Encoding[Any]]
) -> PythonTask:
    """The task of a call; equal ones are the same object, so that its payload is made once."""
    code = None
    if spec.version is None:
        code = fingerprint(spec.function, ignore=spec.ignore, giver=spec.giver)
    used = [each for bound in inputs for each in (bound.written, bound.wanted)]
    codecs = code_of_codecs([*used, *results])
    key = _hashable(_identity(spec, inputs, results, code, codecs))
    task = _tasks.get(key)
    if task is None:
        if len(_tasks) >= _MAX_REMEMBERED_TASKS:
            _tasks.clear()  # at one blow: other threads may build steps, too
        task = _tasks[key] = PythonTask(spec, inputs, results, code, codecs)
    return task


def _hashable(fields: tuple[Field, ...]) -> tuple[Field, ...]:
    return tuple(tuple(field) if isinstance(field, list) else field for field in fields)


def call(
    spec: FunctionSpec, args: Sequence[object], kwargs: Mapping[str, object]
) -> tuple[Artefact[Any], ...]:
    """Make the operation of a call, and return its outputs.

    Raises:
        WiringError: if the arguments do not fit the function.
        UnsupportedTypeError: if an input or a result cannot be stored.
        FingerprintError: if the code cannot be seen whole.
    """
    signature = signature_of(spec.function)
    _refuse_artefact_result(spec, signature)
    annotations = _result_annotations(spec, signature)
    arguments = signature.bind(args, kwargs)
    inputs = [bind_input(item, spec.shown_name, strict=spec.strict) for item in arguments]
    types: dict[TypeVar, object] = {}
    if any(map(is_generic, annotations)):
        given = zip(arguments, inputs, strict=True)
        types = solve((each.annotation, bound.written.annotation) for each, bound in given)
    results = tuple(
        result_encoding(substitute(each, types), spec.shown_name) for each in annotations
    )
    made = _make(spec, inputs, results)
    return tuple(
        Artefact(made.output(index), encoding) for index, encoding in enumerate(results)
    )


def _make(
    spec: FunctionSpec, inputs: Sequence[BoundInput], results: Sequence[Encoding[Any]]
) -> Operation:
    options = spec.options.over(context().defaults)
    references = [(bound.name, bound.reference) for bound in inputs]
    return built(operation(_task(spec, inputs, results), references, options))


def _result_annotations(spec: FunctionSpec, signature: FunctionSignature) -> tuple[object, ...]:
    if spec.out is not None:
        return spec.out
    if spec.kind is TaskKind.DYNAMIC:
        return (_inside_artefact(signature.result, spec.shown_name),)
    return (signature.result,)


def is_artefact(annotation: object) -> bool:
    """True of the annotation of a function that returns an artefact."""
    return annotation is Artefact or get_origin(annotation) is Artefact


def _inside_artefact(annotation: object, function: str) -> object:
    if annotation is Any:
        return Any
    if not is_artefact(annotation):
        raise WiringError(
            f"{function} must return an artefact here, but its result is annotated as "
            f"{annotation!r}; use map() or reduce() for a function that returns a value"
        )
    return (get_args(annotation) or (Any,))[0]


def _refuse_artefact_result(spec: FunctionSpec, signature: FunctionSignature) -> None:
    if spec.kind is TaskKind.PYTHON and is_artefact(signature.result):
        raise WiringError(
            f"{spec.shown_name} returns an artefact; that makes the workflow dynamic: "
            "use artefact.bind(...)"
        )
