"""Annotations with type arguments that only type checkers know: ``pd.Series[float]``.

The stubs of a library may have type arguments where its class takes none at run time. In an
annotation that is a text, they are left out then.
"""

from __future__ import annotations

import ast
import typing
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

_SUBSCRIPTED: Final = "__subscripted__"


def read_hints(
    annotations: Mapping[str, object], names: dict[str, Any], local_names: dict[str, Any]
) -> dict[str, object]:
    """Resolve annotations as ``typing.get_type_hints`` does, without such type arguments.

    Args:
        annotations: by the name of what they are for.
        names: of the module.
        local_names: that go before these.

    Raises:
        NameError: if a name means nothing.
        TypeError: if an annotation is no type.

    >>> read_hints({"a": "list[int[str]]"}, {}, {})
    {'a': list[int]}
    """
    found = {name: _without_vain(hint) for name, hint in annotations.items()}
    holder = type("_", (), {"__annotations__": found})
    known = {**local_names, _SUBSCRIPTED: _subscripted}
    return typing.get_type_hints(holder, names, known, include_extras=True)


def _without_vain(hint: object) -> object:
    if isinstance(hint, typing.ForwardRef):
        hint = hint.__forward_arg__
    if not isinstance(hint, str):
        return hint
    tree = _Subscripts().visit(ast.parse(hint.strip(), mode="eval"))
    return ast.unparse(tree)


class _Subscripts(ast.NodeTransformer):
    """Replaces ``kind[arguments]`` by a call that may leave the arguments out."""

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        self.generic_visit(node)
        return ast.Call(ast.Name(_SUBSCRIPTED), [node.value, node.slice], [])


def _subscripted(kind: Any, arguments: Any) -> Any:
    takes_none = isinstance(kind, type) and not hasattr(kind, "__class_getitem__")
    return kind if takes_none and type(kind) is type else kind[arguments]
