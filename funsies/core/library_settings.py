"""What the text of a script or of a module sets in libraries, before the first step is made.

A worker imports the modules of a program, and what these set there is set for its steps. The
text of the script is not run there, but for the statements that are found here: they say by
themselves how numbers are computed and pictures are drawn. In both they are part of the address
of the steps that use the library.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from typing_extensions import override

from funsies.core.import_statements import bound_names
from funsies.core.parsing import parse_module

_SETTERS: Final = {
    "jax.config.update",
    "matplotlib.pyplot.rc",
    "matplotlib.pyplot.rcParams.update",
    "matplotlib.pyplot.style.use",
    "matplotlib.rc",
    "matplotlib.rcParams.update",
    "matplotlib.style.use",
    "numpy.set_printoptions",
    "numpy.seterr",
    "pandas.set_option",
    "seaborn.set",
    "seaborn.set_context",
    "seaborn.set_palette",
    "seaborn.set_style",
    "seaborn.set_theme",
    "sklearn.set_config",
    "sys.setrecursionlimit",
    "torch.set_default_dtype",
    "xarray.set_options",
}
"""Functions that set something for the whole process, and do nothing else.

What says where something is computed or shown (``matplotlib.use``, a device) is the worker's.
"""

_HOLDERS: Final = (
    "decimal.getcontext()",
    "matplotlib.pyplot.rcParams",
    "matplotlib.rcParams",
    "pandas.options",
)
"""What such settings are assigned to: to an attribute of it, or to an item."""

_MENTIONED: Final = re.compile(
    r"getcontext|rcParams|seaborn|\bset(_|err|recursion)|\brc\b|\bstyle\b|\boptions\b|\bjax\b"
)
"""Most texts have none of it: they are not parsed."""

_ALSO_SETS: Final = {"seaborn": ("matplotlib",)}
_MAKERS: Final = {"cycler.cycler", "matplotlib.cycler", "matplotlib.pyplot.cycler"}
_BUILTINS: Final = {"bool", "dict", "float", "int", "list", "set", "str", "tuple"}
_KNOWN: Final = {each.partition(".")[0] for each in (*_SETTERS, *_HOLDERS, *_MAKERS)}


class LibrarySetting(NamedTuple):
    """A statement that sets something in a library.

    Attributes:
        name: what it sets, as the script has it: ``np.seterr``.
        statement: it refers to nothing but imports.
        libraries: top-level modules that it concerns.
    """

    name: str
    statement: ast.stmt
    libraries: frozenset[str]

    @property
    def text(self) -> str:
        """The statement, however it was laid out."""
        return ast.unparse(self.statement)


def library_settings(text: str) -> Iterator[LibrarySetting]:
    r"""The settings at the top level of a script, until it opens the graph of its steps.

    >>> text = "import numpy as np\nnp.seterr(all='raise')\nnp.save('a', [1])"
    >>> [each.text for each in library_settings(text)]
    ["np.seterr(all='raise')"]
    """
    if not _MENTIONED.search(text):
        return
    tree = parse_module(text)
    bound = Counter(each.id for each in _names_in(tree) if not isinstance(each.ctx, ast.Load))
    imports, constants = dict[str, str](), dict[str, ast.Constant]()
    for statement in tree.body:
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            return
        imports.update((each.name, each.dotted_name("")) for each in bound_names(statement))
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Constant):
            names = (each.id for each in statement.targets if isinstance(each, ast.Name))
            constants.update((name, statement.value) for name in names if bound[name] == 1)
        holder = _set_by(statement, imports)
        if holder:
            known = _Constants(constants).visit(statement)
            if _says_all(known, imports):
                yield LibrarySetting(_name_of(known), known, _libraries_of(holder))


def _names_in(tree: ast.AST) -> Iterator[ast.Name]:
    return (each for each in ast.walk(tree) if isinstance(each, ast.Name))


def _name_of(statement: ast.stmt) -> str:
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        return ast.unparse(statement.value.func)
    return ast.unparse(statement).partition(" = ")[0]


def _libraries_of(holder: str) -> frozenset[str]:
    library = holder.partition(".")[0]
    return frozenset({library, *_ALSO_SETS.get(library, ())})


def _set_by(statement: ast.stmt, imports: Mapping[str, str]) -> str:
    """Absolute name of the function or of the holder that sets; empty of other statements."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        name = _dotted(statement.value.func, imports)
        return name if name in _SETTERS else ""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        if isinstance(target, (ast.Attribute, ast.Subscript)):
            name = _dotted(target.value, imports)
            return name if any(_is_in(name, each) for each in _HOLDERS) else ""
    return ""


def _is_in(name: str, holder: str) -> bool:
    return name == holder or name.startswith(f"{holder}.")


def _dotted(node: ast.expr, imports: Mapping[str, str]) -> str:
    """Absolute name of what an expression stands for; empty if no import says it."""
    if isinstance(node, ast.Name):
        return imports.get(node.id, "")
    if isinstance(node, ast.Attribute):
        above = _dotted(node.value, imports)
        return f"{above}.{node.attr}" if above else ""
    if isinstance(node, ast.Call) and not node.args and not node.keywords:
        above = _dotted(node.func, imports)
        return f"{above}()" if above else ""
    return ""


class _Constants(ast.NodeTransformer):
    """Puts numbers and texts in the place of names that the script binds once."""

    def __init__(self, constants: Mapping[str, ast.Constant]) -> None:
        self._constants = constants

    @override
    def visit_Name(self, node: ast.Name) -> ast.expr:
        """Replace a name."""
        found = self._constants.get(node.id) if isinstance(node.ctx, ast.Load) else None
        return node if found is None else ast.copy_location(ast.Constant(found.value), node)


def _says_all(statement: ast.stmt, imports: Mapping[str, str]) -> bool:
    """True if a statement means the same wherever the libraries are."""
    own = {each.arg for each in ast.walk(statement) if isinstance(each, ast.arg)}
    calls = [each.func for each in ast.walk(statement) if isinstance(each, ast.Call)]
    names = {each.id for each in _names_in(statement)}
    known = {name for name, home in imports.items() if home.partition(".")[0] in _KNOWN}
    return names <= {*known, *own, *_BUILTINS} and all(
        _is_plain_call(each, imports) for each in calls
    )


def _is_plain_call(function: ast.expr, imports: Mapping[str, str]) -> bool:
    if isinstance(function, ast.Name) and function.id in _BUILTINS:
        return True
    if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Constant):
        return True
    name = _dotted(function, imports)
    return name in _SETTERS or name in _MAKERS or f"{name}()" in _HOLDERS
