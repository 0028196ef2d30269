"""Libraries that a step uses, and what of them counts for its identity.

A library counts by its version. One without a version of its own (installed from a directory
or an archive, or put there by hand: its code may change and its version stay) counts by its
content. What counts is decided where the program runs, and travels with the steps.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

from funsies.core.digest import Digest, Field, content_digest, digest
from funsies.core.errors import OptionError
from funsies.core.fingerprint.distributions import Distribution, distribution_of, normalised
from funsies.core.fingerprint.imports import find_spec
from funsies.core.fingerprint.project import is_project_file, setting

SHOWN_CONTENT: Final = 10


class Library(NamedTuple):
    """A library, and what of it counts.

    Attributes:
        module: the module or package that is named, without what is inside it.
        name: of the distribution; of the module, if it belongs to none.
        version: as it is installed; "" if it does not count.
        content: digest of its files; "" if they do not count.
    """

    module: str
    name: str
    version: str = ""
    content: str = ""

    @property
    def counted(self) -> str:
        """What enters the identity of a step."""
        return self.content or self.version

    @property
    def shown_version(self) -> str:
        """The version for people, with the beginning of the content if that counts, too."""
        content = f"content {self.content[:SHOWN_CONTENT]}" if self.content else ""
        return ", ".join(filter(None, (self.version, content)))


@dataclass(frozen=True, slots=True, eq=False)
class Decided:
    """What the program has decided, for what its steps build on a worker.

    Attributes:
        libraries: those that the step uses, as they count.
        rules: what ``[tool.funsies.libraries]`` of the program says: name -> rule.
    """

    libraries: tuple[Library, ...] = ()
    rules: Mapping[str, str] = field(default_factory=dict)

    def library_of(self, module: str) -> Library | None:
        """The decision on a module, or on the package that it is in."""
        for each in self.libraries:
            if f"{module}.".startswith(f"{each.module}."):
                return each
        return None


decided: Final[ContextVar[Decided | None]] = ContextVar("decided", default=None)
"""Set while a step builds others; None where the program itself runs."""


def libraries_of(modules: Iterable[str]) -> tuple[Library, ...]:
    """What counts of the libraries that some modules belong to, each once, sorted."""
    found = (library_of(each) for each in modules)
    return tuple(sorted({each for each in found if each is not None}))


def library_of(module: str) -> Library | None:
    """What counts of the library that a module belongs to.

    Args:
        module: name of a module, or of something in a module, as an import statement has it.

    Returns:
        None for what is no library, or a namespace that holds several.

    Raises:
        OptionError: if ``[tool.funsies.libraries]`` says what has no meaning.

    >>> library_of("json") is None
    True
    >>> library_of("no_such_module")
    Library(module='no_such_module', name='no-such-module', version='', content='')
    """
    by_program = decided.get()
    known = None if by_program is None else by_program.library_of(module)
    if known is not None:
        return known
    place = place_of(module)
    if place is None:
        return None
    if place.path:
        return counting(place, rules_in_force())
    # Not here. Where the program runs that is noted, so that a worker that has it knows it.
    return Library(place.module, normalised(place.module)) if by_program is None else None


def rules_in_force() -> Mapping[str, str]:
    """The rules of the project: read where the program runs, brought along elsewhere."""
    by_program = decided.get()
    return rules_of_the_project() if by_program is None else by_program.rules


def counting(place: LibraryPlace, rules: Mapping[str, str]) -> Library:
    """What counts of a library that is here.

    Args:
        place: where it is.
        rules: what is said of named ones: ``"name"``, ``"version"`` or ``"content"``.
    """
    distribution = place.distribution
    name = normalised(place.module) if distribution is None else distribution.name
    rule = rules.get(name) or (CONTENT if is_ones_own(distribution) else VERSION)
    if rule == NAME:
        return Library(place.module, name)
    version = "" if distribution is None else distribution.version
    is_told_apart = rule == VERSION and version
    return Library(place.module, name, version, "" if is_told_apart else content_of(place))


_PACKAGE: Final = __name__.partition(".")[0]


class LibraryPlace(NamedTuple):
    """Where a library is.

    Attributes:
        module: the module or package, by the first part of its name that has a file.
        path: that file; "" if there is no such module.
        distribution: which has installed it; None if it was put there by hand.
    """

    module: str
    path: str = ""
    distribution: Distribution | None = None


def place_of(name: str) -> LibraryPlace | None:
    """Find a library, and import nothing.

    Args:
        name: of a module, or of something in a module, as an import statement has it.

    Returns:
        None for the standard library, funsies, the project, and for namespaces: these hold
        no code of their own.
    """
    if is_given(name):
        return None
    for prefix in _prefixes(name):
        path = _file_of(prefix)
        if path is None:
            return LibraryPlace(prefix)
        if path:
            is_project = is_project_file(path)
            return None if is_project else LibraryPlace(prefix, path, distribution_of(path))
    return None


def is_given(name: str) -> bool:
    """True of the standard library and of funsies: they come with what runs the step."""
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names or top in (_PACKAGE, "__main__")


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _file_of(name: str) -> str | None:
    """File of a module; "" if it has none, as namespaces; None if there is no such module."""
    module = sys.modules.get(name)
    if module is not None:
        return str(getattr(module, "__file__", None) or "")
    spec = find_spec(name)
    return None if spec is None else spec.origin or ""


NAME: Final = "name"
VERSION: Final = "version"
CONTENT: Final = "content"
RULES: Final = (NAME, VERSION, CONTENT)
TABLE: Final = "[tool.funsies.libraries]"


def rules_of_the_project() -> Mapping[str, str]:
    """What the nearest ``pyproject.toml`` says: normalised name of a library -> rule.

    Raises:
        OptionError: if it says what has no meaning.
    """
    file, table = setting("libraries")
    if table is None:
        return {}
    if not isinstance(table, dict):
        raise OptionError(
            f'{file}: {TABLE} must be a table with lines such as numpy = "name", not {table!r}'
        )
    return {normalised(name): _rule(file, name, rule) for name, rule in table.items()}


def _rule(file: Path, name: str, rule: object) -> str:
    if rule not in RULES:
        raise OptionError(
            f"{file}: in {TABLE}, {name} is {rule!r}. Write {name} = {_choices()}: what of "
            "this library counts for the identity of the steps that use it"
        )
    return str(rule)


def _choices() -> str:
    *first, last = (f'"{rule}"' for rule in RULES)
    return f"{', '.join(first)} or {last}"


_CODE: Final = (".py", ".so", ".pyd")


@cache
def is_ones_own(distribution: Distribution | None) -> bool:
    """True of what may change without its version: it came from no package index.

    So says PEP 610: ``direct_url.json`` is there if it was installed from a directory, an
    archive or a repository. Packages of conda have that file from the machine which built
    them; they do come from an index.
    """
    if distribution is None:
        return True
    origin = distribution.read("direct_url.json")
    return bool(origin) and distribution.read("INSTALLER").strip() != "conda"


@cache
def content_of(place: LibraryPlace) -> str:
    """Digest of the files of a library, the same wherever it is installed.

    Scripts and metadata do not count: they hold the paths of this machine. What its list says
    of each file is taken; the files are read only if there is no such list.
    """
    listed = () if place.distribution is None else tuple(_listed(place.distribution))
    return digest("library", *(listed or _read(Path(place.path)))).hex()


def _listed(distribution: Distribution) -> Iterator[Field]:
    for line in sorted(distribution.files().split("\n")):
        path, _, about = line.partition(",")
        if about.strip(",") and not path.startswith(("..", "/", distribution.metadata)):
            yield line


def _read(path: Path) -> Iterator[Field]:
    """The code of a module, or of all modules of a package."""
    if path.name.partition(".")[0] != "__init__":
        yield path.name, _content(path)
        return
    for each in sorted(path.parent.rglob("*")):
        if each.suffix in _CODE:
            yield each.relative_to(path.parent).as_posix(), _content(each)


def _content(path: Path) -> Digest:
    try:
        return content_digest(path.read_bytes())
    except OSError:  # inside an archive, or gone
        return content_digest(b"")


def differences(libraries: Iterable[Library]) -> list[str]:
    """Compare libraries, as they count for a step, with those of this process.

    Args:
        libraries: of a step.

    Returns:
        A sentence for each that differs or is missing here, with the remedy.

    >>> print(*differences([Library("nowhere", "nowhere", "2.0")]))
    the step was built with nowhere 2.0, and this worker has none: run pip install ...
    """
    return [difference for each in libraries for difference in _differences(each)]


def _differences(wanted: Library) -> Iterator[str]:
    if not wanted.counted:
        return
    place = place_of(wanted.module)
    here = None if place is None or not place.path else _as_counted(place, wanted)
    if here is None or (here.name, here.counted) != (wanted.name, wanted.counted):
        yield (
            f"the step was built with {_shown(wanted)}, and this worker has "
            f"{_compared(here, wanted)}: {_remedy(here, wanted)}"
        )


def _as_counted(place: LibraryPlace, wanted: Library) -> Library:
    """The library that is here, looked at as the program has looked at its own."""
    name = wanted.name if place.distribution is None else place.distribution.name
    return counting(place, {name: CONTENT if wanted.content else VERSION})


def _shown(library: Library) -> str:
    return f"{library.name} {library.version}".strip()


def _compared(here: Library | None, wanted: Library) -> str:
    if here is None:
        return "none"
    if _shown(here) == _shown(wanted):
        return "another content under that name"
    return _shown(here)


def _remedy(here: Library | None, wanted: Library) -> str:
    if here is None:
        return _install(wanted)
    return (
        f'{_install(wanted)}, or write {wanted.name} = "name" under {TABLE} in the '
        "pyproject.toml of the program, if that makes no difference"
    )


def _install(wanted: Library) -> str:
    if wanted.content:
        return f"install the same {wanted.name} where the worker runs"
    return f"run pip install '{wanted.name}=={wanted.version}' where the worker runs"
