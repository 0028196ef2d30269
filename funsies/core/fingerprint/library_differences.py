"""What differs between the libraries of the program and those of a worker."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from funsies.core.fingerprint.libraries import Library, counting
from funsies.core.fingerprint.library_places import Place, place_of
from funsies.core.fingerprint.library_rules import CONTENT, TABLE, VERSION


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


def _as_counted(place: Place, wanted: Library) -> Library:
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
