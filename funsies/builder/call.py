"""Calls of Python functions as operations.

A program makes very many calls that differ in nothing but their values. What they have in
common is found once: a :class:`CallPlan` for each function, and in it a form for each way in
which the values of a call are written. A form holds as long as the code that it was made for:
that is looked at in each call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from inspect import formatannotation
from types import BuiltinFunctionType, FunctionType
from typing import Any, Final, TypeAlias, TypeVar, get_args, get_origin

import msgspec

from funsies.core.encoding import Encoding
from funsies.core.encoding.codecs import when_codecs_change
from funsies.core.errors import FunsiesError, WiringError
from funsies.core.fingerprint import Fingerprint, fingerprint
from funsies.core.graph import Operation, Reference, TaskKind, operation
from funsies.core.type_hints import has_annotations

from .annotations import is_generic, refuse_contradiction, solve, substitute
from .artefact import Artefact
from .context import built, context
from .inputs import (
    MOST_REMEMBERED,
    Binding,
    BoundInput,
    Parameter,
    bound_constant,
    refuse_misfit,
)
from .python_task import FunctionSpec, PythonTask, interpreter_of, task_of
from .signature import FunctionSignature, result_encoding, signature_of
from .type_code import TypeCode, described, may_have_new_subclasses

_MOST_FORMS: Final = 256
"""So many are remembered of one function."""

_MOST_PLANS: Final = 1024

Encodings: TypeAlias = tuple[Encoding[Any], ...]


def call(
    spec: FunctionSpec, args: Sequence[object], kwargs: Mapping[str, object]
) -> tuple[Artefact[Any], ...]:
    """Make the operation of a call, and return its outputs.

    Raises:
        WiringError: if the arguments do not fit the function.
        UnsupportedTypeError: if an input or a result cannot be stored.
        FingerprintError: if the code cannot be seen whole.
    """
    made, results = _plan_of(spec).operation(spec, args, kwargs)
    return tuple(
        Artefact(made.output(index), encoding) for index, encoding in enumerate(results)
    )


class _Form(msgspec.Struct, frozen=True):
    """What calls have in common whose values are written in the same ways.

    Attributes:
        task: what they do.
        results: how their results are written, with the classes that these may have.
        code: of the function, which the task was made for; None if a version stands for it.
        types: the code of the types of the values.
        written: how the values are written: what a form is found by are their identities.
        is_lasting: True if what it was made of can be seen to be the same.
    """

    task: PythonTask
    results: Encodings
    code: Fingerprint | None
    types: TypeCode
    written: tuple[Encoding[object], ...]
    is_lasting: bool


class CallPlan:
    """A function prepared to be called as a step.

    Raises:
        WiringError: if it can be none as it is annotated.
    """

    def __init__(self, spec: FunctionSpec) -> None:
        signature = signature_of(spec.function)
        _refuse_artefact_result(spec, signature)
        if spec.out is not None and spec.kind is TaskKind.PYTHON:
            refuse_contradiction(spec.shown_name, signature.result, spec.out)
        self._name = spec.shown_name
        self._annotations = _result_annotations(spec, signature)
        self._is_generic = any(map(is_generic, self._annotations))
        self._binding = Binding(signature, self._name, strict=spec.strict)
        self._forms: dict[tuple[object, ...], _Form] = {}

    def operation(
        self, spec: FunctionSpec, args: Sequence[object], kwargs: Mapping[str, object]
    ) -> tuple[Operation, Encodings]:
        """The operation of a call, and how its results are written."""
        parameters = self._binding.parameters(args, kwargs)
        references: list[tuple[str, Reference]] = []
        written: list[Encoding[object]] = []
        for each in parameters:
            place = each.place
            value = args[place] if isinstance(place, int) else kwargs[place]
            if isinstance(value, Artefact):
                reference, encoding = value.reference, value.encoding
            else:
                reference, encoding = bound_constant(each, value, self._name)
            references.append((each.name, reference))
            written.append(encoding)
        key = (interpreter_of(spec), len(args), *kwargs, *map(id, written))
        form = self._forms.get(key)
        if form is None:
            self._refuse_misfits(parameters, written)
        code = _code(spec)
        if form is None or not _holds(form, code):
            form = self._form(spec, parameters, references, written, code)
            self._remember(key, form)
        own = spec.options
        made = operation(form.task, references, own.over(context().defaults), own.label)
        return built(made), form.results

    def _form(
        self,
        spec: FunctionSpec,
        parameters: Sequence[Parameter],
        references: Sequence[tuple[str, Reference]],
        written: Sequence[Encoding[object]],
        code: Fingerprint | None,
    ) -> _Form:
        inputs = [
            BoundInput(each.name, reference, encoding, each.wanted, each.parameter)
            for each, (_, reference), encoding in zip(
                parameters, references, written, strict=True
            )
        ]
        results = self._results(parameters, written)
        reached = _reached(spec) if code is None and _is_open(results) else code
        written_as = tuple(described(each, written, reached) for each in results)
        task, types = task_of(spec, inputs, written_as, code)
        is_lasting = not (code is None and _is_open(results)) and not any(
            map(may_have_new_subclasses, results)
        )
        return _Form(task, written_as, code, types, tuple(written), is_lasting)

    def _refuse_misfits(
        self, parameters: Sequence[Parameter], written: Sequence[Encoding[object]]
    ) -> None:
        """Check the inputs against the parameters, each pair of types once."""
        seen: set[tuple[int, int]] = set()
        for each, encoding in zip(parameters, written, strict=True):
            pair = (id(each.wanted), id(encoding))
            if pair not in seen:
                seen.add(pair)
                refuse_misfit(each, encoding, self._name)

    def _results(
        self, parameters: Sequence[Parameter], written: Sequence[Encoding[object]]
    ) -> Encodings:
        types: dict[TypeVar, object] = {}
        if self._is_generic:
            given = zip(parameters, written, strict=True)
            types = solve((each.annotation, encoding.annotation) for each, encoding in given)
        return tuple(
            result_encoding(substitute(each, types), self._name) for each in self._annotations
        )

    def _remember(self, key: tuple[object, ...], form: _Form) -> None:
        if not form.is_lasting or len(form.written) > MOST_REMEMBERED:
            return
        if len(self._forms) >= _MOST_FORMS:
            self._forms.clear()  # at one blow: other threads may build steps, too
        self._forms[key] = form


def _holds(form: _Form, code: Fingerprint | None) -> bool:
    """True if the code of the function, and of the types of its values, is what it was."""
    return form.code is code and form.types.is_current


_plans: dict[tuple[object, ...], CallPlan] = {}
when_codecs_change(_plans.clear)


def _known_by(function: Any, version: str | None) -> tuple[object, ...]:
    """By what a function is known that holds nothing large; nothing for others.

    A lambda in a loop is a new object each time, so it is known by its code.
    """
    if type(function) is not FunctionType:
        return (function,) if isinstance(function, (BuiltinFunctionType, type)) else ()
    if function.__closure__ is not None:
        return ()
    if has_annotations(function) or function.__dict__ or version is not None:
        return (function, function.__code__, *_filled_in(function))
    return (
        function.__code__,
        function.__qualname__,
        id(function.__globals__),
        *_filled_in(function),
    )


def _filled_in(function: FunctionType) -> tuple[object, ...]:
    return len(function.__defaults__ or ()), *(function.__kwdefaults__ or ())


def _plan_of(spec: FunctionSpec) -> CallPlan:
    """The plan of a function; remembered of those that hold nothing large."""
    function = spec.function
    known_by = _known_by(function, spec.version)
    if not known_by:
        return CallPlan(spec)
    key = (
        known_by,
        spec.kind is TaskKind.DYNAMIC,
        spec.name,
        spec.strict,
        spec.out,
        spec.version,
        frozenset(spec.ignore),
        spec.is_task,
    )
    try:
        known = _plans.get(key)
    except TypeError:  # an annotation that is not hashable
        return CallPlan(spec)
    if known is None:
        if len(_plans) >= _MOST_PLANS:
            _plans.clear()
        known = _plans[key] = CallPlan(spec)
    return known


def _code(spec: FunctionSpec) -> Fingerprint | None:
    """The code of a function; None if a version stands in its place."""
    if spec.version is not None:
        return None
    return _fingerprint(spec)


def _fingerprint(spec: FunctionSpec) -> Fingerprint:
    builds = spec.kind is TaskKind.DYNAMIC
    return fingerprint(spec.function, ignore=spec.ignore, giver=spec.giver, builds=builds)


def _is_open(results: Sequence[Encoding[Any]]) -> bool:
    """True if values may be of classes that the annotations do not name."""
    return any(each.says_itself or each.classes for each in results)


def _reached(spec: FunctionSpec) -> Fingerprint | None:
    """What the code of a function reaches; None if that cannot be seen, and need not be."""
    try:
        return _fingerprint(spec)
    except FunsiesError:
        return None


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
            f"{formatannotation(annotation)}; use map() or reduce() for a function that "
            "returns a value"
        )
    return (get_args(annotation) or (Any,))[0]


def _refuse_artefact_result(spec: FunctionSpec, signature: FunctionSignature) -> None:
    if spec.kind is TaskKind.PYTHON and is_artefact(signature.result):
        raise WiringError(
            f"{spec.shown_name} returns an artefact; that makes the workflow dynamic: "
            "use artefact.bind(...)"
        )
