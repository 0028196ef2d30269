"""Names in annotations that are text: of functions that a function defines inside itself.

With ``from __future__ import annotations`` such names stand in no bytecode. On a worker, where
the inner function is made, they are looked up among the globals that came along; so what they
name has to come along.
"""

from __future__ import annotations
import __future__

import ast
import typing
from collections.abc import Iterator
from types import CodeType, GenericAlias, ModuleType, UnionType
from typing import Final

from funsies.core.fingerprint.records import nested_codes
from funsies.core.parsing import parse_expression

_FUTURE_ANNOTATIONS: Final = __future__.annotations.compiler_flag
_TYPES: Final = (type, ModuleType, GenericAlias, UnionType, typing.TypeVar, typing.NewType)


def types_named_in(code: CodeType, namespace: dict[str, object]) -> dict[str, object]:
    """Globals that annotations of inner functions name, as far as they are types or modules.

    Args:
        code: of the outer function.
        namespace: its globals.
    """
    if not code.co_flags & _FUTURE_ANNOTATIONS:
        return {}
    found = {name: namespace[name] for name in set(_names(code)) if name in namespace}
    return {name: value for name, value in found.items() if _is_type(value)}


def _is_type(value: object) -> bool:
    return isinstance(value, _TYPES) or getattr(value, "__module__", "") == "typing"


def _names(root: CodeType) -> Iterator[str]:
    for code in nested_codes(root):
        for constant in code.co_consts:
            if isinstance(constant, tuple) and len(constant) % 2 == 0:
                for annotation in constant[1::2]:
                    yield from _names_in(annotation)


def _names_in(annotation: object) -> Iterator[str]:
    if not isinstance(annotation, str):
        return
    try:
        tree = parse_expression(annotation)
    except (SyntaxError, ValueError):
        return
    yield from (node.id for node in ast.walk(tree) if isinstance(node, ast.Name))
