"""What libraries keep for the whole process, where they have been loaded."""

from __future__ import annotations

import sys
import warnings
from collections.abc import Iterator, Mapping
from typing import Any, Final

from .settings import ProcessSetting


def libraries() -> Iterator[ProcessSetting]:
    """Settings of libraries."""
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        yield from _numpy(numpy)
    numpy_random: Any = sys.modules.get("numpy.random")
    if hasattr(numpy_random, "get_bit_generator"):
        yield ProcessSetting(numpy_random.get_bit_generator, numpy_random.set_bit_generator)


def _numpy(numpy: Any) -> Iterator[ProcessSetting]:
    yield ProcessSetting(numpy.get_printoptions, lambda each: numpy.set_printoptions(**each))
    if hasattr(numpy, "geterrobj"):  # from numpy 2 on, a context variable
        yield ProcessSetting(numpy.geterr, lambda each: numpy.seterr(**each))
        yield ProcessSetting(numpy.geterrcall, numpy.seterrcall)


# What pandas, matplotlib, scikit-learn and xarray keep for the whole process.
#
# A library may be imported by a step, in the body of its function: then nothing was kept of
# it, and it gets its defaults. Figures of ``pyplot`` are closed: the next step would draw
# into them.

_NOT_RESTORED: Final = "backend"
"""Nobody sees it in what a step draws, and matplotlib finds it when it is first needed."""


def data_libraries() -> Iterator[ProcessSetting]:
    """Settings of libraries, whether or not they have been imported yet."""
    yield ProcessSetting(_figures, _close_others)
    yield ProcessSetting(_drawing, _set_drawing)
    yield ProcessSetting(_pandas_options, _set_pandas_options)
    for name, read, write in (
        ("sklearn", "get_config", "set_config"),
        ("xarray", "get_options", "set_options"),
    ):
        library = sys.modules.get(name)
        if hasattr(library, read):
            yield _configuration(library, read, write)


def _configuration(library: Any, read: str, write: str) -> ProcessSetting:
    def now() -> dict[str, object]:
        return dict(getattr(library, read)())

    return ProcessSetting(now, lambda kept: getattr(library, write)(**_changed(now(), kept)))


def _changed(now: Mapping[str, object], kept: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in kept.items() if now.get(name) != value}


def _figures() -> list[int]:
    pyplot: Any = sys.modules.get("matplotlib.pyplot")
    return pyplot.get_fignums() if hasattr(pyplot, "get_fignums") else []


def _close_others(kept: list[int]) -> None:
    pyplot: Any = sys.modules["matplotlib.pyplot"]
    for number in {*pyplot.get_fignums()} - {*kept}:
        pyplot.close(number)
    if pyplot.get_fignums() != kept:
        raise LookupError(kept)


def _drawing() -> dict[str, object] | None:
    parameters: Any = getattr(sys.modules.get("matplotlib"), "rcParams", None)
    if parameters is None:
        return None
    drawing: dict[str, object] = dict(dict.items(parameters))
    drawing.pop(_NOT_RESTORED, None)
    return drawing


def _set_drawing(kept: Mapping[str, object] | None) -> None:
    matplotlib: Any = sys.modules["matplotlib"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parameters that will go one day
        if kept is None:
            matplotlib.rc_file_defaults()
        else:
            matplotlib.rcParams.update(kept)


def _pandas_options() -> dict[str, object] | None:
    # The public way to read them warns of some, and takes a thousand times as long.
    config = sys.modules.get("pandas._config.config")
    options = getattr(config, "_global_config", None)
    return None if options is None else dict(_flat(options))


def _flat(options: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, object]]:
    for name, value in options.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{above}{name}.")
        else:
            yield f"{above}{name}", value


def _set_pandas_options(kept: Mapping[str, object] | None) -> None:
    pandas: Any = sys.modules["pandas"]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kept is None:
            pandas.reset_option("all")
            return
        for name, value in _changed(_pandas_options() or {}, kept).items():
            pandas.set_option(name, value)
