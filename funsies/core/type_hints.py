"""What the names in an annotation mean: local ones, and those that only type checkers know."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from types import CodeType, FrameType, FunctionType
from typing import TYPE_CHECKING, Any, Final, TypeVar

from .import_statements import ImportStatement, bound_names, one_by_one
from .parsing import parse_module

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")


# Since Python 3.14, annotations are code that runs when somebody asks for them.

LAZY_ANNOTATIONS: Final = frozenset({"__annotate_func__", "__annotations_cache__"})
"""Where a class keeps them then; the second comes when somebody has asked."""

if sys.version_info >= (3, 14):
    import annotationlib

    def own_annotations(thing: Any) -> dict[str, Any]:
        """Annotations of a function, or of a class without its bases, as far as they are known.

        Returns:
            What they mean; their texts where a name in one of them means nothing (yet), as if
            ``from __future__ import annotations`` stood in the module.
        """
        try:
            return dict(annotationlib.get_annotations(thing))
        except Exception:  # noqa: BLE001 (annotations are expressions: they may raise anything)
            return dict(
                annotationlib.get_annotations(thing, format=annotationlib.Format.STRING)
            )

    def call_shape(function: Callable[..., Any]) -> inspect.Signature:
        """The signature of a function, whether or not its annotations mean anything.

        Raises:
            TypeError, ValueError: as ``inspect.signature``, if it is not known.
        """
        texts = annotationlib.Format.STRING
        return inspect.signature(function, annotation_format=texts)

    def has_annotations(function: FunctionType) -> bool:
        """True if a function has annotations; they are not evaluated."""
        return function.__annotate__ is not None or bool(function.__annotations__)

else:

    def own_annotations(thing: Any) -> dict[str, Any]:
        """Annotations of a function, or of a class without its bases, as they stand."""
        return inspect.get_annotations(thing)

    def call_shape(function: Callable[..., Any]) -> inspect.Signature:
        """The signature of a function.

        Raises:
            TypeError, ValueError: as ``inspect.signature``, if it is not known.
        """
        return inspect.signature(function)

    def has_annotations(function: FunctionType) -> bool:
        """True if a function has annotations."""
        return bool(function.__annotations__)


def captured_names(thing: Any) -> dict[str, Any]:
    """What a function, and the annotations of a function or a class, hold of what is around."""
    found: dict[str, Any] = {}
    for function in (getattr(thing, "__annotate__", None), thing):
        code, cells = (
            getattr(function, "__code__", None),
            getattr(function, "__closure__", None),
        )
        if code is None or not cells:
            continue
        for free, cell in zip(code.co_freevars, cells, strict=True):
            with suppress(ValueError):  # not yet filled
                found[free] = cell.cell_contents
    return found


def with_checked_names(
    read: Callable[[Mapping[str, object]], T], namespace: Mapping[str, Any]
) -> T:
    """Read annotations, and find what they name and only type checkers see.

    Args:
        read: reads them, with more names.
        namespace: the module's variables.

    Raises:
        NameError: if a name means nothing, or the statement that gives it fails.
    """
    found: dict[str, object] = {}
    while True:
        try:
            return read(found)
        except NameError as problem:
            name = problem.name
            if not name or name in found:
                raise
            found[name] = _given(name, namespace, problem)


def _given(name: str, namespace: Mapping[str, Any], problem: NameError) -> object:
    """What a name is that stands in a block for type checkers: imported, or defined there."""
    for statement in _statements_for(name, namespace):
        code = compile(ast.Module([statement], []), "<annotation>", "exec")
        try:
            return with_checked_names(functools.partial(_run, code, name, namespace), namespace)
        except Exception as failure:
            raise NameError(f"{problem}, for its import failed: {failure}") from failure
    raise problem


def _run(
    code: CodeType, name: str, namespace: Mapping[str, Any], checked: Mapping[str, object]
) -> object:
    variables = {**namespace, **checked}
    exec(code, variables)  # noqa: S102 - a statement of the program
    return variables[name]


def _statements_for(name: str, namespace: Mapping[str, Any]) -> Iterator[ast.stmt]:
    """The statement that gives a name to type checkers, if there is one."""
    for block in _blocks_for_checkers(_text_of(namespace)):
        for statement in block.body:
            if isinstance(statement, (ast.Import, ast.ImportFrom)):
                yield from _import_of(name, statement)
            elif name in _defined(statement):
                yield statement


def _import_of(name: str, statement: ImportStatement) -> Iterator[ast.stmt]:
    for alone in one_by_one(statement):
        if name in {each.name for each in bound_names(alone)}:
            yield alone


def _defined(statement: ast.stmt) -> list[str]:
    """Names of aliases, new types and classes that a statement defines."""
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    named = getattr(statement, "target", getattr(statement, "name", None))
    return [getattr(named, "id", named if isinstance(named, str) else "")]


def _text_of(namespace: Mapping[str, Any]) -> str:
    file = namespace.get("__file__")
    if not isinstance(file, str):
        return ""
    return "".join(linecache.getlines(file, dict(namespace)))


def _blocks_for_checkers(text: str) -> Iterator[ast.If]:
    try:
        tree = parse_module(text)
    except (SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and _is_for_checkers(node.test):
            yield node


def _is_for_checkers(test: ast.expr) -> bool:
    """True of ``TYPE_CHECKING`` and ``typing.TYPE_CHECKING``."""
    name = test.attr if isinstance(test, ast.Attribute) else getattr(test, "id", "")
    return name == "TYPE_CHECKING"


# What the annotations of a function, or of a class, inside of a function may name.
#
# With ``from __future__ import annotations`` they are text, and a local name stands in no
# global namespace. It is a variable of the function around, and that is running while its
# inner functions and classes are made, and mostly when they are used.

_INSIDE: Final = ".<locals>."


def variables_around(qualified: str, module: str | None) -> dict[str, object]:
    """Find the variables of the running functions in which something was defined.

    Args:
        qualified: its ``__qualname__``.
        module: its ``__module__``.

    Returns:
        The variables by name; inner ones hide outer ones. Empty at module level.
    """
    found: dict[str, object] = {}
    outer = qualified
    while _INSIDE in outer:
        outer = outer.rpartition(_INSIDE)[0]
        found = {**_variables_of(outer, module), **found}
    return found


def _variables_of(function: str, module: str | None) -> dict[str, object]:
    for frame in _frames():
        is_meant = frame.f_code.co_qualname == function
        if is_meant and frame.f_globals.get("__name__") == module:
            return dict(frame.f_locals)
    return {}


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect.stack() reads files
    while frame is not None:
        yield frame
        frame = frame.f_back


# Annotations with type arguments that only type checkers know: ``pd.Series[float]``.
#
# The stubs of a library may have type arguments where its class takes none at run time. In an
# annotation that is a text, they are left out then.

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
