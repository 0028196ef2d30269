"""Values that say themselves of which class they are, and who finds these classes."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, make_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

from funsies.core.encoding import encoding_of, encoding_of_unknown, to_text
from funsies.core.errors import EncodingError

ANY = encoding_of(Any)


@dataclass
class Point:
    x: int
    y: Any = None


def local_class() -> type:
    @dataclass
    class Local:
        x: int

    return Local


def named(name: str, value: object) -> bytes:
    return json.dumps({"$type": name, "value": value}).encode()


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a module that can be imported, and is not."""
    text = "from dataclasses import dataclass\n@dataclass\nclass Far:\n    x: int\n"
    (tmp_path / "far_away.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    yield "far_away"
    sys.modules.pop("far_away", None)


def test_no_module_is_imported_because_data_name_it(module: str) -> None:
    with pytest.raises(EncodingError, match="a Far of far_away, and no such class is loaded"):
        ANY.decode(named(f"{module}:Far", {"x": 1}))
    assert module not in sys.modules


def test_modules_that_the_code_imports_itself_are_imported_for_their_classes(
    module: str,
) -> None:
    made: Any = ANY.with_kinds(modules=[(module, b"")]).decode(named(f"{module}:Far", {"x": 1}))
    assert made.x == 1
    assert type(made) is sys.modules[module].Far


@pytest.mark.parametrize("encoding", [ANY.with_kinds(is_lenient=True), encoding_of_unknown()])
def test_who_asks_for_nothing_takes_the_data_of_unknown_classes(encoding: Any) -> None:
    inside = {"$type": "far_away:Far", "value": {"x": {"$type": "Decimal", "value": "1.5"}}}
    data = json.dumps([inside, {"$tuple": [inside]}]).encode()
    assert encoding.decode(data) == [{"x": Decimal("1.5")}, ({"x": Decimal("1.5")},)]


def test_a_class_that_has_other_fields_by_now_is_not_filled_with_the_old_ones() -> None:
    with pytest.raises(EncodingError, match="lacks y and also has 'z'"):
        ANY.decode(named(f"{__name__}:Point", {"x": 1, "z": 2}))


@pytest.mark.parametrize(
    "data",
    [
        named("builtins:int", 3),
        named("os:system", ["true"]),
        named(f"{__name__}:Point.x", {}),
        named(f"{__name__}:", {}),
        named("Point", {"x": 1, "y": None}),
        named("list", [1]),
        b'{"$type":3,"value":1}',
        b'{"$type":"Decimal"}',
        b'{"$type":"Decimal","value":"x"}',
        b'{"$type":"Decimal","value":"1","more":1}',
        b'{"$set":[1,1]}',
        b'{"$dict":[[1,1],[1,2]]}',
        b'{"$dict":[[1]]}',
    ],
    ids=bytes.decode,
)
def test_what_is_no_value_is_refused(data: bytes) -> None:
    with pytest.raises(EncodingError, match="cannot read this"):
        ANY.decode(data)


def test_classes_of_functions_are_found_by_who_knows_them() -> None:
    kind = local_class()
    knowing = ANY.with_kinds([encoding_of(kind)])
    with pytest.raises(EncodingError, match="no reader would find again"):
        ANY.encode(kind(1))
    data = knowing.encode([kind(1)])
    assert knowing.decode(data) == [kind(1)]
    assert encoding_of(list).with_kinds([encoding_of(kind)]).decode(data) == [kind(1)]


def test_a_pickled_encoding_knows_its_classes() -> None:
    kind = local_class()
    encoding = ANY.with_kinds([encoding_of(kind)], [("json", b"")])
    there = cloudpickle.loads(cloudpickle.dumps(encoding))
    assert repr(there.decode(encoding.encode(kind(1)))).endswith("Local(x=1)")
    assert there.kinds.modules == (("json", b""),)


def test_encodings_that_say_their_type_need_know_nothing() -> None:
    assert encoding_of(list[int]).with_kinds([encoding_of(Point)]) is encoding_of(list[int])


def test_who_says_what_the_values_are_is_asked_where_they_do_not() -> None:
    other: Any = make_dataclass("Point", [("x", int), ("y", Any)])
    data = ANY.encode([Point(1, Decimal(2))])
    assert encoding_of(list[Point]).asked().decode(data) == [Point(1, Decimal(2))]
    assert encoding_of(list[other]).asked().decode(data)[0].x == 1
    assert encoding_of(list[Point]).asked().decode(b'[{"x":1,"y":null}]') == [Point(1)]
    with pytest.raises(EncodingError):
        encoding_of(list[int]).asked().decode(data)


def test_readers_without_python_get_the_data_alone() -> None:
    data = ANY.encode({"points": [Point(1, (Decimal("0.5"),))]})
    assert to_text("json", data) == b'{"points":[{"x":1,"y":{"$tuple":["0.5"]}}]}'
