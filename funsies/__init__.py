"""Typed, reproducible, incremental, fault-tolerant, distributed workflows in plain Python.

>>> import funsies as f
>>> with f.Fun(f.Server("memory://")):
...     total = f.reduce(sum, [3, 2])
...     _ = f.execute(total)
...     f.take(total)
5
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from .core.collector import imported as _imported

if TYPE_CHECKING:
    from funsies.core.encoding import Pickled, Picture, register_codec

    from . import config, debug, dynamic, errors, parametric, types, utils
    from . import fp as fp  # `fp` and `ui` are old names, not among those of `import *`
    from . import ui as ui
    from .builder.artefact import Artefact, put
    from .builder.collect import gather
    from .builder.fan_out import map_each
    from .builder.python import morph, reduce
    from .builder.several import py
    from .builder.shell import shell
    from .builder.shell_output import ShellOutput
    from .builder.task import Task, task
    from .builder.template import template
    from .client import (
        Handle,
        execute,
        get,
        put_dir,
        put_file,
        reset,
        take,
        takeout,
        unwrap,
        wait_for,
    )
    from .config import Server
    from .core.errors import Error, ErrorKind, FunsiesError, UnwrapError, VolatileWarning
    from .core.options import Options
    from .core.result import Result
    from .core.shape import Shape
    from .core.version import __version__ as __version__
    from .local.managed import ManagedFun
    from .local.started import start, stop
    from .session import Fun, options

__all__ = [
    "Artefact",
    "Error",
    "ErrorKind",
    "Fun",
    "FunsiesError",
    "Handle",
    "ManagedFun",
    "Options",
    "Pickled",
    "Picture",
    "Result",
    "Server",
    "Shape",
    "ShellOutput",
    "Task",
    "UnwrapError",
    "VolatileWarning",
    "config",
    "debug",
    "dynamic",
    "errors",
    "execute",
    "gather",
    "get",
    "map_each",
    "morph",
    "options",
    "parametric",
    "put",
    "put_dir",
    "put_file",
    "py",
    "reduce",
    "register_codec",
    "reset",
    "shell",
    "start",
    "stop",
    "take",
    "takeout",
    "task",
    "template",
    "types",
    "unwrap",
    "utils",
    "wait_for",
]

_HOMES: Final = {
    "Artefact": ".builder.artefact",
    "Error": ".core.errors",
    "ErrorKind": ".core.errors",
    "Fun": ".session",
    "FunsiesError": ".core.errors",
    "Handle": ".client",
    "ManagedFun": ".local.managed",
    "Options": ".core.options",
    "Pickled": ".core.encoding",
    "Picture": ".core.encoding",
    "Result": ".core.result",
    "Server": ".config",
    "Shape": ".core.shape",
    "ShellOutput": ".builder.shell_output",
    "Task": ".builder.task",
    "UnwrapError": ".core.errors",
    "VolatileWarning": ".core.errors",
    "execute": ".client",
    "gather": ".builder.collect",
    "get": ".client",
    "map_each": ".builder.fan_out",
    "morph": ".builder.python",
    "options": ".session",
    "put": ".builder.artefact",
    "put_dir": ".client",
    "put_file": ".client",
    "py": ".builder.several",
    "reduce": ".builder.python",
    "register_codec": ".core.encoding",
    "reset": ".client",
    "shell": ".builder.shell",
    "start": ".local.started",
    "stop": ".local.started",
    "take": ".client",
    "takeout": ".client",
    "task": ".builder.task",
    "template": ".builder.template",
    "__version__": ".core.version",
    "unwrap": ".client",
    "wait_for": ".client",
}
"""Where each name is. Imported when it is first used: ``funsies --help`` needs none of them."""


_MODULES: Final = {
    *("config", "debug", "dynamic", "errors", "fp", "parametric", "types", "ui", "utils")
}


if not TYPE_CHECKING:  # else a misspelt name would be anything to type checkers

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return _imported(f".{name}", __name__)
        if name not in _HOMES:
            from .core.former_names import no_such_name  # noqa: PLC0415 - seldom needed

            raise no_such_name(__name__, name, __all__)
        value = globals()[name] = getattr(_imported(_HOMES[name], __name__), name)
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
