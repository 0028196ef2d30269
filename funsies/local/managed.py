"""``ManagedFun``: a server and workers for one block of a program."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Final

from funsies.config.directory import NAME, Directory
from funsies.config.server import ResolvedServer
from funsies.config.urls import ConfigurationError
from funsies.core.options import Options
from funsies.core.own_options import takes_no_options
from funsies.core.shell_plan import Interpreter
from funsies.session import Fun, Session

from .embedded import Started, start_server
from .guard import clean_up, guarded
from .pool import Pool, see_alive, start_pool, stop_pools
from .server_settings import ServerSettings, setting_line


@takes_no_options
@contextmanager
def ManagedFun(  # noqa: N802, PLR0917 - published name and signature of funsies 0.8
    nworkers: int = 1,
    worker_args: Sequence[str] | None = None,
    redis_args: Sequence[str] | None = None,
    defaults: Options | None = None,
    directory: str | os.PathLike[str] | None = None,
    data_url: str | None = None,
    pw: str | None = None,
    interpreter: Interpreter | None = None,
    *,
    progress: bool | None = None,
) -> Iterator[Session]:
    """Work with a server and workers of your own, which end with the block.

    They also end if this program is killed.

    Args:
        nworkers: number of workers.
        worker_args: more arguments of ``funsies worker``, e.g. names of queues.
        redis_args: more settings of the server, e.g. ``["--maxmemory", "1gb"]``; but for those
            that say where it is and who may use it.
        defaults: options for the steps built here, unless they have their own.
        directory: where results are kept, in ``.funsies``; by default they are gone after the
            block. A server that runs there already is used, and goes on running.
        data_url: where large values are kept; by default in files beside the server.
        pw: password of the server; by default a random one.
        interpreter: what runs the commands of shell steps, as for :func:`~funsies.Fun`.
        progress: whether to show how far it is while the program waits, as for
            :func:`~funsies.Fun`.

    Raises:
        ConfigurationError: if a setting would not be heeded.
        ServerError: if the server does not start.
        NoWorkersError: from what waits in the block, if the workers cannot live.

    >>> with ManagedFun(nworkers=2):
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total).wait()
    ...     take(total)
    5
    """
    extra = _settings(redis_args or ())
    temporary = None if directory is not None else Path(tempfile.mkdtemp(prefix="funsies-"))
    place = Directory(_absolute(directory, temporary) / NAME)
    settings = ServerSettings(
        data_url=data_url,
        password=pw,
        is_durable=temporary is None,
        extra=extra,
    )
    pools: list[Pool] = []
    is_ours = False

    def staffed(by: Started) -> ResolvedServer:
        server = _with_data(by.server(place), data_url)
        if nworkers:
            pools[:] = [start_pool(place, server, nworkers, arguments=worker_args or ())]
        return server

    with ExitStack() as leaving:
        if temporary is not None:  # it is nobody else's, whatever this process may come to
            leaving.enter_context(guarded(place, [], stops_server=True, removes=temporary))
        try:
            started = start_server(place, settings)
            is_ours |= not started.was_running
            _refuse_unheeded(started, place, pw, redis_args)
            server = staffed(started)
            # Who had started it, and ends just now, may not have seen our workers before it
            # stopped it.
            again = start_server(place, settings)
            is_ours |= not again.was_running
            if again.record.jobs_url != started.record.jobs_url:
                stop_pools(pools, at_once=True)
                server = staffed(again)
        except BaseException:
            if temporary is None:
                names = [pool.lock.name for pool in pools]
                clean_up(place, names, stops_server=is_ours, removes=None)
            raise
        if temporary is None:
            leaving.enter_context(guarded(place, pools, stops_server=is_ours))
        session = leaving.enter_context(
            Fun(server, defaults, interpreter=interpreter, progress=progress)
        )
        session.on_look = partial(_look, session.on_look, pools)
        yield session


def _look(look: Callable[[], None], pools: Sequence[Pool]) -> None:
    """Look as before, and at the workers."""
    look()
    for pool in pools:
        see_alive(pool)


def _absolute(directory: str | os.PathLike[str] | None, temporary: Path | None) -> Path:
    return temporary or Path(directory or ".").absolute()


def _with_data(server: ResolvedServer, data_url: str | None) -> ResolvedServer:
    return server if data_url is None else replace(server, data_url=data_url)


OURS: Final = frozenset(
    {
        "aclfile",
        "bind",
        "daemonize",
        "dir",
        "port",
        "protected-mode",
        "requirepass",
        "unixsocket",
        "unixsocketperm",
    }
)
"""Settings that say where the server is and who may use it."""


def _settings(arguments: Sequence[str]) -> tuple[str, ...]:
    """Turn arguments of the server program into lines of its configuration file.

    Raises:
        ConfigurationError: if one would not be heeded, or is for funsies to set.
    """
    lines: list[list[str]] = []
    for argument in arguments:
        if argument.startswith("--"):
            lines.append(argument[2:].split())
        elif lines:
            lines[-1].append(argument)
        else:
            raise ConfigurationError(
                f"redis_args= are settings, for example ['--maxmemory', '1gb']; {argument!r} "
                "is none. A file with settings is given as ['--include', '/path/of/the/file']"
            )
    for name, *_ in lines:
        if name.lower() in OURS:
            hint = "give pw=" if name.lower() == "requirepass" else "leave it out"
            raise ConfigurationError(f"redis_args=: funsies sets --{name} itself; {hint}")
    return tuple(setting_line(*line) for line in lines)


def _refuse_unheeded(started: Started, place: Directory, pw: str | None, args: object) -> None:
    """A server that runs already has its settings."""
    if not started.was_running:
        return
    given = [name for name, value in (("pw", pw), ("redis_args", args)) if value]
    if given and not (given == ["pw"] and pw == started.record.password):
        raise ConfigurationError(
            f"a server runs in {place.path.parent} already, and keeps its settings: leave out "
            f"{' and '.join(f'{each}=' for each in given)}, or end it first: "
            "funsies shutdown --all"
        )
