"""The text of running code is found exactly, and says the same however it is written."""

import argparse
import ast
import collections
import dataclasses
import enum
import inspect
import linecache
import pickle
import sys
import textwrap
from types import CodeType, ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funsies.core.fingerprint import fingerprint
from funsies.core.fingerprint.code_digest import nested_codes
from funsies.core.fingerprint.imports import imports_of
from funsies.core.fingerprint.source import parse_source
from funsies.core.fingerprint.syntax import SCOPES, text_digest

MODULES = [argparse, collections, dataclasses, enum, inspect, textwrap]

some = settings(max_examples=60)


def codes_of(module: ModuleType) -> list[CodeType]:
    """Code of all functions and lambdas, as the interpreter compiles the file."""
    text = "".join(linecache.getlines(module.__file__))
    compiled = compile(text, module.__file__, "exec", dont_inherit=True)
    return [
        code
        for code in nested_codes(compiled)
        if code.co_flags & inspect.CO_OPTIMIZED
        and (not code.co_name.startswith("<") or code.co_name == "<lambda>")
    ]


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_every_function_of_a_file_is_found(module):
    source = parse_source(linecache.getlines(module.__file__), module.__file__)
    codes = codes_of(module)
    assert len(codes) > 5
    assert [code.co_qualname for code in codes if source.function_text(code) is None] == []


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__)
def test_a_file_written_anew_by_the_compiler_says_the_same(module):
    tree = ast.parse("".join(linecache.getlines(module.__file__)))
    anew = ast.parse(ast.unparse(tree))
    assert scopes(tree) == scopes(anew)


def scopes(tree: ast.Module) -> list[bytes]:
    resolve = imports_of(tree).dotted_name
    return [text_digest(node, resolve) for node in tree.body if isinstance(node, SCOPES)]


def test_code_of_another_text_is_not_found(load):
    module = load("def task(x): return x + 1")
    source = parse_source(["def task(x): return x + 2\n"], "work.py")
    assert source.function_text(module.task.__code__) is None


names = st.sampled_from(["a", "b", "c"])
leaves = st.one_of(
    names,
    st.integers(0, 3).map(str),
    st.floats(0, 1).map(repr),
    st.sampled_from(["'t'", "f'{a!r}t'", "f't{a}'"]),
)
expressions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["+", "*", "and", "<", "@"]), inner).map(
            lambda parts: f"({parts[0]} {parts[1]} {parts[2]})"
        ),
        inner.map(lambda each: f"[{each}, *{each}]"),
        st.tuples(inner, inner).map(lambda parts: f"(lambda a=({parts[0]}): {parts[1]})"),
        st.tuples(inner, inner).map(lambda parts: f"({parts[0]} if {parts[1]} else None)"),
        st.tuples(inner, inner).map(lambda parts: f"[{parts[0]} for a in ({parts[1]}) if a]"),
    ),
    max_leaves=8,
)


@some
@given(expressions, expressions)
def test_texts_are_equal_exactly_when_their_trees_are(one, other):
    trees = [ast.parse(f"lambda a, b, c: {text}", mode="eval").body for text in (one, other)]
    digests = [text_digest(tree, lambda _: "") for tree in trees]
    assert (digests[0] == digests[1]) == (ast.dump(trees[0]) == ast.dump(trees[1]))


atoms = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 3),
    st.sampled_from([0.0, -0.0, 1.0, float("inf")]),
    st.text("ab", max_size=2),
    st.binary(max_size=2),
)
values = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=2),
        st.frozensets(atoms, max_size=3),
    ),
    max_leaves=5,
)


def spelled(value: object) -> object:
    """A value as nested tuples that are equal exactly when type, order and content are."""
    if isinstance(value, (list, tuple)):
        return type(value).__name__, *map(spelled, value)
    if isinstance(value, dict):
        return "dict", *((spelled(key), spelled(each)) for key, each in value.items())
    if isinstance(value, frozenset):
        return "frozenset", frozenset(map(spelled, value))
    return type(value).__name__, repr(value)


def capture(value: object) -> object:
    return lambda: value


@some
@given(values, values)
def test_captured_values_count_by_type_and_content(one, other):
    digests = {fingerprint(capture(one)).digest, fingerprint(capture(other)).digest}
    assert (len(digests) == 1) == (spelled(one) == spelled(other))


@some
@given(values)
def test_a_captured_value_is_the_same_after_a_copy(value):
    copy = pickle.loads(pickle.dumps(value))  # noqa: S301 (just dumped)
    assert fingerprint(capture(value)).digest == fingerprint(capture(copy)).digest


@pytest.mark.skipif(sys.version_info < (3, 12), reason="syntax of Python 3.12")
def test_type_parameters_say_nothing(load):
    plain = fingerprint(load("def task(x): return x").task)
    assert fingerprint(load("def task[T](x: T) -> T: return x").task).digest == plain.digest


@pytest.mark.skipif(sys.version_info < (3, 14), reason="new in Python 3.14")
def test_a_place_that_a_partial_leaves_open_counts(load):
    text = "import functools\ndef f(a, b): return a\ntask = functools.partial(f, {}, 1)"
    is_open = fingerprint(load(text.format("functools.Placeholder")).task)
    assert is_open.digest != fingerprint(load(text.format("None")).task).digest
    assert is_open.digest == fingerprint(load(text.format("functools.Placeholder")).task).digest
