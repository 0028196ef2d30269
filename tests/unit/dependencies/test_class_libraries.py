"""What funsies takes for granted of the libraries for classes beyond their documentation.

Identities and encodings read it: a release that keeps it elsewhere would change addresses, or
lose fields, without a word.
"""

from __future__ import annotations

import dataclasses

import attrs
import msgspec
import pydantic
import pydantic_core


class Measured(msgspec.Struct):
    where: str = msgspec.field(name="place")
    value: float = 1.5
    notes: list[str] = msgspec.field(default_factory=list)


@attrs.frozen(cache_hash=True)
class Hashed:
    x: int


class Model(pydantic.BaseModel):
    x: int
    y: int = 2
    _hidden: int = 3


def test_a_struct_says_its_fields_their_names_on_the_wire_and_its_options():
    assert Measured.__struct_fields__ == ("where", "value", "notes")
    assert Measured.__struct_encode_fields__ == ("place", "value", "notes")
    assert Measured.__struct_config__.frozen is False


def test_the_defaults_of_a_struct_are_those_of_its_last_fields():
    value, notes = Measured.__struct_defaults__
    assert value == 1.5
    assert type(notes).__name__ == "Factory"
    assert notes.factory is list


def test_classes_of_structs_are_known_by_their_metaclass():
    assert type(Measured) is type(msgspec.Struct)
    assert type(msgspec.Struct) is not type


def test_attrs_keeps_fields_and_the_hash_that_it_caches_under_these_names():
    assert [field.name for field in Hashed.__attrs_attrs__] == ["x"]
    assert hasattr(Hashed, "_attrs_cached_hash")
    assert getattr(Hashed(1), "_attrs_cached_hash") is None  # noqa: B009 (the name is the point)


def test_pydantic_keeps_fields_and_private_ones_under_these_names():
    assert list(vars(Model)["__pydantic_fields__"]) == ["x", "y"]
    assert list(Model.__private_attributes__) == ["_hidden"]


def test_the_state_of_a_pydantic_object_is_its_dict_and_three_more():
    """So an object that is given all four equals one that was validated."""

    class Plain(pydantic.BaseModel):
        x: int

    made = Plain.__new__(Plain)
    made.__dict__["x"] = 1
    for name, value in (("fields_set", {"x"}), ("extra", None), ("private", None)):
        object.__setattr__(made, f"__pydantic_{name}__", value)
    assert made == Plain(x=1)
    assert made.model_fields_set == {"x"}


def test_the_mark_of_a_field_without_default_is_known_by_its_type():
    @dataclasses.dataclass
    class Plain:
        x: int

    marks = {
        dataclasses.fields(Plain)[0].default,
        attrs.NOTHING,
        msgspec.NODEFAULT,
        pydantic_core.PydanticUndefined,
    }
    names = {(type(each).__module__.partition(".")[0], type(each).__name__) for each in marks}
    assert names == {
        ("dataclasses", "_MISSING_TYPE"),
        ("attr", "_Nothing"),
        ("msgspec", "NoDefaultType"),
        ("pydantic_core", "PydanticUndefinedType"),
    }
