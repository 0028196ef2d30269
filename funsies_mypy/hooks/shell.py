"""``shell``: names of files, values of input files, and what a step puts out."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mypy.checker import TypeChecker
from mypy.expandtype import expand_type
from mypy.nodes import ARG_STAR, DictExpr, Expression, StrExpr
from mypy.plugin import (
    AttributeContext,
    FunctionContext,
    FunctionSigContext,
    MethodContext,
    MethodSigContext,
)
from mypy.types import (
    CallableType,
    ExtraAttrs,
    Instance,
    LiteralType,
    TupleType,
    Type,
    UninhabitedType,
    UnionType,
    get_proper_type,
)

from funsies.core.file_names import (
    directories_of,
    is_directory,
    is_pattern,
    problem_of,
    stands_for_files,
)
from funsies_mypy import codes
from funsies_mypy.arguments import checker, given, given_at
from funsies_mypy.encodable import unencodable_value
from funsies_mypy.lift import with_any_keyword
from funsies_mypy.literals import keys_of, text_of, texts_of
from funsies_mypy.messages import did_you_mean, fail, quoted, shown
from funsies_mypy.types import (
    artefact_of,
    files_type,
    is_path,
    literal_value,
    may_be_mapping,
    nested_artefact,
    union_items,
    unknown,
    unlifted,
)

from .shell_inputs import INPUTS, input_names
from .shell_text import check_text

_COMMANDS = "<number of commands>"
"""Not an attribute that a program can name."""

_KEY = "K"
"""The type variable of ``shell`` for the names of its outputs."""

_Texts = Sequence[tuple[str, Expression]]


def open_shell(context: FunctionSigContext) -> CallableType:
    """Take any names of outputs: which they are is found out from the call itself."""
    anything = checker(context).named_generic_type("builtins.object", [])
    signature = with_any_keyword(context.default_signature, anything)
    text = checker(context).named_generic_type("builtins.str", [])
    keys = [each for each in signature.variables if each.name == _KEY]
    others = [each for each in signature.variables if each.name != _KEY]
    opened = expand_type(signature, {each.id: text for each in keys})
    return opened.copy_modified(variables=others)


def check_shell(context: FunctionContext) -> Type:
    """Check names and values; the outputs, by name."""
    api = checker(context)
    inputs = given(context, "inp")
    if inputs is not None:
        known = list(keys_of(api, inputs.expression))
        _check_names(api, known, "input")
        _check_values(api, inputs.expression)
    outputs = _outputs(context)
    if outputs is not None:
        _check_names(api, outputs, "output")
    check_text(context, outputs)
    return _output_type(context, outputs)


def _outputs(context: FunctionContext) -> _Texts | None:
    """The names of the output files; None if they are not known."""
    api = checker(context)
    out = given(context, "out")
    if out is None:
        return []
    kind = get_proper_type(out.type)
    if isinstance(kind, Instance) and kind.type.fullname == "builtins.str":
        text = text_of(api, out.expression)
        example = f"out=[{text!r}]" if text is not None else "out=[...]"
        fail(api, codes.SHELL, f"out= is a list of file names: {example}", out.expression)
        return None
    return texts_of(api, out.expression, out.type)


def _check_names(api: TypeChecker, names: _Texts, role: str) -> None:
    known = {name for name, _ in names}
    seen: set[str] = set()
    for name, where in names:
        problem = problem_of(name) or _problem_among(name, seen, known, role)
        seen.add(name)
        if problem is not None:
            fail(api, codes.SHELL, problem[0].upper() + problem[1:], where)


def _problem_among(name: str, seen: set[str], known: set[str], role: str) -> str | None:
    if name in seen:
        return f'Duplicate {role} file "{name}"; name each {role} file once'
    for directory in directories_of(name):
        if directory in known and not (role == "output" and is_pattern(directory)):
            return (
                f'"{directory}" cannot be an {role} file and the directory of "{name}"; '
                "rename one of them"
            )
    return None


def _check_values(api: TypeChecker, inputs: Expression) -> None:
    if not isinstance(inputs, DictExpr):
        return
    for key, value in inputs.items:
        name = None if key is None else text_of(api, key)
        if key is not None and api.has_type(value):
            _check_value(api, name or "a file", value)


def _check_value(api: TypeChecker, name: str, value: Expression) -> None:
    kind = api.lookup_type(value)
    if is_directory(name) and not may_be_mapping(unlifted(kind)):
        text = (
            f'Input directory "{name}" is {shown(api, kind)}; give it a dict of file names to '
            "bytes or text, put_dir(path), or a directory of another step"
        )
        fail(api, codes.SHELL, text, value)
        return
    if is_path(unlifted(kind)):
        text = (
            f'Input file "{name}" is {shown(api, kind)}, which is not the content of a file; '
            "use put_file(path), or str(path) for its text"
        )
        fail(api, codes.SHELL, text, value)
        return
    if nested_artefact(kind) is not None:
        text = (
            f'Input file "{name}" is {shown(api, kind)}, a container with artefacts inside; '
            "join them with gather()"
        )
        fail(api, codes.SHELL, text, value)
        return
    problem = unencodable_value(api, unlifted(kind))
    if problem is not None:
        fail(api, codes.SHELL, f'Input file "{name}" is {problem}', value)


def _output_type(context: FunctionContext, outputs: _Texts | None) -> Type:
    kind = get_proper_type(context.default_return_type)
    if not isinstance(kind, Instance):
        return kind
    key = unknown() if outputs is None else _key_type(checker(context), outputs)
    kind = kind.copy_modified(args=[key])
    commands, inputs = _commands(context), input_names(context)
    known = {_COMMANDS: commands, INPUTS: inputs}
    attributes = {name: found for name, found in known.items() if found is not None}
    if attributes:
        kind.extra_attrs = ExtraAttrs(attributes, set(), None)
    return kind


def _key_type(api: TypeChecker, names: _Texts) -> Type:
    text = api.named_generic_type("builtins.str", [])
    if not names:
        return UninhabitedType()
    return UnionType.make_union([LiteralType(name, text) for name, _ in dict(names).items()])


def _commands(context: FunctionContext) -> LiteralType | None:
    """How many commands there are, if that is known."""
    commands = given_at(context, 0)
    if any(command.kind == ARG_STAR for command in commands):
        return None
    api = checker(context)
    if not commands:
        fail(api, codes.SHELL, "shell() needs at least one command", context.context)
    for command in commands:
        text = text_of(api, command.expression)
        if text is not None and not text.strip():
            fail(api, codes.SHELL, "A command is empty; leave it out", command.expression)
    number = api.named_generic_type("builtins.int", [])
    return LiteralType(len(commands), number)


def open_output(context: MethodSigContext) -> CallableType:
    """Take any name: which there are is checked with a better message."""
    text = checker(context).named_generic_type("builtins.str", [])
    signature = context.default_signature
    return signature.copy_modified(arg_types=[text])


def check_output(context: MethodContext) -> Type:
    """Report names of files that the step does not have; directories and patterns are dicts."""
    kind = get_proper_type(context.type)
    asked = given_at(context, 0)
    if not isinstance(kind, Instance) or len(kind.args) != 1 or not asked:
        return context.default_return_type
    api = checker(context)
    known = _known(kind.args[0])
    name = literal_value(asked[0].type)
    if isinstance(asked[0].expression, StrExpr):
        name = asked[0].expression.value
    if known is not None and isinstance(name, str) and name not in known:
        fail(api, codes.SHELL, _no_such_output(name, known), asked[0].expression)
    if isinstance(name, str) and stands_for_files(name):
        return artefact_of(api, files_type(api))
    return context.default_return_type


def _known(key: Type) -> list[str] | None:
    """The names that a key type stands for; None if it may be any."""
    found = get_proper_type(key)
    if isinstance(found, UninhabitedType):
        return []
    values = [literal_value(item) for item in union_items(found)]
    names = [value for value in values if isinstance(value, str)]
    return names if len(names) == len(values) else None


def _no_such_output(name: str, known: Sequence[str]) -> str:
    if not known:
        return f'This shell step has no output "{name}": name it in shell(..., out=["{name}"])'
    return (
        f'This shell step has no output "{name}" (out= names {quoted(known)})'
        f"{did_you_mean(name, known)}"
    )


def check_one_command(single: str, several: str) -> Callable[[AttributeContext], Type]:
    """Make the hook for a property that only makes sense for one command.

    Args:
        single: its name.
        several: what to use for several commands.
    """

    def check(context: AttributeContext) -> Type:
        commands = _commands_of(context.type)
        if commands is not None and commands > 1:
            text = (
                f'This shell step runs {commands} commands, so "{single}" is not the output of '
                f"one; use {several}[i] for the i-th"
            )
            fail(checker(context), codes.SHELL, text, context.context)
        return context.default_attr_type

    return check


def check_each_command(context: AttributeContext) -> Type:
    """``stdouts``: as many as there are commands."""
    commands, kind = _commands_of(context.type), get_proper_type(context.default_attr_type)
    if commands is None or not isinstance(kind, Instance) or len(kind.args) != 1:
        return kind
    return TupleType([kind.args[0]] * commands, kind)


def _commands_of(step: Type) -> int | None:
    """How many commands a step runs, if that is known."""
    kind = get_proper_type(step)
    extra = kind.extra_attrs if isinstance(kind, Instance) else None
    commands = extra.attrs.get(_COMMANDS) if extra else None
    number = None if commands is None else literal_value(commands)
    return number if isinstance(number, int) else None
