"""From an annotation to its compiled type."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final, ForwardRef, NewType, TypeAlias, TypeVar, get_args, get_origin

import typing_extensions

from funsies.core.encoding import (
    enums,
    tuples,
)
from funsies.core.encoding.abstract import open_node
from funsies.core.encoding.any_node import AnyNode
from funsies.core.encoding.class_fields import record_for
from funsies.core.encoding.codecs import CodecNode, codec_node
from funsies.core.encoding.constraints import SchemaNode, constrained, schema_node
from funsies.core.encoding.frames import library_node
from funsies.core.encoding.hints import (
    Mark,
    alias_label,
    alias_value,
    has_mark,
    is_alias,
    resolve_in_module,
)
from funsies.core.encoding.layouts import jaxtyped, shaped
from funsies.core.encoding.libraries.numpy_scalars import numpy_node
from funsies.core.encoding.mappings import FilesNode
from funsies.core.encoding.node import Node
from funsies.core.encoding.pickled import PickledNode
from funsies.core.encoding.pydantic_types import plain_type, pydantic_node
from funsies.core.encoding.refusal import TypeRefused
from funsies.core.encoding.standard_types import STANDARD_TYPES, StandardType
from funsies.core.encoding.tuples import tuple_node, tuple_parts
from funsies.core.encoding.unions import AliasNode, UnionNode
from funsies.core.encoding.unsupported_types import refuse_type

_QUALIFIERS: Final = (
    typing.Final,
    typing.ClassVar,
    typing.Required,
    typing.NotRequired,
    typing_extensions.Required,
    typing_extensions.NotRequired,
    typing_extensions.ReadOnly,
    getattr(typing, "ReadOnly", typing_extensions.ReadOnly),
)
Hints: TypeAlias = "dict[type, dict[str, object]]"
"""Classes, with the types of their fields."""

_SELF: Final = (typing.Self, typing_extensions.Self)


class Compiler:
    """Compiles one annotation; each class in it is compiled once.

    Attributes:
        classes: the classes that were met, with the types of their fields.
    """

    def __init__(self) -> None:
        self.classes: Hints = {}
        self._named: dict[object, Node] = {}
        self._owners: list[object] = []
        self._makers: dict[object, Callable[[Sequence[object]], Node]] = {
            typing.Union: self._compile_union,
            types.UnionType: self._compile_union,
            typing.Literal: self._compile_literal,
            typing_extensions.Literal: self._compile_literal,
            typing.Annotated: self._compile_annotated,
            **dict.fromkeys(_QUALIFIERS, self._compile_qualified),
        }

    def compile(self, annotation: object) -> Node:
        """Compile an annotation.

        Raises:
            TypeRefused: if there is no encoding for it, or for a part of it.
        """
        standard = STANDARD_TYPES.get(annotation) if _is_hashable(annotation) else None
        if standard is not None:
            return standard.of_anything()
        special = self._compile_special(annotation)
        if special is not None:
            return special
        origin = get_origin(annotation)
        arguments = get_args(annotation)
        if not _is_hashable(origin or annotation) or not _is_hashable(arguments):
            raise refuse_type(annotation)
        return self._compile_class(
            annotation if origin is None else origin, arguments, annotation
        )

    def _compile_special(self, annotation: object) -> Node | None:
        """Compile what is written with a name of ``typing``, and is no class."""
        if getattr(annotation, "__unpacked__", False) is True:
            raise TypeRefused(f"the unpacked {annotation}", "use tuple[A, B] or tuple[A, ...]")
        if annotation in _SELF and self._owners:
            return self.compile(self._owners[-1])
        make = self._makers.get(get_origin(annotation))
        if make is not None:
            return make(get_args(annotation))
        if isinstance(annotation, NewType):
            return self.compile(annotation.__supertype__)
        if isinstance(annotation, TypeVar):
            return self._compile_variable(annotation)
        if is_alias(annotation):
            return self._compile_alias(annotation)
        if isinstance(annotation, (str, ForwardRef)):
            name = getattr(annotation, "__forward_arg__", annotation)
            raise TypeRefused(
                f"the annotation {name!r}, of which only the text is known, and which",
                "resolve it with typing.get_type_hints(..., include_extras=True)",
            )
        return None

    def _compile_qualified(self, arguments: Sequence[object]) -> Node:
        return self.compile(arguments[0])

    def _compile_annotated(self, arguments: Sequence[object]) -> Node:
        if has_mark(arguments[1:], Mark.FILES):
            return FilesNode()
        if has_mark(arguments[1:], Mark.PICKLED):
            return self._compile_pickled(arguments[0])
        inner = shaped(self.compile(arguments[0]), arguments[1:])
        return constrained(inner, arguments[1:])

    def _compile_pickled(self, annotation: object) -> Node:
        node = PickledNode(annotation)
        self.classes.update({kind: {} for kind in node.kinds if kind is not object})
        return node

    def _compile_literal(self, values: Sequence[object]) -> Node:
        return _one_of(enums.literal_nodes(values, self._compile_enum))

    def _compile_union(self, members: Sequence[object]) -> Node:
        nodes = [self.compile(member) for member in members]
        if any(type(node) is AnyNode for node in nodes):
            return AnyNode()
        return _one_of(nodes)

    def _compile_variable(self, variable: TypeVar) -> Node:
        """Compile a free type variable as what it may stand for at most."""
        if variable.__constraints__:
            return self._compile_union(variable.__constraints__)
        default = getattr(variable, "__default__", None)
        if default is not None and default is not getattr(typing_extensions, "NoDefault", None):
            return self.compile(default)
        bound = resolve_in_module(variable.__bound__, variable)
        return AnyNode() if bound in (None, type(None), object) else self.compile(bound)

    def _compile_alias(self, alias: Any) -> Node:
        """Compile a ``type`` alias: as its value, or under its name if it mentions itself."""
        known = self._named.get(alias)
        if isinstance(known, AliasNode):
            known.is_used = True
        if known is not None:
            return known
        node = self._named[alias] = AliasNode(alias_label(alias))
        target = self.compile(alias_value(alias))
        if node.is_used:
            node.target = target
            return node
        self._named[alias] = target
        return target

    def _compile_class(
        self, kind: object, arguments: tuple[object, ...], annotation: object
    ) -> Node:
        if standard := STANDARD_TYPES.get(kind):
            return self._compile_standard(standard, arguments)
        if kind is tuple:
            return self._compile_tuple(arguments, is_bare=not hasattr(annotation, "__args__"))
        if not isinstance(kind, type):
            raise refuse_type(annotation)
        if plain := plain_type(kind):
            return self.compile(plain)
        return (
            jaxtyped(kind, self.compile)
            or self._compile_schema(kind, arguments)
            or numpy_node(kind)
            or pydantic_node(kind)
            or self._compile_codec(kind)
            or library_node(kind, arguments)
            or self._compile_named(kind, arguments, annotation)
        )

    def _compile_schema(self, kind: type, arguments: tuple[object, ...]) -> Node | None:
        node = schema_node(kind, arguments, self.compile)
        if isinstance(node, SchemaNode):
            self.classes[node.schema] = {}
        return node

    def _compile_standard(self, standard: StandardType, arguments: tuple[object, ...]) -> Node:
        if not arguments:
            return standard.of_anything()
        pairs = zip(arguments, standard.steps, strict=False)
        return standard.make(*(self._compile_at(argument, step) for argument, step in pairs))

    def _compile_at(self, annotation: object, step: str) -> Node:
        try:
            return self.compile(annotation)
        except TypeRefused as problem:
            raise problem.at(step) from problem.__cause__

    def _compile_tuple(self, arguments: tuple[object, ...], *, is_bare: bool) -> Node:
        if is_bare:
            return tuples.VariadicTupleNode(AnyNode())
        parts = list(tuple_parts(arguments))
        steps = ["[...]" if part.is_open else f"[{at}]" for at, part in enumerate(parts)]
        nodes = [
            self._compile_at(part.annotation, step)
            for part, step in zip(parts, steps, strict=True)
        ]
        return tuple_node(nodes, [part.is_open for part in parts])

    def _compile_codec(self, kind: type) -> Node | None:
        node = self._named.get(kind) or codec_node(kind)
        if isinstance(node, CodecNode):
            self._named[kind] = node
            self.classes[kind] = {}
            return node
        return None

    def _compile_enum(self, kind: type[Enum]) -> Node:
        node = self._named.get(kind)
        if node is None:
            node = self._named[kind] = enums.enum_node(kind)
            self.classes[kind] = {}
        return node

    def _compile_named(
        self, kind: type, arguments: tuple[object, ...], annotation: object
    ) -> Node:
        """Compile a class of the user's."""
        if issubclass(kind, Enum):
            return self._compile_enum(kind)
        name = (kind, arguments)
        known = self._named.get(name)
        if known is not None:
            return known
        nodes = [self._compile_at(argument, "[...]") for argument in arguments]
        record = record_for(kind, arguments, nodes)
        if record is None:
            return self._compile_open(kind, annotation)
        self._named[name] = record.node
        self._owners.append(annotation)
        self.classes.setdefault(kind, {}).update(record.own_hints)
        record.node.fill(
            [
                field._replace(node=self._compile_at(hint, f".{field.name}"))
                for field, hint in record.fields
            ]
        )
        self._owners.pop()
        return record.node

    def _compile_open(self, kind: type, annotation: object) -> Node:
        node = open_node(kind)
        if node is None:
            raise refuse_type(annotation)
        self.classes[kind] = {}
        return node


def _is_hashable(annotation: object) -> bool:
    try:
        hash(annotation)
    except TypeError:
        return False
    return True


def _one_of(nodes: Sequence[Node]) -> Node:
    return nodes[0] if len(nodes) == 1 else _simplified(UnionNode(nodes))


def _simplified(union: UnionNode) -> Node:
    return union.members[0] if len(union.members) == 1 else union
