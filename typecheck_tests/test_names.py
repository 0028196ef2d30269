"""The plugin finds what it knows by name: what has moved would never be met again."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module

import pytest

import funsies_mypy

NAME = re.compile(r"funsies(\.\w+)+")


def texts_in(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, (tuple, list, frozenset, set, dict)):
        for each in value:
            yield from texts_in(each)


def names_of_the_plugin() -> list[str]:
    """Names of funsies in the constants of the plugin's modules."""
    modules = pkgutil.walk_packages(funsies_mypy.__path__, "funsies_mypy.")
    texts = {
        text
        for module in modules
        for name, value in vars(import_module(module.name)).items()
        if not name.startswith("__")
        for text in texts_in(value)
    }
    return sorted(text for text in texts if NAME.fullmatch(text))


def test_names_are_found() -> None:
    assert len(names_of_the_plugin()) > 50


@pytest.mark.parametrize("name", names_of_the_plugin())
def test_what_the_plugin_names_is_defined_there(name: str) -> None:
    place, _, attribute = name.rpartition(".")
    owner = pkgutil.resolve_name(place)
    if attribute not in attributes_of(owner):
        module = pkgutil.resolve_name(name)
        assert module.__name__ == name
        return
    found = getattr(owner, attribute, owner)
    module_name = getattr(found, "__module__", None)
    if isinstance(module_name, str) and module_name.startswith("funsies"):
        assert name.startswith(f"{module_name}.")


def attributes_of(owner: object) -> set[str]:
    """Those that it has, and those that its ``__init__`` gives it."""
    source = inspect.getsource(owner) if isinstance(owner, type) else ""
    return {*vars(owner), *re.findall(r"\bself\.(\w+)", source)}
