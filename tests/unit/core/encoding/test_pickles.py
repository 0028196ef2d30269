"""``Pickled[T]``: what is stored, who reads it, and what is refused."""

from __future__ import annotations

import importlib
import io
import json
import linecache
import pickle
import sys
import warnings
from collections import ChainMap
from typing import TypedDict

import pytest

from funsies import Pickled
from funsies.core.encoding import about_pickle, encoding_of, text_pieces, to_text
from funsies.core.encoding.pickled import pickle_of
from funsies.core.errors import EncodingError, UnsupportedTypeError

HEAD = {"class": "collections:ChainMap", "libraries": {}}
LAYERS = ChainMap({"a": 1}, {"b": 2})


class Model:
    def __init__(self, slope: float) -> None:
        self.slope = slope


class Steep(Model):
    pass


class Loud:
    def __reduce__(self):
        return pytest.fail, ("it was unpickled",)


def written(kind, value):
    return encoding_of(Pickled[kind]).encode(value)


@pytest.mark.parametrize("kind", [Model, object, Model | int])
def test_a_value_of_a_subclass_comes_back_as_what_it_is(kind):
    value = encoding_of(Pickled[kind]).decode(written(kind, Steep(2.0)))
    assert type(value) is Steep
    assert value.slope == 2.0


def test_what_is_no_such_value_is_refused_when_it_is_written_and_when_it_is_read():
    with pytest.raises(EncodingError, match=r"expected Pickled\[Steep\]"):
        written(Steep, Model(1.0))
    with pytest.raises(EncodingError, match=r"expected Pickled\[Steep\]"):
        encoding_of(Pickled[Steep]).decode(written(Model, Model(1.0)))


def test_what_cannot_be_pickled_says_why_and_what_to_do():
    with pytest.raises(EncodingError, match=r"cannot be pickled.*at the top level of a module"):
        written(Model, Steep(lambda: 1))


def test_a_part_of_a_container_that_is_no_such_value_is_named():
    with pytest.raises(EncodingError, match=r"at \[1\]: expected Pickled\[Model\]"):
        encoding_of(list[Pickled[Model]]).encode([Model(1.0), 2])


def test_only_an_annotation_has_a_pickle_read(monkeypatch):
    """Neither people's commands nor readers of unknown values do, alone or in a container."""
    whole = written(Loud, Loud())
    part = encoding_of(list[Pickled[Loud]]).encode([Loud()])
    assert b"pytest" in to_text("pickle", whole)
    assert b"".join(text_pieces("pickle", io.BytesIO(whole), lambda: io.BytesIO(whole)))
    assert "Loud" in about_pickle(whole)
    assert b"$pickle" in to_text("json", part)
    with pytest.raises(EncodingError, match="where its annotation says Pickled"):
        encoding_of(object).decode(part)
    with pytest.raises(pytest.fail.Exception, match="it was unpickled"):
        encoding_of(Pickled[Loud]).decode(whole)


def test_files_get_the_pickle_itself():
    data = written(ChainMap, LAYERS)
    assert pickle.loads(to_text("pickle", data)) == LAYERS  # noqa: S301 - its own
    pieces = text_pieces("pickle", io.BytesIO(data), lambda: io.BytesIO(data))
    assert b"".join(pieces) == to_text("pickle", data)


def test_the_libraries_are_noted_with_their_versions():
    head = json.loads(written(object, io.BytesIO).partition(b"\n")[0])
    assert head == {"class": "builtins:type", "libraries": {}}
    import click  # noqa: PLC0415 - a class of a library, wherever it is installed

    head = json.loads(written(object, click.Option(["--x"])).partition(b"\n")[0])
    assert head["class"] == "click.core:Option"
    assert head["libraries"]["click"].split(".")[0].isdigit()
    assert about_pickle(json.dumps(head).encode() + b"\n.").startswith(
        "a pickled Option (click "
    )


@pytest.mark.parametrize(
    ("libraries", "told"),
    [
        ({"click": "0.1"}, r"made by click 0\.1, while here is \d"),
        ({"abacus": "3.1"}, r"made by abacus 3\.1, which is not installed here"),
    ],
)
def test_other_versions_are_named(libraries, told):
    """With a warning if the pickle can be read, in the error if not."""
    head = json.dumps({**HEAD, "libraries": libraries}).encode() + b"\n"
    encoding = encoding_of(Pickled[ChainMap])
    with pytest.warns(UserWarning, match=told):
        encoding.decode(head + pickle.dumps(LAYERS))
    with pytest.raises(EncodingError, match=told):
        encoding.decode(head + b"\x80\x05no pickle")


def test_the_same_versions_are_not_worth_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        encoding_of(Pickled[Model]).decode(written(Model, Model(1.0)))


@pytest.mark.parametrize(
    "data", [b"", b"\n", b"{}\n", b"[]\n", pickle.dumps(1), b'{"class": 1}']
)
def test_bytes_of_something_else_are_refused(data):
    with pytest.raises(EncodingError, match="expected a pickle with a line of JSON before it"):
        encoding_of(Pickled[Model]).decode(data)
    assert about_pickle(data) == "a pickle"


def test_a_type_without_an_encoding_offers_it():
    with pytest.raises(
        UnsupportedTypeError, match=r"annotate it as funsies\.Pickled\[\.\.\.\]"
    ):
        encoding_of(list[Model])


class Settings(TypedDict):
    """No class of objects: they are dicts."""

    depth: int


@pytest.mark.parametrize(
    ("annotation", "value"),
    [
        (Pickled[Settings], {"depth": 1}),
        (list[Pickled[Settings]], [{"depth": 1}]),
        (Pickled[float], 1),
        (Pickled[complex | None], 1.5),
    ],
    ids=str,
)
def test_what_type_checkers_take_for_the_type_is_pickled(annotation, value, identical):
    encoding = encoding_of(annotation)
    assert identical(encoding.decode(encoding.encode(value)), value)


HELPERS = """
def twice(x):
    return scaled(x)


def scaled(x):
    return FACTOR * x
"""


def _with_helper(monkeypatch, tmp_path, factor):
    """A value that names a function of a module of the project."""
    (tmp_path / "helpers_of_pickles.py").write_text(HELPERS.replace("FACTOR", factor))
    monkeypatch.delitem(sys.modules, "helpers_of_pickles", raising=False)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    linecache.clearcache()
    importlib.invalidate_caches()
    return written(object, [importlib.import_module("helpers_of_pickles").twice])


def test_what_a_function_in_a_pickle_does_counts_with_all_that_it_uses(monkeypatch, tmp_path):
    monkeypatch.syspath_prepend(str(tmp_path))
    first = _with_helper(monkeypatch, tmp_path, "2")
    assert _with_helper(monkeypatch, tmp_path, "2") == first
    other = _with_helper(monkeypatch, tmp_path, "30")
    assert other != first
    assert pickle_of(other) == pickle_of(first)
    (read,) = encoding_of(Pickled[object]).decode(other)
    assert read(2) == 60


def test_a_function_of_the_script_that_is_not_there_is_named_with_the_remedy(monkeypatch):
    data = written(object, [written])
    monkeypatch.delattr(sys.modules[__name__], "written")
    with pytest.raises(EncodingError, match="into a module that the script imports"):
        encoding_of(Pickled[object]).decode(data)


def test_functions_of_libraries_count_by_the_version_of_the_library():
    assert b"functions" not in written(object, [json.dumps, pytest.fail])
