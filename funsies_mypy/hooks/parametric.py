"""``recall``: inputs and outputs of a workflow that is committed in the same file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, cast

from mypy.checker import TypeChecker
from mypy.nodes import ARG_NAMED, ARG_NAMED_OPT, CallExpr, Expression, MypyFile, RefExpr
from mypy.plugin import FunctionContext, MethodContext
from mypy.types import CallableType, ExtraAttrs, Instance, LiteralType, Type, get_proper_type

from funsies_mypy import codes, names
from funsies_mypy.arguments import checker, given, given_at
from funsies_mypy.call import checked
from funsies_mypy.literals import items_of, keys_of, text_of
from funsies_mypy.messages import did_you_mean, fail, quoted
from funsies_mypy.step import Given, Step
from funsies_mypy.types import inside_artefact, literal_value, unknown
from funsies_mypy.walk import nodes_of, once_a_file

_WORKFLOW: Final = "name of the workflow"
_OUTPUT: Final = "output "
"""No attributes that a program can name: there is a space in them."""


@dataclass(frozen=True, slots=True)
class _Workflow:
    """A committed workflow.

    Attributes:
        name: of it.
        inputs: types of the artefacts that it names as its inputs.
        outputs: the same for its outputs; None if this file does not spell them out.
    """

    name: str
    inputs: Mapping[str, Type]
    outputs: Mapping[str, Type] | None


def check_recall(context: FunctionContext) -> Type:
    """Report inputs that the workflow of that name does not have, or not of that type."""
    api = checker(context)
    name, inputs = given(context, "name_or_hash"), given(context, "inp")
    text = None if name is None else text_of(api, name.expression)
    workflow = None if text is None else _find(api, text)
    if workflow is None or inputs is None:
        return context.default_return_type
    for key, where in keys_of(api, inputs.expression):
        if key not in workflow.inputs:
            told = (
                f'"{text}" has no input "{key}" (commit() names {quoted(workflow.inputs)})'
                f"{did_you_mean(key, workflow.inputs)}"
            )
            fail(api, codes.PARAMETRIC, told, where)
    _check_values(context, workflow, items_of(api, inputs.expression) or {})
    return _with_outputs(api, context.default_return_type, workflow)


def _check_values(
    context: FunctionContext, workflow: _Workflow, values: Mapping[str, Expression]
) -> None:
    """The values against the types of the inputs, as if the workflow were a function."""
    api = checker(context)
    known = {key: value for key, value in values.items() if key in workflow.inputs}
    callee = CallableType(
        [inside_artefact(kind) or unknown() for kind in workflow.inputs.values()],
        [ARG_NAMED_OPT] * len(workflow.inputs),
        list(workflow.inputs),
        unknown(),
        api.named_type("builtins.function"),
        name=workflow.name,
    )
    arguments = [
        Given(value, _type_by_itself(api, value), ARG_NAMED, key)
        for key, value in known.items()
    ]
    checked(Step(api, context.context, "recall", workflow.name, callee, arguments))


def _type_by_itself(api: TypeChecker, value: Expression) -> Type:
    """The type of a value, which mypy inferred before in the context of ``Any``."""
    with api.msg.filter_errors():
        return api.expr_checker.accept(value)


def _with_outputs(api: TypeChecker, kind: Type, workflow: _Workflow) -> Type:
    """The dict of the outputs, which knows the type of each."""
    found = get_proper_type(kind)
    if not isinstance(found, Instance) or workflow.outputs is None:
        return kind
    text = api.named_generic_type("builtins.str", [])
    extra: dict[str, Type] = {_WORKFLOW: LiteralType(workflow.name, text)}
    extra |= {f"{_OUTPUT}{name}": kind for name, kind in workflow.outputs.items()}
    known = found.copy_modified()
    known.extra_attrs = ExtraAttrs(extra, set(), None)
    return known


def check_output(context: MethodContext) -> Type:
    """``recall(...)["name"]``: the type of that output, if there is one."""
    kind = get_proper_type(context.type)
    extra = kind.extra_attrs if isinstance(kind, Instance) else None
    if extra is None or _WORKFLOW not in extra.attrs:
        return context.default_return_type
    api, asked = checker(context), given_at(context, 0)[0].expression
    name = text_of(api, asked)
    output = extra.attrs.get(f"{_OUTPUT}{name}")
    if name is not None and output is None:
        known = [each.removeprefix(_OUTPUT) for each in extra.attrs if each != _WORKFLOW]
        told = (
            f'"{literal_value(extra.attrs[_WORKFLOW])}" has no output "{name}" '
            f"(commit() names {quoted(known)}){did_you_mean(name, known)}"
        )
        fail(api, codes.PARAMETRIC, told, asked)
    return output or context.default_return_type


def _find(api: TypeChecker, name: str) -> _Workflow | None:
    """The workflow of a name; None if this file does not spell out the inputs of just one."""
    calls = [call for call in _commits(api.tree) if _is_named(api, call, name)]
    if len(calls) != 1:
        return None
    inputs, outputs = (
        items_of(api, _argument(calls[0], *each)) for each in (("inp", 1), ("out", 2))
    )
    if inputs is None:
        return None
    kinds = None if outputs is None else _types(api, outputs)
    return _Workflow(name, _types(api, inputs), kinds)


def _types(api: TypeChecker, values: Mapping[str, Expression]) -> dict[str, Type]:
    return {
        key: api.lookup_type(value) if api.has_type(value) else unknown()
        for key, value in values.items()
    }


def _is_named(api: TypeChecker, call: CallExpr, name: str) -> bool:
    expression = _argument(call, "name", 0)
    return expression is not None and text_of(api, expression) == name


def _argument(call: CallExpr, name: str, position: int) -> Expression | None:
    if name in call.arg_names:
        return call.args[call.arg_names.index(name)]
    is_there = position < len(call.args) and call.arg_names[position] is None
    return call.args[position] if is_there else None


@once_a_file
def _commits(tree: MypyFile) -> tuple[CallExpr, ...]:
    return tuple(_find_commits(tree))


def _find_commits(tree: MypyFile) -> Iterator[CallExpr]:
    for node in nodes_of(tree):
        callee = node.callee if isinstance(node, CallExpr) else None
        if isinstance(callee, RefExpr) and callee.fullname == names.COMMIT:
            yield cast(CallExpr, node)
