"""Typed, reproducible, incremental, fault-tolerant, distributed workflows in plain Python.

>>> import funsies as f
>>> with f.Fun(f.Server("memory://")):
...     total = f.reduce(sum, [3, 2])
...     _ = f.execute(total)
...     f.take(total)
5
"""

from .build.artefact import Artefact, put
from .build.python import morph, py, reduce
from .build.shell import ShellOutput, shell
from .build.task import Task, task
from .client import (
    Handle,
    execute,
    get,
    put_file,
    reset,
    take,
    takeout,
    unwrap,
    wait_for,
)
from .config import Server
from .core.errors import Error, ErrorKind, FunsiesError, UnwrapError
from .core.options import Options
from .local.managed import ManagedFun
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
    "Server",
    "ShellOutput",
    "Task",
    "UnwrapError",
    "execute",
    "get",
    "morph",
    "options",
    "put",
    "put_file",
    "py",
    "reduce",
    "reset",
    "shell",
    "take",
    "takeout",
    "task",
    "unwrap",
    "wait_for",
]
