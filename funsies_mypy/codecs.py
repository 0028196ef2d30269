"""Classes for which the program registers a codec."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import CallExpr, MypyFile, NameExpr, RefExpr, TypeInfo
from mypy.plugin import FunctionContext
from mypy.types import Type

from funsies_mypy.arguments import checker, given_at

from . import names
from .walk import nodes_of, once_a_file

_MARK: Final = "funsies_codec"
_SUBCLASSES: Final = "subclasses"


def has_codec(api: TypeChecker, info: TypeInfo) -> bool:
    """True if the module under check, or that of the class, registers a codec for a class.

    Or one for a base that takes subclasses.
    """
    registered = _registered(api.tree)
    return any(
        base is info or takes_subclasses
        for base in info.mro
        for takes_subclasses in _codecs_of(base, registered)
    )


def mark_codec(api: TypeChecker, info: TypeInfo, call: CallExpr) -> None:
    """Remember in the interface of a class's own module that it has a codec."""
    if info.module_name == api.tree.fullname:
        info.metadata[_MARK] = {_SUBCLASSES: _takes_subclasses(call)}


def _codecs_of(base: TypeInfo, registered: Mapping[TypeInfo, bool]) -> list[bool]:
    """Of each codec of a class that is known here: whether it takes subclasses."""
    marked = base.metadata.get(_MARK)
    known = [] if marked is None else [bool(marked.get(_SUBCLASSES))]
    return [*known, registered[base]] if base in registered else known


@once_a_file
def _registered(tree: MypyFile) -> Mapping[TypeInfo, bool]:
    return {
        argument.node: _takes_subclasses(node)
        for node in nodes_of(tree)
        if isinstance(node, CallExpr)
        and isinstance(node.callee, RefExpr)
        and node.callee.fullname == names.REGISTER_CODEC
        for argument in node.args
        if isinstance(argument, RefExpr) and isinstance(argument.node, TypeInfo)
    }


def _takes_subclasses(call: CallExpr) -> bool:
    """Whether a call says so, or may say so."""
    given = dict(zip(call.arg_names, call.args, strict=True)).get(_SUBCLASSES)
    is_false = isinstance(given, NameExpr) and given.fullname == "builtins.False"
    return given is not None and not is_false


def check_register_codec(context: FunctionContext) -> Type:
    """Remember that the class has a codec, for the modules that import it."""
    if isinstance(context.context, CallExpr):
        _mark(context, context.context)
    return context.default_return_type


def _mark(context: FunctionContext, call: CallExpr) -> None:
    for index in range(len(context.args)):
        for each in given_at(context, index):
            if isinstance(each.expression, RefExpr) and isinstance(
                each.expression.node, TypeInfo
            ):
                mark_codec(checker(context), each.expression.node, call)
