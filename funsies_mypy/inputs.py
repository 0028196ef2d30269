"""What goes into a step must be stored: the values, and what the parameters say they are."""

from __future__ import annotations

from collections.abc import Iterator

from mypy.nodes import Decorator, Expression, LambdaExpr, RefExpr, SymbolNode
from mypy.types import CallableType, Type, get_proper_type

from . import codes
from .encodable import is_of_project, is_of_stub, may_be_pickled, unencodable_value
from .messages import fail
from .physical import check_quantities
from .step import Given, Step, filled_by
from .types import has_artefact, nested_artefact


def check_inputs(step: Step, callee: Type) -> None:
    """Report values that cannot be stored; if there are none, such parameters; other units.

    Args:
        step: the call.
        callee: type of the function, as it is called.
    """
    problems = list(_problems_of_values(step, callee)) or list(
        _problems_of_parameters(step, callee)
    )
    for text, where in problems:
        fail(step.api, codes.ENCODING, text, where)
    check_quantities(step, callee)


def _problems_of_values(step: Step, callee: Type) -> Iterator[tuple[str, Expression]]:
    pickled = _given_to_pickled(step, callee)
    for given in step.given:
        is_plain = given.kind.is_positional() or given.kind.is_named()
        if given.expression in pickled:
            continue
        if is_plain and not has_artefact(given.type) and nested_artefact(given.type) is None:
            problem = unencodable_value(step.api, given.type)
            if problem is not None:
                yield f'An input of "{step.caller}" is {problem}', given.expression


def _given_to_pickled(step: Step, callee: Type) -> set[Expression]:
    """Values whose parameters say that they are pickled."""
    found = get_proper_type(callee)
    if not isinstance(found, CallableType):
        return set()
    filled = _filled(step, found)
    return {
        given.expression for index, given in filled if may_be_pickled(found.arg_types[index])
    }


def _problems_of_parameters(step: Step, callee: Type) -> Iterator[tuple[str, Expression]]:
    """Annotations of parameters that get an input, and do not say how it is stored.

    Functions without annotations at run time take their inputs as they are: lambdas, and those
    of which only a stub is annotated.
    """
    found = get_proper_type(callee)
    if not isinstance(found, CallableType) or not is_annotated(step, found):
        return
    for index, given in _filled(step, found):
        problem = unencodable_value(step.api, found.arg_types[index])
        if problem is not None:
            text = f'Parameter "{found.arg_names[index]}" of "{step.function}" is {problem}'
            yield text, given.expression


def is_annotated(step: Step, callee: Type) -> bool:
    """True if the function has at run time the annotations that mypy knows it by."""
    found, expression = get_proper_type(callee), step.expression
    if not isinstance(found, CallableType) or expression is None:
        return False
    if isinstance(expression, LambdaExpr):
        return False
    node = expression.node if isinstance(expression, RefExpr) else None
    if isinstance(node, Decorator) and node.decorators:
        return False  # what its decorators return may have other annotations, or none
    return found.definition is not None and is_of_project(step.api, found.definition.fullname)


def is_bare(step: Step) -> bool:
    """True if the function surely has no annotations at run time: a lambda, one of a stub."""
    if isinstance(step.expression, LambdaExpr):
        return True
    node = step.expression.node if isinstance(step.expression, RefExpr) else None
    callee = get_proper_type(step.callee)
    definition = callee.definition if isinstance(callee, CallableType) else None
    known = [each.fullname for each in (node, definition) if isinstance(each, SymbolNode)]
    return any(is_of_stub(step.api, name) for name in known)


def _filled(step: Step, callee: CallableType) -> Iterator[tuple[int, Given]]:
    """Indices of the parameters that get an input, and the first that each gets."""
    for index, actuals in enumerate(filled_by(step, callee)):
        if actuals:
            yield index, step.given[actuals[0]]
