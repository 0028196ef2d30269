"""Classes for which the program registers a codec."""

from __future__ import annotations

from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import CallExpr, MypyFile, RefExpr, TypeInfo

from . import names
from .walk import nodes_of, once_a_file

_MARK: Final = "funsies_codec"


def has_codec(api: TypeChecker, info: TypeInfo) -> bool:
    """True if the module under check, or that of the class, registers a codec for a class."""
    registered = _registered(api.tree)
    return any(base in registered or _MARK in base.metadata for base in info.mro)


def mark_codec(api: TypeChecker, info: TypeInfo) -> None:
    """Remember in the interface of a class's own module that it has a codec."""
    if info.module_name == api.tree.fullname:
        info.metadata[_MARK] = {}


@once_a_file
def _registered(tree: MypyFile) -> frozenset[TypeInfo]:
    return frozenset(
        argument.node
        for node in nodes_of(tree)
        if isinstance(node, CallExpr)
        and isinstance(node.callee, RefExpr)
        and node.callee.fullname == names.REGISTER_CODEC
        for argument in node.args
        if isinstance(argument, RefExpr) and isinstance(argument.node, TypeInfo)
    )
