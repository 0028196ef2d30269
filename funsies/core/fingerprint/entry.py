"""The fingerprint of a function."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches
from threading import Lock
from types import FunctionType
from typing import Any, Final, TypeAlias

import msgspec

from funsies.core.digest import Digest, Field, digest
from funsies.core.encoding.codecs import Codec
from funsies.core.errors import WiringError
from funsies.core.fingerprint.advice import Giver
from funsies.core.fingerprint.caching import Snapshot
from funsies.core.fingerprint.dispatch import field_of
from funsies.core.fingerprint.environment import variables_set
from funsies.core.fingerprint.libraries import Library, decided, libraries_of
from funsies.core.fingerprint.protocol import wrapped_task
from funsies.core.fingerprint.script import settings_for
from funsies.core.fingerprint.shared_draws import warn_of_shared_draws
from funsies.core.fingerprint.walk import Ingredient, Walk
from funsies.core.library_settings import LibrarySetting

KEPT_FINGERPRINTS: Final = 4096
"""How many fingerprints a process remembers."""


class Fingerprint(msgspec.Struct, frozen=True):
    """The identity of a function's code, down to the last helper and constant.

    Attributes:
        digest: equal for two functions only if they do the same.
        ingredients: the parts that the digest was made of, in order of discovery.
        codecs: of the classes of the project that were reached.
        libraries: that were reached, and what of them counts.
        classes: that were reached, those of libraries among them.
        texts: digests of the texts of modules that the code imports while it runs, by name;
            empty for those of libraries.
        environment: variables that the program has set and the code reads by name; None of one
            that the program has deleted.
    """

    digest: Digest
    ingredients: tuple[Ingredient, ...]
    codecs: tuple[Codec, ...] = ()
    libraries: tuple[Library, ...] = ()
    classes: tuple[type, ...] = ()
    texts: tuple[tuple[str, bytes], ...] = ()
    environment: tuple[tuple[str, str | None], ...] = ()


def fingerprint(
    function: Callable[..., object],
    *,
    ignore: Collection[str] = (),
    giver: Giver = Giver.TASK,
    builds: bool = False,
) -> Fingerprint:
    """Identify the code of a function, and of everything of the project that it uses.

    Args:
        function: a function, lambda, method, ``functools.partial``, class, callable object
            or task.
        ignore: names (``"NAME"`` or ``"module.NAME"``) that do not count, wherever they
            are used.
        giver: how the function was given to funsies; messages advise what works there.
        builds: True if it makes steps of what it names: then annotations count, too.

    Returns:
        The fingerprint; the same in every process, whatever the hash seed, the directory
        and the way in which the code was started.

    Raises:
        FingerprintError: if something that the function uses cannot be seen. The message
            says how it is reached, and what to do.
        WiringError: if ``ignore`` has a name that is not used.
        OptionError: if ``[tool.funsies.libraries]`` says what has no meaning.

    >>> def double(x: int) -> int:
    ...     return x * 2
    >>> same = fingerprint(double).digest == fingerprint(lambda x: x * 2).digest
    >>> same
    False
    """
    task = None if type(function) is FunctionType else wrapped_task(function)
    target = function if task is None or task.version is not None else task.function
    ignore = ignore if task is None else {*ignore, *task.ignore}
    key = _cache_key(target, ignore, builds=builds)
    if key is None:
        return _walk(function, ignore, giver, builds=builds)[0]
    known = _known.get(key)
    if known is not None and known[1].is_current():
        return known[0]
    return _remember(key, *_walk(target, ignore, giver, builds=builds), target)


_Key: TypeAlias = tuple[object, ...]
_known: OrderedDict[_Key, tuple[Fingerprint, Snapshot, object]] = OrderedDict()
_lock: Final = Lock()
_NOTHING: Final[frozenset[str]] = frozenset()


def _cache_key(function: object, ignore: Collection[str], *, builds: bool) -> _Key | None:
    """Plain functions are known by their code: a lambda in a loop is a new object each time.

    A function with a closure is not remembered: its cells may hold large objects, which
    must not be kept alive.
    """
    if isinstance(function, type):
        return id(function), frozenset(ignore), decided.get()
    if not isinstance(function, FunctionType) or function.__closure__ or function.__dict__:
        return None
    defaults, keyword_defaults = function.__defaults__, function.__kwdefaults__
    return (
        id(function.__code__),
        id(function.__globals__),
        tuple(map(id, defaults)) if defaults else (),
        tuple((name, id(each)) for name, each in keyword_defaults.items())
        if keyword_defaults
        else (),
        frozenset(ignore) if ignore else _NOTHING,
        builds,
        decided.get(),
    )


def _remember(
    key: _Key, found: Fingerprint, snapshot: Snapshot, function: object
) -> Fingerprint:
    with _lock:
        _known[key] = (found, snapshot, function)
        if len(_known) > KEPT_FINGERPRINTS:
            _known.popitem(last=False)
    return found


def _walk(
    function: Any, ignore: Collection[str], giver: Giver, *, builds: bool
) -> tuple[Fingerprint, Snapshot]:
    name = str(getattr(function, "__name__", type(function).__name__))
    walk = Walk(field_of, frozenset(ignore), (), giver=giver, builds=builds)
    walk.environment.take_value(function)
    try:
        total = walk.finish(field_of(walk, function, name))
    except RecursionError:
        walk.refuse("", "it holds a value that is nested too deep to be described")
    warn_of_shared_draws(name, (each[0] for each in walk.snapshot.functions))
    environment = _environment(walk, name)
    _refuse_unused(name, frozenset(ignore) - walk.asked, walk.asked)
    libraries = libraries_of(walk.modules)
    counted = sorted({(each.name, each.counted) for each in libraries})
    parts = [Ingredient(name, "library", value) for name, value in counted]
    settings = settings_for(function, walk.modules)
    parts += [_ingredient(name, each) for each in settings]
    found = Fingerprint(
        digest("fingerprint", total, tuple(counted), *_fields(environment, settings)),
        (*walk.ingredients, *parts),
        tuple(walk.codecs),
        libraries,
        tuple(dict.fromkeys(walk.classes)),
        tuple(sorted(walk.texts.items())),
        environment,
    )
    return found, walk.snapshot


def _environment(walk: Walk, name: str) -> tuple[tuple[str, str | None], ...]:
    """The variables that count; what the program sets later is seen before the next step."""
    if not walk.environment.is_read:
        return ()
    walk.snapshot.values.append((_variables_now, _variables_now()))
    if walk.ignore:
        walk.asked.update(walk.environment.texts() & set(walk.ignore))
    found = walk.environment.variables()
    counted = tuple(each for each in sorted(found.items()) if each[0] not in walk.ignore)
    for variable, value in counted:  # which may be a secret, so it is not shown
        shown = f"{name} -> os.environ[{variable!r}]"
        walk.ingredients.append(
            Ingredient(shown, "value", digest("variable", variable, value).hex())
        )
    return counted


def _variables_now() -> bytes:
    return repr(variables_set()).encode(errors="surrogatepass")


def _fields(
    environment: tuple[tuple[str, str | None], ...], settings: Sequence[LibrarySetting]
) -> Iterator[Field]:
    """Nothing for most code, whose address is then what it always was."""
    if environment:
        yield "environment", *environment
    if settings:
        yield "settings", *(each.text for each in settings)


def _ingredient(name: str, setting: LibrarySetting) -> Ingredient:
    text = setting.text
    shown, content = f"{name} -> {setting.name}", digest("setting", text).hex()
    return Ingredient(shown, "value", content, value=text)


def _refuse_unused(function: str, unused: Collection[str], used: Collection[str]) -> None:
    """A name that is misspelt would count, and nobody would know."""
    for name in sorted(unused):
        close = get_close_matches(name, sorted(used), 1)
        hint = f"did you mean {close[0]!r}?" if close else "leave it out"
        raise WiringError(
            f"ignore= of {function} names {name!r}, which its code does not use; {hint}"
        )
