"""The text of a function, reduced to what it says.

A walk of our own over the syntax tree, because ``ast.dump`` and ``ast.unparse`` differ
between versions of Python. Positions, comments, docstrings, formatting and annotations that
nothing reads are left out.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from funsies.core.digest import Digest, Field, digest
from funsies.core.fingerprint.code_digest import constant_field

Scope: TypeAlias = "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef"
"""What has a code object of its own."""

Resolve: TypeAlias = Callable[[ast.expr], str]
"""Gives the dotted name of an expression by the file's imports; "" if it has none."""

SCOPES: Final = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)
_FUNCTIONS: Final = (ast.FunctionDef, ast.AsyncFunctionDef)
_NO_MEANING: Final = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
_ANNOTATIONS: Final = frozenset({"annotation", "returns", "type_params"})
_BODIES: Final = frozenset({"body", "orelse", "finalbody"})
_BLIND: Final = frozenset(
    {
        "property",
        "staticmethod",
        "classmethod",
        "abc.abstractmethod",
        "contextlib.contextmanager",
        "functools.wraps",
        "functools.lru_cache",
        "functools.cache",
        "functools.cached_property",
        "typing.override",
        "typing.final",
    }
)
"""Decorators that do not look at the annotations of what they decorate."""


def text_digest(node: Scope | ast.Module, resolve: Resolve) -> Digest:
    """Digest of a function, class or module as it is written.

    Defaults of the outermost function are left out: they count by their values.

    Args:
        node: the definition.
        resolve: tells which decorators are those of funsies; they are not part of the text.
    """
    return digest("text", tuple(_tokens(node, resolve)))


def _tokens(root: ast.AST, resolve: Resolve) -> Iterator[Field]:
    """The tree in prefix notation: each node and list says how many items follow.

    No recursion: a sum of a thousand terms is a tree a thousand levels deep.
    """
    pending: list[tuple[object, bool]] = [(root, False)]
    while pending:
        item, keeps_annotations = pending.pop()
        if isinstance(item, ast.Constant):
            yield ("Constant", constant_field(item.value))
        elif isinstance(item, ast.AST):
            keeps = _keeps_annotations(item, keeps_annotations, resolve)
            fields = _fields(item, keeps, resolve, is_root=item is root)
            yield (type(item).__name__, len(fields))
            for name, value in reversed(fields):
                pending += ((value, keeps), (_Token(name), keeps))
        elif isinstance(item, list):
            yield len(item)
            pending += ((value, keeps_annotations) for value in reversed(item))
        elif isinstance(item, _Token):
            yield item.text
        else:
            yield constant_field(item)


