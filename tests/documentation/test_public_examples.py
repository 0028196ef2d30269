"""Every public function has an example; ``test_docs`` runs them."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import pytest

import funsies as f

MODULES = (f.debug, f.dynamic, f.parametric, f.utils)
CLASSES = (f.Artefact, f.Handle)
INSIDE = {
    "Handle.note_request",  # execute() calls these
    "Handle.run_here",
    "funsies.parametric.find_parametric",  # commands call these
    "funsies.parametric.list_parametric",
}


def public_functions() -> Iterator[tuple[str, object]]:
    yield from ((name, getattr(f, name)) for name in f.__all__)
    for module in MODULES:
        names = getattr(module, "__all__", vars(module))
        for name in names:
            made_here = getattr(getattr(module, name), "__module__", "") == module.__name__
            if made_here and not name.startswith("_"):
                yield f"{module.__name__}.{name}", getattr(module, name)
    for owner in CLASSES:
        for name, member in vars(owner).items():
            is_gone = type(member).__module__ == "funsies.core.former_names"
            if not name.startswith("_") and not is_gone:
                yield f"{owner.__name__}.{name}", getattr(owner, name, member)


FUNCTIONS = {
    name: function
    for name, function in public_functions()
    if inspect.isroutine(function) and name not in INSIDE
}


def test_the_functions_are_found() -> None:
    assert {
        "reduce",
        "shell",
        "execute",
        "Fun",
        "funsies.utils.concat",
        "Artefact.bind",
    } <= set(FUNCTIONS)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_a_public_function_has_an_example(name: str) -> None:
    text = inspect.getdoc(FUNCTIONS[name]) or ""
    assert ">>> " in text
    assert "doctest: +SKIP" not in text
