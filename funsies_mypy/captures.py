"""What the body of a function uses from outside of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Final

from mypy.checker import TypeChecker
from mypy.nodes import (
    GDEF,
    LDEF,
    Argument,
    Decorator,
    Expression,
    FuncDef,
    LambdaExpr,
    NameExpr,
    Node,
    Var,
)
from mypy.types import Instance, Type, get_proper_type

from . import codes, names
from .inner_steps import check_steps_inside
from .messages import fail, note, shown
from .types import has_artefact, nested_artefact
from .walk import walk

_UNSENDABLE: Final = {
    "typing.IO": "open it inside the function",
    "typing.Generator": "make it inside the function",
    "typing.Iterator": "make it inside the function",
    "io.IOBase": "open it inside the function",
    "_io._IOBase": "open it inside the function",
    "socket.socket": "connect inside the function",
    "sqlite3.Connection": "connect inside the function",
    "sqlite3.Cursor": "connect inside the function",
    "sqlite3.dbapi2.Connection": "connect inside the function",
    "sqlite3.dbapi2.Cursor": "connect inside the function",
    "subprocess.Popen": "start it inside the function, or use shell()",
    "threading.Thread": "start it inside the function",
    "multiprocessing.context.BaseContext": "make it inside the function",
    "multiprocessing.pool.Pool": "make it inside the function",
    "concurrent.futures._base.Executor": "make it inside the function",
    "concurrent.futures._base.Future": "wait for it before, and pass its result",
    "asyncio.events.AbstractEventLoop": "make it inside the function",
    "mmap.mmap": "open it inside the function",
    "_csv.Reader": "make it inside the function",
    "_csv.Writer": "make it inside the function",
    "_csv._reader": "make it inside the function",
    "_csv._writer": "make it inside the function",
    "csv.DictReader": "make it inside the function",
    "csv.DictWriter": "make it inside the function",
    "zipfile.ZipFile": "open it inside the function",
    "tarfile.TarFile": "open it inside the function",
    "redis.client.Redis": "connect inside the function",
    "funsies.session.session.Session": "build the workflow outside of the function",
    "funsies.client.handle.Handle": "wait outside of the function",
}
_GENERATORS: Final = frozenset(
    {"random.Random", "numpy.random._generator.Generator", "numpy.random.mtrand.RandomState"}
)


def check_captures(
    api: TypeChecker, function: FuncDef | LambdaExpr, name: str, *, is_counted: bool = True
) -> None:
    """Report what a function uses from outside and cannot have on a worker.

    Args:
        api: the type checker.
        function: the function.
        name: of it.
        is_counted: whether all that it uses is part of its identity.
    """
    for used, variable in _outer_variables(function):
        if variable.type is not None:
            _check(api, name, used, variable, variable.type)
            if is_counted and _is_one_of(variable.type, _GENERATORS):
                text = (
                    f'"{name}" uses the random generator "{used.name}", which changes each '
                    "time it is used; make it inside the function, from a seed that is an input"
                )
                fail(api, codes.CAPTURE, text, used)


def check_function(
    api: TypeChecker, expression: Expression, name: str, *, builds: bool
) -> None:
    """The same for a function that is given to a step, if its body is in this file.

    Args:
        api: the type checker.
        expression: the function in the program.
        name: of it.
        builds: True if it may add steps.
    """
    if isinstance(expression, LambdaExpr):
        check_captures(api, expression, name)
        check_steps_inside(api, expression, name, builds=builds)
    node = expression.node if isinstance(expression, NameExpr) else None
    is_counted = not isinstance(node, Decorator)  # that of a task is looked at by itself
    if isinstance(node, Decorator):
        node = node.func
    if isinstance(node, FuncDef) and isinstance(expression, NameExpr):
        symbol = api.tree.names.get(node.name)
        is_here = symbol is not None and symbol.node in (node, expression.node)
        if is_here or expression.kind == LDEF:
            check_captures(api, node, name, is_counted=is_counted)
            check_steps_inside(api, node, name, builds=builds)


def _check(api: TypeChecker, name: str, used: NameExpr, variable: Var, kind: Type) -> None:
    if has_artefact(kind) or nested_artefact(kind) is not None:
        text = (
            f'"{name}" uses the artefact "{used.name}" of an outer scope, which has no value '
            "there; give it to the step as an input"
        )
        fail(api, codes.CAPTURE, text, used)
        return
    remedy = _remedy(kind)
    if remedy is not None:
        text = (
            f'"{name}" uses "{used.name}" of type {shown(api, kind)}, which cannot be sent to '
            f"a worker; {remedy}"
        )
        fail(api, codes.CAPTURE, text, used)
    elif used.kind == GDEF and not variable.is_final and _is_mutable(kind):
        text = (
            f'"{name}" reads the global "{used.name}", which can change; what it holds when '
            "the step is built counts. Declare it Final, or give it to the step as an input"
        )
        note(api, codes.CAPTURE, text, used)


def _remedy(kind: Type) -> str | None:
    found = get_proper_type(kind)
    if not isinstance(found, Instance):
        return None
    remedies = (_UNSENDABLE.get(base.fullname) for base in found.type.mro)
    return next((remedy for remedy in remedies if remedy is not None), None)


def _is_one_of(kind: Type, classes: Collection[str]) -> bool:
    found = get_proper_type(kind)
    return isinstance(found, Instance) and any(map(found.type.has_base, classes))


def _is_mutable(kind: Type) -> bool:
    found = get_proper_type(kind)
    return isinstance(found, Instance) and found.type.fullname in names.MUTABLE


def _outer_variables(function: Node) -> Iterator[tuple[NameExpr, Var]]:
    """Names in a function that mean variables outside of it."""
    nodes = list(walk(function))
    own = {id(node.variable) for node in nodes if isinstance(node, Argument)}
    own |= {
        id(node.node)
        for node in nodes
        if isinstance(node, NameExpr) and (node.is_inferred_def or node.is_new_def)
    }
    for node in nodes:
        if (
            isinstance(node, NameExpr)
            and isinstance(node.node, Var)
            and id(node.node) not in own
        ):
            yield node, node.node
