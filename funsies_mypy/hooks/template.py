"""``template``: the keys of a template that is spelled out, or that a variable holds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import (
    CallExpr,
    ComparisonExpr,
    DelStmt,
    DictExpr,
    Expression,
    ExpressionStmt,
    ForStmt,
    GeneratorExpr,
    IndexExpr,
    MemberExpr,
    MypyFile,
    NameExpr,
    Node,
    OpExpr,
    RefExpr,
    Var,
)
from mypy.plugin import FunctionContext
from mypy.types import Instance, Type, TypedDictType, get_proper_type

from funsies_mypy import codes, names
from funsies_mypy.arguments import checker, given
from funsies_mypy.literals import all_keys_of, is_written_out, only_value, text_of
from funsies_mypy.messages import did_you_mean, fail
from funsies_mypy.walk import flat, parents_of, uses_of_variables

_READERS: Final = frozenset(
    f"builtins.{name}"
    for name in ("dict", "len", "list", "print", "repr", "set", "sorted", "str", "tuple")
)
_READING_METHODS: Final = frozenset({"copy", "get", "items", "keys", "values"})


def possible_keys(api: TypeChecker, expression: Expression) -> set[str] | None:
    """The keys that a dict may have; None if that is not known.

    Args:
        api: the type checker.
        expression: of the dict: written out, a variable that holds such a one and is only
            read, two of them merged, or anything that is a ``TypedDict``.
    """
    if is_written_out(expression):
        parts = [_keys_of_item(api, *item) for item in _items(expression)]
        return None if None in parts else {key for part in parts for key in part or ()}
    if isinstance(expression, OpExpr) and expression.op == "|":
        left, right = possible_keys(api, expression.left), possible_keys(api, expression.right)
        return None if left is None or right is None else left | right
    kind = get_proper_type(api.lookup_type(expression)) if api.has_type(expression) else None
    if isinstance(kind, TypedDictType):
        return set(kind.items)
    value = _only_value(api, expression)
    return None if value is None else possible_keys(api, value)


def _items(written: Expression) -> Iterator[tuple[str | Expression | None, Expression]]:
    """Key and value; the key is None where the value is a dict whose items are taken."""
    if isinstance(written, DictExpr):
        yield from written.items
    elif isinstance(written, CallExpr):
        yield from zip(written.arg_names, written.args, strict=True)


def _keys_of_item(
    api: TypeChecker, key: str | Expression | None, value: Expression
) -> set[str] | None:
    if key is None:
        return possible_keys(api, value)
    text = key if isinstance(key, str) else text_of(api, key)
    return None if text is None else {text}


def _only_value(api: TypeChecker, expression: Expression) -> Expression | None:
    """What a variable of this file always holds, if it is changed nowhere."""
    variable = expression.node if isinstance(expression, NameExpr) else None
    value = only_value(api, variable) if isinstance(variable, Var) else None
    if value is None or not isinstance(variable, Var):
        return None
    reads = uses_of_variables(api.tree)[variable].read
    return value if all(_is_only_read(api, name) for name in reads) else None


def _is_only_read(api: TypeChecker, name: NameExpr) -> bool:
    """True where a dict certainly stays as it is."""
    parent = parents_of(api.tree).get(id(name))
    match parent:
        case CallExpr(callee=callee):
            return callee is not name and _only_reads(api, callee)
        case IndexExpr(base=base):
            return base is not name or not _is_assigned(api.tree, parent)
        case MemberExpr(name=method):
            return method in _READING_METHODS
        case DictExpr(items=items):
            return any(key is None and value is name for key, value in items)
    return isinstance(parent, (ComparisonExpr, OpExpr, ForStmt, GeneratorExpr, ExpressionStmt))


def _only_reads(api: TypeChecker, callee: Expression) -> bool:
    """True of functions that look at their arguments: some of Python, all of funsies, tasks."""
    if isinstance(callee, RefExpr) and callee.fullname in _READERS:
        return True
    if isinstance(callee, RefExpr) and callee.fullname.startswith(names.PACKAGE):
        return True
    return api.has_type(callee) and _is_task(api.lookup_type(callee))


def _is_task(kind: Type) -> bool:
    found = get_proper_type(kind)
    return isinstance(found, Instance) and found.type.fullname == names.TASK


def _is_assigned(tree: MypyFile, item: Node) -> bool:
    """True of ``values["key"]`` where it is bound or deleted."""
    parent = parents_of(tree).get(id(item))
    targets = [getattr(parent, each, ()) for each in ("lvalues", "lvalue", "index", "target")]
    return isinstance(parent, DelStmt) or any(node is item for node in flat(targets))


_TAG: Final = re.compile(r"{{(?P<kind>[{&#^/!>=]?)(?P<key>.*?)}}", re.DOTALL)


def check_template(context: FunctionContext) -> Type:
    """Each key of the template has a value, and each value has a key."""
    api = checker(context)
    template, data = given(context, "template"), given(context, "data")
    env = given(context, "env")
    text = None if template is None else text_of(api, template.expression)
    values = None if data is None else all_keys_of(api, data.expression)
    variables = [] if env is None else all_keys_of(api, env.expression)
    if template is None or data is None or text is None or variables is None:
        return context.default_return_type
    keys = possible_keys(api, data.expression)
    if keys is None:
        return context.default_return_type
    known = [*keys, *(name for name, _ in variables)]
    tags = list(_tags(text))
    for key in dict.fromkeys(key for key, is_outside in tags if is_outside):
        if key not in known:
            told = (
                f'Template key "{key}" has no value{did_you_mean(key, known)}; give it in data='
            )
            fail(api, codes.TEMPLATE, told, template.expression)
    if _has_partials(text) or values is None:
        return context.default_return_type
    asked = {key for key, _ in tags}
    for name, where in (*values, *variables):
        if name not in asked:
            told = f'The template has no key "{name}"{did_you_mean(name, asked)}'
            fail(api, codes.TEMPLATE, told, where)
    return context.default_return_type


def _tags(text: str) -> Iterator[tuple[str, bool]]:
    """The keys of a template, and whether each stands outside of all sections."""
    depth = 0
    for found in _TAG.finditer(text):
        kind, key = found["kind"], found["key"].strip().strip("}").strip()
        if kind == "/":
            depth -= 1
        elif kind in ("", "{", "&", "#", "^") and key != ".":
            yield key.partition(".")[0], depth == 0
        depth += kind in ("#", "^") and kind != ""


def _has_partials(text: str) -> bool:
    return any(found["kind"] in (">", "=") for found in _TAG.finditer(text))
