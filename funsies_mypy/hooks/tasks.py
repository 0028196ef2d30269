"""``@task``: functions that can be tasks."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import (
    ARG_OPT,
    Argument,
    CallExpr,
    Context,
    Decorator,
    DictExpr,
    DictionaryComprehension,
    Expression,
    FuncDef,
    ListComprehension,
    ListExpr,
    RefExpr,
    SetComprehension,
    SetExpr,
)
from mypy.plugin import FunctionContext, FunctionSigContext
from mypy.subtypes import is_same_type
from mypy.types import (
    AnyType,
    CallableType,
    FunctionLike,
    Instance,
    Type,
    TypeOfAny,
    TypeType,
    get_proper_type,
)

from funsies_mypy import codes, names
from funsies_mypy.arguments import checker, given_at, is_strict
from funsies_mypy.captures import check_captures
from funsies_mypy.encodable import unencodable, unencodable_value
from funsies_mypy.inner_steps import check_steps_inside
from funsies_mypy.literals import text_of
from funsies_mypy.messages import fail
from funsies_mypy.parameters import report_results, report_values
from funsies_mypy.types import has_artefact, inside_result, value_of

from .above_task import check_above
from .ignored import check_ignored, is_counted
from .keywords import open_keywords

_MUTABLE_DISPLAYS: Final = (
    ListExpr,
    DictExpr,
    SetExpr,
    ListComprehension,
    SetComprehension,
    DictionaryComprehension,
)

_DECORATORS: Final = {
    True: names.STRICT_DECORATOR,
    False: names.LENIENT_DECORATOR,
    None: names.OPEN_DECORATOR,
}


def open_decorator(context: FunctionSigContext) -> FunctionLike:
    """Let ``@task("name")`` be ``@task(...)``, which is told of the keyword then."""
    signature = open_keywords(context)
    if not isinstance(signature, CallableType) or "name" not in signature.arg_names:
        return signature
    text = checker(context).named_generic_type("builtins.str", [])
    return signature.copy_modified(
        arg_types=[text, *signature.arg_types],
        arg_kinds=[ARG_OPT, *signature.arg_kinds],
        arg_names=[None, *signature.arg_names],
    )


def check_decorator(context: FunctionContext) -> Type:
    """``@task``; or ``@task(...)``, whose answer is the decorator to be looked at again."""
    if "name" not in context.callee_arg_names:
        return _check(context, strict=True)
    for each in given_at(context, 0):
        text = text_of(checker(context), each.expression)
        shown = "..." if text is None else f'"{text}"'
        told = f'"@task" takes a name by keyword: @task(name={shown})'
        fail(checker(context), codes.TASK, told, each.expression)
    kind = get_proper_type(context.default_return_type)
    if not isinstance(kind, CallableType):
        return context.default_return_type
    return kind.copy_modified(name=_DECORATORS[is_strict(context)])


def check_strict(context: FunctionContext) -> Type:
    """``@task(...)``."""
    return _check(context, strict=True)


def check_lenient(context: FunctionContext) -> Type:
    """``@task(strict=False)``."""
    return _check(context, strict=False)


def check_open(context: FunctionContext) -> Type:
    """``@task(strict=...)``, where only the run tells what it is."""
    return _check(context, strict=None)


def _check(context: FunctionContext, *, strict: bool | None) -> Type:
    function = given_at(context, 0)
    name = _class_name(function[0].type) if function else None
    if name is not None:
        _refuse_class(context, name)
        return context.default_return_type
    check_above(checker(context), context.context)
    node = _definition(context.context, function[0].expression if function else None)
    if function and node is not None:
        kind = get_proper_type(function[0].type)
        definition = _Definition(checker(context), node, kind, strict=strict)
        definition.check(is_counted=is_counted(context.context))
        check_ignored(checker(context), context.context, node)
        return _with_result(context.default_return_type, kind)
    return context.default_return_type


def _with_result(task: Type, function: Type) -> Type:
    """The task, with the very type that the function returns: mypy's own loses its unit."""
    found, kind = get_proper_type(task), get_proper_type(function)
    if not isinstance(found, Instance) or not isinstance(kind, CallableType):
        return task
    if len(found.args) != 2 or not is_same_type(found.args[1], kind.ret_type):  # noqa: PLR2004 (parameters, result)
        return task
    return found.copy_modified(args=[found.args[0], kind.ret_type])


def _class_name(kind: Type) -> str | None:
    """Name of a class that is given as a value; None of what is none."""
    found = get_proper_type(kind)
    if isinstance(found, FunctionLike) and found.is_type_obj():
        return found.type_object().name
    made = found.item if isinstance(found, TypeType) else None
    return made.type.name if isinstance(made, Instance) else None