class _Token:
    """A field's name, kept apart from text in the tree."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text


def _keeps_annotations(node: ast.AST, inherited: bool, resolve: Resolve) -> bool:
    """Annotations count where something may read them: in classes, under foreign decorators."""
    if isinstance(node, _FUNCTIONS):
        return keeps_annotations(node, resolve)
    if isinstance(node, (ast.ClassDef, ast.Module)):
        return True
    return inherited and not isinstance(node, ast.Lambda)


def keeps_annotations(
    function: ast.FunctionDef | ast.AsyncFunctionDef, resolve: Resolve
) -> bool:
    """True of a function with a decorator that may look at its annotations."""
    decorators = _decorators(function, resolve)
    return any(not _is_blind(resolve(_callee(each))) for each in decorators)


def _is_blind(decorator: str) -> bool:
    return decorator in _BLIND or decorator.endswith((".setter", ".getter", ".deleter"))


def _fields(
    node: ast.AST, keeps_annotations: bool, resolve: Resolve, *, is_root: bool
) -> list[tuple[str, object]]:
    if isinstance(node, ast.JoinedStr):
        return [("values", _merged(node.values))]
    found: list[tuple[str, object]] = []
    for name, value in ast.iter_fields(node):
        if name in _NO_MEANING or (name in _ANNOTATIONS and not keeps_annotations):
            continue
        kept = _field(node, name, value, resolve, keeps_annotations=keeps_annotations)
        if is_root and name == "args":
            kept = _without_defaults(value)
        if kept is not None and kept != []:
            found.append((name, kept))
    return found


def _field(
    node: ast.AST, name: str, value: object, resolve: Resolve, *, keeps_annotations: bool
) -> object:
    if name == "decorator_list" and isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
        return _decorators(node, resolve)
    if name in _BODIES and isinstance(value, list):
        statements = [each for each in value if not _says_nothing(each)]
        return statements if keeps_annotations else _without_annotations(statements)
    return value


def _without_annotations(statements: list[ast.stmt]) -> list[ast.stmt]:
    plain: list[ast.stmt] = []
    for statement in statements:
        if not isinstance(statement, ast.AnnAssign):
            plain.append(statement)
        elif statement.value is not None:
            plain.append(ast.Assign(targets=[statement.target], value=statement.value))
    return plain


def _says_nothing(statement: ast.AST) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )


def _without_defaults(arguments: ast.arguments) -> ast.arguments:
    """The parameters; that one is optional, and what it defaults to, the live values say."""
    return ast.arguments(
        posonlyargs=arguments.posonlyargs,
        args=arguments.args,
        vararg=arguments.vararg,
        kwonlyargs=arguments.kwonlyargs,
        kw_defaults=[],
        kwarg=arguments.kwarg,
        defaults=[],
    )


def _decorators(
    node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef, resolve: Resolve
) -> list[ast.expr]:
    """Decorators without those of funsies: a change of ``retries=`` must not run anything."""
    return [
        each
        for each in node.decorator_list
        if resolve(_callee(each)).partition(".")[0] != "funsies"
    ]


def _callee(decorator: ast.expr) -> ast.expr:
    return decorator.func if isinstance(decorator, ast.Call) else decorator


def _merged(values: list[ast.expr]) -> list[ast.expr]:
    """Parts of an f-string; versions of Python cut its constant text differently."""
    merged: list[ast.expr] = []
    for value in values:
        text = _text(value)
        last = _text(merged[-1]) if merged else None
        if text is not None and last is not None:
            merged[-1] = ast.Constant(last + text)
        elif text != "":
            merged.append(value)
    return merged


def _text(node: ast.expr) -> str | None:
    value = node.value if isinstance(node, ast.Constant) else None
    return value if isinstance(value, str) else None


# Names that a function reads only for the annotations of functions inside it.
#
# Python evaluates these annotations when the inner function is made, so its bytecode names
# them; but what they mean changes nothing that the function does.


def annotation_only_names(root: ast.AST, resolve: Resolve) -> frozenset[str]:
    r"""Names that stand only in annotations of functions inside a function.

    Args:
        root: the function; its own annotations are evaluated elsewhere.
        resolve: tells which decorators are known not to look at annotations.

    >>> text = "def task():\n    def inner(x: A) -> B: return B(x)\n    return inner"
    >>> sorted(annotation_only_names(ast.parse(text).body[0], ast.unparse))
    ['A']
    """
    in_annotations: set[str] = set()
    elsewhere: set[str] = set()
    skipped: set[int] = set()
    pending: list[ast.AST] = [root]
    while pending:
        node = pending.pop()
        if id(node) in skipped:
            continue
        if isinstance(node, ast.Name):
            elsewhere.add(node.id)
        annotations = list(_annotations(node, resolve))
        skipped.update(map(id, annotations))
        if node is not root:
            in_annotations.update(_names(annotations))
        pending += ast.iter_child_nodes(node)
    return frozenset(in_annotations - elsewhere)


def _annotations(node: ast.AST, resolve: Resolve) -> Iterator[ast.expr]:
    if isinstance(node, _FUNCTIONS) and not keeps_annotations(node, resolve):
        yield from _own_annotations(node)


def _names(annotations: Iterable[ast.expr]) -> Iterator[str]:
    for annotation in annotations:
        for node in ast.walk(annotation):
            if isinstance(node, ast.Name):
                yield node.id


def written_annotations(root: ast.AST) -> tuple[str, ...]:
    r"""Annotations of functions inside a function, in their order.

    >>> text = "def outer() -> int:\n def inner(x: str) -> 'list[int]': ..."
    >>> written_annotations(ast.parse(text).body[0])
    ('str', "'list[int]'")
    """
    inner = (
        each for each in ast.walk(root) if each is not root and isinstance(each, _FUNCTIONS)
    )
    return tuple(ast.unparse(each) for function in inner for each in _own_annotations(function))


def _own_annotations(function: ast.FunctionDef | ast.AsyncFunctionDef) -> Iterator[ast.expr]:
    named = function.args
    each_one = (*named.posonlyargs, *named.args, *named.kwonlyargs, named.vararg, named.kwarg)
    yield from (one.annotation for one in each_one if one and one.annotation is not None)
    if function.returns is not None:
        yield function.returns


_CHANGES: Final = frozenset(
    {
        "add",
        "append",
        "appendleft",
        "clear",
        "discard",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "reverse",
        "setdefault",
        "sort",
        "update",
    }
)
"""Methods by which lists, dictionaries and sets are changed."""


def changed_names(node: ast.AST) -> frozenset[str]:
    """Names of the objects that a function changes: ``memo[key] = x``, ``seen.add(x)``.

    >>> sorted(changed_names(ast.parse("memo[1] = seen.add(2); box.n += 1; x = 3")))
    ['box', 'memo', 'seen']
    """
    return frozenset(name for each in ast.walk(node) for name in _changed(each))


def _changed(node: ast.AST) -> Iterator[str]:
    if isinstance(node, (ast.Subscript, ast.Attribute)):
        if isinstance(node.value, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.value.id
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        if isinstance(owner, ast.Name) and node.func.attr in _CHANGES:
            yield owner.id
