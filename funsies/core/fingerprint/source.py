"""Finding the text of running code in its source file.

The file is parsed once; every function, lambda and class gets a number, and its lines are
moved by that number times the length of the file before the tree is compiled. So each code
object of the result tells by its first line which node it comes from: no guess by name or
column. Running code whose code record is not among the compiled ones is not that of the
text (the file was edited, or rewritten on import), and is not found.
"""

from __future__ import annotations

import ast
import dis
from collections.abc import Iterable, Mapping, Sequence
from textwrap import dedent
from types import CodeType, MappingProxyType
from typing import Final, NamedTuple, TypeAlias, cast

import msgspec

from funsies.core.digest import Digest
from funsies.core.fingerprint.code_digest import CodeKey, code_key, code_record, nested_codes
from funsies.core.fingerprint.imports import Imports, imports_of
from funsies.core.fingerprint.syntax import (
    SCOPES,
    Scope,
    annotation_only_names,
    changed_names,
    text_digest,
    written_annotations,
)
from funsies.core.import_statements import bound_names
from funsies.core.parsing import module_statements, parse_module

_Numbers: TypeAlias = dict[CodeKey, tuple[int, ...]]
_Bodies: TypeAlias = dict[str, tuple[tuple[int, CodeType], ...]]


class Source(msgspec.Struct, frozen=True):
    """A parsed source file.

    Attributes:
        lines: the text, as ``linecache`` holds it.
        tree: the whole of it.
        nodes: every function, lambda and class, by number.
        numbers: the numbers of the nodes whose code has this key; several only for lambdas
            of one line that do the same.
        bodies: the code of class bodies by qualified name of the class, with their numbers.
        imports: what the file imports.
        digests: digests of nodes made so far.
        file_name: of the file.
        assigned: lines of the assignments at the top level, the last one by name.
        taken: names that the top level takes from modules, each with the module, its name
            there, and how many packages up that is.
    """

    lines: Sequence[str]
    tree: ast.Module
    nodes: tuple[Scope, ...]
    numbers: _Numbers
    bodies: _Bodies
    imports: Imports
    digests: dict[int, Digest] = msgspec.field(default_factory=dict)
    file_name: str = ""
    assigned: Mapping[str, int] = msgspec.field(default_factory=dict)
    taken: Mapping[str, tuple[str, str, int]] = msgspec.field(default_factory=dict)

    def function_text(self, code: CodeType) -> Digest | None:
        """Digest of the text of a function; None if the text is not that of this code."""
        numbers = self.numbers.get(code_key(code))
        return min(self._digest(number) for number in numbers) if numbers else None

    def function_place(self, code: CodeType) -> Place:
        """Where a function is written."""
        numbers = self.numbers.get(code_key(code))
        return self._place(min(numbers, key=self._digest)) if numbers else NOWHERE

    def changed_names(self, code: CodeType) -> frozenset[str]:
        """Names of the objects that a function changes in place."""
        numbers = self.numbers.get(code_key(code), ())
        return frozenset[str]().union(
            *(changed_names(self.nodes[each - 1]) for each in numbers)
        )

    def unused_names(self, code: CodeType) -> frozenset[str]:
        """Names that only annotations of functions inside a function read."""
        numbers = self.numbers.get(code_key(code), ())
        found = (
            annotation_only_names(self.nodes[each - 1], self.imports.dotted_name)
            for each in numbers
        )
        return frozenset[str].intersection(*found) if numbers else frozenset()

    def inner_annotations(self, code: CodeType) -> tuple[str, ...]:
        """Annotations of functions inside a function, as they are written."""
        numbers = self.numbers.get(code_key(code), ())
        texts = [written_annotations(self.nodes[each - 1]) for each in numbers]
        return min(texts, default=())

    def module_text(self) -> Digest:
        """Digest of the whole file."""
        if 0 not in self.digests:
            self.digests[0] = text_digest(self.tree, self.imports.dotted_name)
        return self.digests[0]

    def class_texts(self, qualified_name: str) -> tuple[ClassText, ...]:
        """The classes of this name in the file."""
        return tuple(
            _class_text(self._digest(number), body)._replace(place=self._place(number))
            for number, body in self.bodies.get(qualified_name, ())
        )

    def class_position(self, name: str, methods: Iterable[CodeType]) -> int | None:
        """Where among the statements of the text the class of this name is.

        Those inside of conditions and attempts are counted, too.

        Args:
            name: of the class.
            methods: code that was written in its body.

        Returns:
            None if no such statement makes it, or if several may have.
        """
        records = {bytes(code_record(each)) for each in methods}
        fitting = {
            self.nodes[number - 1]
            for number, body in self.bodies.get(name, ())
            if records.issubset(_class_text(self._digest(number), body).methods)
        }
        statements = module_statements(self.tree)
        positions = [at for at, node in enumerate(statements) if node in fitting]
        return positions[0] if len(positions) == len(fitting) == 1 else None

    def _place(self, number: int) -> Place:
        """The lines of a node, from its first decorator on."""
        node = self.nodes[number - 1]
        moved = number * (len(self.lines) + 2)
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(each.lineno for each in decorators)])
        lines = self.lines[first - moved - 1 : (node.end_lineno or first) - moved]
        return Place(self.file_name, first - moved, dedent("".join(lines)))

    def _digest(self, number: int) -> Digest:
        if number not in self.digests:
            node = self.nodes[number - 1]
            self.digests[number] = text_digest(node, self.imports.dotted_name)
        return self.digests[number]


