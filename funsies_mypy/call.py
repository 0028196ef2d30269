"""One call of a function as a step: its inputs against its parameters, by mypy's own rules."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from mypy.checker import TypeChecker
from mypy.erasetype import remove_instance_last_known_values
from mypy.nodes import (
    ARG_NAMED,
    ARG_NAMED_OPT,
    ARG_POS,
    ARG_STAR,
    ARG_STAR2,
    ArgKind,
    Context,
    Expression,
    LambdaExpr,
    TempNode,
)
from mypy.typeops import make_simplified_union, tuple_fallback
from mypy.types import (
    AnyType,
    CallableType,
    ErasedType,
    Instance,
    TupleType,
    Type,
    TypeOfAny,
    UnionType,
    get_proper_type,
)

from . import codes
from .captures import check_function
from .complaints import Complaint, complain
from .inputs import check_inputs
from .messages import fail, shown
from .parameters import without_results
from .step import Given, Step
from .types import (
    has_artefact,
    item_type,
    nested_artefact,
    result_of,
    unknown,
    unlifted,
)

_BUILDING: Final = ("bind", "lash", "sac")
"""What takes functions that add steps."""


def checked(step: Step) -> Type:
    """Check a call, and give the type of what the function returns."""
    with _overrides_kept(step.api):
        result, callee = _checked(step, [_argument(step, each) for each in step.given])
        if callee is not None:
            check_inputs(step, callee)
        return result


def checked_plainly(step: Step) -> Type:
    """Check a call of a function that gets its arguments as they are, artefacts too."""
    with _overrides_kept(step.api):
        return _checked(step, [_stand_in(each, each.type) for each in step.given])[0]


def value_given(kind: Type, where: Context) -> Given:
    """An argument that does not stand in the program."""
    return Given(TempNode(kind, context=where), kind, ARG_POS, None)


@contextmanager
def _overrides_kept(api: TypeChecker) -> Iterator[None]:
    """Keep what mypy takes the arguments for while it tries the members of a union.

    It tries them once more inside, with the same expressions, and forgets them afterwards.
    """
    overrides = api.expr_checker.type_overrides
    kept = dict(overrides)
    try:
        yield
    finally:
        overrides.clear()
        overrides.update(kept)


@contextmanager
def _nothing_expected(api: TypeChecker) -> Iterator[None]:
    """Forget what type is expected here: it is that of the artefact, not of its value."""
    api.expr_checker.type_context.append(None)
    try:
        yield
    finally:
        api.expr_checker.type_context.pop()


def _checked(step: Step, arguments: list[_Argument]) -> tuple[Type, Type | None]:
    """Type of the result; and of the function as it is called here, if all is right so far."""
    callee = step.callee
    if step.expression is not None:
        builds = step.caller in _BUILDING
        check_function(step.api, step.expression, step.function, builds=builds)
    if isinstance(step.expression, LambdaExpr):
        values = [argument.type for argument in arguments]
        kinds = [each.kind for each in step.given]
        callee = lambda_type(step.api, step.expression, values, kinds, strict=step.is_strict)
    if step.is_strict is not True:
        callee = without_results(step, callee)
    return _call(step, callee, [argument.node for argument in arguments])


@dataclass(frozen=True, slots=True)
class _Argument:
    """What stands for an argument when mypy checks the call, and its type."""

    node: Expression
    type: Type


def _argument(step: Step, given: Given) -> _Argument:
    nested = _nested(given)
    if nested is not None:
        fail(step.api, codes.ARGUMENT, _told_of_nested(step, nested), given.expression)
        return _stand_in(given, unknown())
    if given.kind == ARG_STAR:
        return _starred(step.api, given)
    if given.kind == ARG_STAR2:
        return _double_starred(step.api, given)
    if has_artefact(given.type):
        return _stand_in(given, unlifted(given.type))
    # As it stands in the program, so that mypy infers it in the context of its parameter.
    return _Argument(given.expression, remove_instance_last_known_values(given.type))


def _nested(given: Given) -> Type | None:
    if given.kind in (ARG_STAR, ARG_STAR2):
        return None
    return nested_artefact(given.type)


def _told_of_nested(step: Step, nested: Type) -> str:
    return (
        f'An input of "{step.caller}" is {shown(step.api, nested)}, a container with artefacts '
        "inside; join them with gather(), or pass each as an input of its own"
    )


def _starred(api: TypeChecker, given: Given) -> _Argument:
    kind = get_proper_type(given.type)
    if isinstance(kind, TupleType):
        kind = tuple_fallback(kind)
    item = api.iterable_item_type(kind, given.expression) if _is_iterable(kind) else None
    if item is None or not has_artefact(item):
        return _Argument(given.expression, given.type)
    return _stand_in(given, api.named_generic_type("builtins.list", [unlifted(item)]))


def _double_starred(api: TypeChecker, given: Given) -> _Argument:
    kind = get_proper_type(given.type)
    match kind:
        case Instance(args=[key, value]) if has_artefact(value):
            arguments = [key, unlifted(value)]
            return _stand_in(given, api.named_generic_type("builtins.dict", arguments))
    return _Argument(given.expression, given.type)


def _is_iterable(kind: Type) -> bool:
    found = get_proper_type(kind)
    return isinstance(found, Instance) and found.type.has_base("typing.Iterable")


def _stand_in(given: Given, kind: Type) -> _Argument:
    return _Argument(TempNode(kind, context=given.expression), kind)


def _call(step: Step, callee: Type, nodes: list[Expression]) -> tuple[Type, Type | None]:
    kinds = [each.kind for each in step.given]
    keywords = [each.name for each in step.given]
    errors = step.api.msg.filter_errors(save_filtered_errors=True)
    with _nothing_expected(step.api), errors as watcher:
        result, inferred = step.api.expr_checker.check_call(
            callee, nodes, kinds, step.where, keywords
        )
    found = watcher.filtered_errors()
    for error in found:
        complain(Complaint(step, inferred, error))
    return remove_instance_last_known_values(result), None if found else inferred


def lambda_type(
    api: TypeChecker,
    expression: LambdaExpr,
    values: Sequence[Type],
    kinds: Sequence[ArgKind],
    *,
    strict: bool | None,
) -> Type:
    """Infer the type of a lambda that is called with some values.

    Args:
        api: the type checker.
        expression: the lambda.
        values: types of the values.
        kinds: how they are given.
        strict: False if it gets results in their place.
    """
    if any(kind not in (ARG_POS, ARG_STAR) for kind in kinds):
        values, kinds = [], []  # which parameters they are for is not known
    found = _in_order(values, kinds)
    if strict is False:
        found = [result_of(api, value) for value in found]
    types = list(_parameter_types(api, expression, found, is_open=ARG_STAR in kinds))
    context = CallableType(
        types,
        list(expression.arg_kinds),
        list(expression.arg_names),
        ErasedType(),
        api.named_type("builtins.function"),
    )
    if ARG_STAR in expression.arg_kinds:  # for which mypy makes nothing of the context
        expression.type = context
    try:
        return api.expr_checker.accept(expression, type_context=context)
    finally:
        expression.type = None


def _in_order(values: Sequence[Type], kinds: Sequence[ArgKind]) -> list[Type]:
    """What the parameters get. Of what is starred, the last is what each item may be."""
    if ARG_STAR not in kinds:
        return list(values)
    first = kinds.index(ARG_STAR)
    rest = [
        (item_type(value) or unknown()) if kind == ARG_STAR else value
        for value, kind in zip(values[first:], kinds[first:], strict=True)
    ]
    return [*values[:first], make_simplified_union(rest)]


def _parameter_types(
    api: TypeChecker, expression: LambdaExpr, values: Sequence[Type], *, is_open: bool
) -> Iterator[Type]:
    left = list(values)
    for argument in expression.arguments:
        if argument.kind == ARG_STAR:
            yield make_simplified_union(left) if left else unknown()
            left = []
        elif argument.kind in (ARG_NAMED, ARG_NAMED_OPT, ARG_STAR2) or not left:
            yield _default_type(api, argument.initializer)
        elif is_open and len(left) == 1:
            yield unknown() if isinstance(get_proper_type(left[0]), UnionType) else left[0]
        else:
            yield left.pop(0)


def _default_type(api: TypeChecker, initializer: object) -> Type:
    if isinstance(initializer, Expression):
        return api.expr_checker.accept(initializer)
    return AnyType(TypeOfAny.unannotated)