def _refuse_class(context: FunctionContext, name: str) -> None:
    text = (
        f'"@task" cannot wrap the class "{name}"; make its objects in a step with '
        f"reduce({name}, ...), or write a function that returns one"
    )
    fail(checker(context), codes.TASK, text, context.context)


def _definition(where: Context, expression: Expression | None) -> FuncDef | None:
    if isinstance(where, Decorator):
        return where.func
    node = expression.node if isinstance(expression, RefExpr) else None
    if isinstance(node, Decorator):
        return node.func
    return node if isinstance(node, FuncDef) else None


class _Definition:
    """A function that becomes a task.

    Args:
        api: the type checker.
        function: its definition.
        kind: its type.
        strict: whether it is given values, or results; None if that is not known.
    """

    def __init__(
        self, api: TypeChecker, function: FuncDef, kind: Type, *, strict: bool | None
    ) -> None:
        self._api = api
        self._function = function
        self._kind = get_proper_type(kind)
        self._strict = strict
        self._name = function.name

    def check(self, *, is_counted: bool) -> None:
        """Report what is wrong with it, where all that it uses is counted, or not."""
        odd = self._oddity()
        if odd is not None:
            self._fail(f'"@task" cannot wrap the {odd}')
            return
        self._check_annotations()
        for argument in self._function.arguments:
            self._check_default(argument)
        self._check_types()
        check_captures(self._api, self._function, self._name, is_counted=is_counted)
        check_steps_inside(self._api, self._function, self._name, builds=False)

    def _fail(self, text: str, where: Context | None = None) -> None:
        fail(self._api, codes.TASK, text, where or self._function)

    def _oddity(self) -> str | None:
        function = self._function
        if function.is_coroutine or function.is_async_generator:
            return (
                f'async function "{self._name}"; make it a plain function that calls '
                "asyncio.run() inside"
            )
        if function.is_generator:
            return f'generator function "{self._name}"; return a list instead'
        if function.info and not function.is_static:
            owner = function.info.name
            return f'method "{owner}.{self._name}"; use a module-level function'
        return None

    def _check_annotations(self) -> None:
        kind = self._function.type
        signature = kind if isinstance(kind, CallableType) else None
        for index, argument in enumerate(self._function.arguments):
            if signature is None or _is_missing(signature.arg_types[index]):
                name = argument.variable.name
                self._fail(
                    f'Parameter "{name}" of task "{self._name}" needs an annotation', argument
                )
        if signature is None or _is_missing(signature.ret_type):
            self._fail(f'Task "{self._name}" needs a return annotation')

    def _check_default(self, argument: Argument) -> None:
        default = argument.initializer
        is_mutable = isinstance(default, _MUTABLE_DISPLAYS) or (
            isinstance(default, CallExpr)
            and isinstance(default.callee, RefExpr)
            and default.callee.fullname in names.MUTABLE
        )
        if is_mutable:
            name = argument.variable.name
            self._fail(
                f'Parameter "{name}" of task "{self._name}" has a default that can be changed; '
                "use None or a tuple",
                argument,
            )

    def _check_types(self) -> None:
        kind = self._kind
        if not isinstance(kind, CallableType):
            return
        if self._strict is False:
            report_values(self._api, self._name, kind, self._function)
        if self._strict is True:
            report_results(self._api, self._name, kind, self._function)
        self._check_result(kind.ret_type)
        for name, parameter in self._parameters(kind):
            problem = unencodable_value(self._api, parameter)
            if problem is not None:
                text = f'Parameter "{name}" of task "{self._name}" is {problem}'
                fail(self._api, codes.ENCODING, text, self._function)

    def _parameters(self, kind: CallableType) -> Iterator[tuple[str | None, Type]]:
        for name, parameter in zip(kind.arg_names, kind.arg_types, strict=True):
            yield name, inside_result(parameter) or parameter

    def _check_result(self, result: Type) -> None:
        if has_artefact(result):
            text = (
                f'Task "{self._name}" returns an artefact; that makes the workflow dynamic: '
                "leave out @task, and use .bind() or dynamic.sac()"
            )
            fail(self._api, codes.DYNAMIC, text, self._function)
            return
        problem = unencodable(self._api, value_of(result))
        if problem is not None:
            text = f'Task "{self._name}" returns {problem}'
            fail(self._api, codes.ENCODING, text, self._function)


def _is_missing(kind: Type) -> bool:
    found = get_proper_type(kind)
    return isinstance(found, AnyType) and found.type_of_any == TypeOfAny.unannotated