def parse_source(
    lines: Sequence[str], file_name: str, known: Mapping[str, str] = MappingProxyType({})
) -> Source | None:
    """Parse and index a source file.

    Args:
        lines: the text.
        file_name: of the file.
        known: what names stand for that the text does not import itself.

    Returns:
        None if it is not Python of this version.
    """
    try:
        tree = parse_module("".join(lines))
        imports = imports_of(tree, known)
        span = len(lines) + 2
        nodes = _move_apart(tree, span)
        compiled = compile(tree, file_name, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, OverflowError):
        return None
    numbers, bodies = _index(nodes, compiled, span)
    return Source(
        lines,
        tree,
        tuple(nodes),
        numbers,
        bodies,
        imports,
        file_name=file_name,
        assigned=_assigned(tree),
        taken=_taken(tree),
    )


def _assigned(tree: ast.Module) -> dict[str, int]:
    """Where names get values at the top level."""
    found: dict[str, int] = {}
    for statement in tree.body:
        if isinstance(statement, (ast.Assign, ast.AnnAssign, ast.AugAssign)):
            targets = [statement.target] if hasattr(statement, "target") else statement.targets
            nodes = (node for each in targets for node in ast.walk(each))
            names = (node.id for node in nodes if isinstance(node, ast.Name))
            found.update(dict.fromkeys(names, statement.lineno))
    return found


def _taken(tree: ast.Module) -> dict[str, tuple[str, str, int]]:
    """What the top level takes from modules."""
    return {
        each.name: (each.module, each.taken, each.level)
        for statement in tree.body
        for each in bound_names(statement)
        if each.taken
    }


def _move_apart(tree: ast.Module, span: int) -> list[Scope]:
    """Move every scope's lines to a range of its own; lines inside it keep their distances."""
    nodes: list[Scope] = []
    pending: list[tuple[ast.AST, int]] = [(tree, 0)]
    while pending:
        node, number = pending.pop()
        if isinstance(node, SCOPES):
            nodes.append(node)
            number = len(nodes)
        if hasattr(node, "end_lineno"):
            located = cast("ast.expr", node)  # every kind of node with a position has these two
            located.lineno += number * span
            located.end_lineno = (located.end_lineno or 0) + number * span
        pending += ((child, number) for child in ast.iter_child_nodes(node))
    return nodes


def _index(nodes: list[Scope], compiled: CodeType, span: int) -> tuple[_Numbers, _Bodies]:
    numbers: _Numbers = {}
    bodies: _Bodies = {}
    for code in nested_codes(compiled):
        number, line = divmod(code.co_firstlineno, span)
        node = nodes[number - 1] if number else None
        if isinstance(node, ast.ClassDef) and code.co_name == node.name:
            bodies[code.co_qualname] = (*bodies.get(code.co_qualname, ()), (number, code))
        elif node is not None and code.co_name == getattr(node, "name", "<lambda>"):
            key = (code_record(code), code.co_qualname, line)
            numbers[key] = (*numbers.get(key, ()), number)
    return numbers, bodies


_GENERATED_NAMES = frozenset(
    {
        "__module__",
        "__qualname__",
        "__doc__",
        "__annotate_func__",
        "__annotations__",
        "__classcell__",
        "__conditional_annotations__",
        "__static_attributes__",
        "__firstlineno__",
        "__type_params__",
        "__classdictcell__",
        "__orig_bases__",
    }
)


def _class_text(text: Digest, body: CodeType) -> ClassText:
    methods = tuple(sorted({bytes(code_record(code)) for code in nested_codes(body)}))
    stored = {i.argval for i in dis.get_instructions(body) if i.opname == "STORE_NAME"}
    return ClassText(text, tuple(sorted(stored - _GENERATED_NAMES)), methods)


class Place(NamedTuple):
    """Where code is written, for people: it is no part of any identity.

    Attributes:
        file: name of the file; "" if nothing is known.
        line: number of its first line in the file.
        text: the lines, without the indentation that they share.
    """

    file: str = ""
    line: int = 0
    text: str = ""


NOWHERE: Final = Place()


class ClassText(NamedTuple):
    """The text of a class.

    Attributes:
        digest: digest of its normalised text.
        names: what the class body assigns, sorted; the rest of the class is generated.
        methods: code records of all functions in the class body, sorted.
        place: where it is written.
    """

    digest: bytes
    names: tuple[str, ...]
    methods: tuple[bytes, ...]
    place: Place = NOWHERE


class Entry(NamedTuple):
    """The text of running code, as far as there is one.

    Attributes:
        digest: digest of the normalised text; empty if there is no text.
        library_names: of a function: global names that its module imports from libraries,
            with their qualified names; they count by that name, whatever their value.
        classes: of a class: the classes of this name in its file.
        unused_names: of a function: names that only annotations of inner functions read.
        changed_names: of a function: names of the objects that it changes in place.
        inner_annotations: of a function: those of the functions inside it, as they are written.
        place: of a function: where it is written.
        assigned: of a function: lines of the assignments at the top level of its file.
        taken: of a function: names that the top level of its file takes from modules, each with
            the module, its name there, and how many packages up that is.
    """

    digest: bytes = b""
    library_names: tuple[tuple[str, str], ...] = ()
    classes: tuple[ClassText, ...] = ()
    unused_names: tuple[str, ...] = ()
    changed_names: frozenset[str] = frozenset()
    inner_annotations: tuple[str, ...] = ()
    place: Place = NOWHERE
    assigned: Mapping[str, int] = MappingProxyType({})
    taken: Mapping[str, tuple[str, str, int]] = MappingProxyType({})
