"""What the global options say, and the connection that follows from it."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import click

from funsies.core.secret_variables import without_secrets

if TYPE_CHECKING:
    from funsies.config.invitation import Invitation
    from funsies.config.server import ResolvedServer
    from funsies.session import Session
    from funsies.store.connect import Backend

    _Choice = click.Choice[str]
else:
    _Choice = click.Choice  # generic since 8.2

LOG_LEVELS: Final = ("debug", "info", "warning", "error")

_OUTAGE_SECONDS: Final = 1.0
"""How long a command that only looks waits for a server that does not answer."""


@dataclass(frozen=True, slots=True)
class Setting:
    """The global options.

    Attributes:
        jobs_url: server with the graph; None to look it up.
        data_url: store of large values; None to look it up.
        invitation: what names a server that is not looked up.
    """

    jobs_url: str | None = None
    data_url: str | None = None
    invitation: Invitation | None = None

    def resolve(self) -> ResolvedServer:
        """Decide which server to use; it need not run."""
        from funsies.config.server import Server, resolve  # noqa: PLC0415
        from funsies.config.urls import ConfigurationError  # noqa: PLC0415

        said = self.invitation
        variables = {**without_secrets(os.environ), **said.variables()} if said else None
        jobs_url = None if said else self.jobs_url
        resolved = resolve(Server(jobs_url, self.data_url), environment=variables)
        if resolved.jobs_url.startswith("memory:"):
            raise ConfigurationError(
                "memory:// is seen by one process only; name a server with --jobs, "
                "or start one with start-funsies"
            )
        return resolved

    @contextmanager
    def session(
        self,
        *,
        is_patient: bool = False,
        is_checked: bool = True,
        awaits_loading: bool = True,
    ) -> Iterator[Session]:
        """Connect to the server, for a while; one that loads its data is waited for.

        Args:
            is_patient: True to wait for a server that goes away later.
            is_checked: False to take one that cannot be used, too.
            awaits_loading: False does not wait for one that loads its data.

        Raises:
            NoServerError: if none answers; the message says how to start one.
            ServerError: if it cannot be used.
        """
        from funsies.session import Session  # noqa: PLC0415 - not needed for --help
        from funsies.session.fun import command_recorded  # noqa: PLC0415
        from funsies.store.connect import open_backend  # noqa: PLC0415

        server = self.resolve()
        with closing(_quick_backend(server)) as backend:
            if is_checked:
                (_check_when_loaded if awaits_loading else check)(backend, server)
            if not is_patient:
                with command_recorded(Session(server, backend)) as session:
                    yield session
                return
        with (
            closing(open_backend(server)) as backend,
            command_recorded(Session(server, backend)) as session,
        ):
            yield session


def _quick_backend(server: ResolvedServer) -> Backend:
    from funsies.store.connect import open_backend  # noqa: PLC0415 - not needed for --help

    return open_backend(server, max_outage_seconds=_OUTAGE_SECONDS)


def _check_when_loaded(backend: Backend, server: ResolvedServer) -> None:
    """The same as :func:`check`, but for a server that loads its data: that is waited for."""
    from funsies.core.errors import NoServerError  # noqa: PLC0415 - not needed for --help

    try:
        check(backend, server)
    except NoServerError as problem:
        from .server_wait import LOADING_SECONDS, await_server, is_loading  # noqa: PLC0415

        if not is_loading(problem):
            raise
        await_server(lambda: server, check, LOADING_SECONDS, only_loading=True)


def check(backend: Backend, server: ResolvedServer) -> None:
    """See that the server can be used.

    Raises:
        NoServerError: if none answers; the message says how to start one.
        ServerError: if it cannot be used.
    """
    from funsies.core.errors import NoServerError  # noqa: PLC0415

    try:
        backend.check()
        backend.graph.queues()  # one that loads its data answers what it is, and no more
    except NoServerError as problem:
        if server.is_default:
            raise NoServerError(
                "no server: no .funsies directory here or above has a running one, and nothing "
                "answers at redis://localhost:6379; start one with: start-funsies"
            ) from problem
        raise


class LogLevel(_Choice):
    """What ``--log`` takes: once the name of a file."""

    def __init__(self) -> None:
        super().__init__(LOG_LEVELS, case_sensitive=False)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The level; of anything else it is said how to log into a file."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as problem:
            hint = f"to log into a file: funsies --log info ... 2> {value}"
            self.fail(f"{problem.message.rstrip('.')}; {hint}", param, ctx)


class _StandardError:
    """Whatever it is when something is said: above a bar on a terminal, while one is shown."""

    def write(self, text: str) -> None:
        sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def set_up_logging(level: str) -> None:
    """Send log messages to stderr. Only the command line does this, never the library."""
    import logging  # noqa: PLC0415 - not needed for --help

    logging.basicConfig(
        stream=_StandardError(),
        level=level.upper(),
        format="%(asctime)s %(levelname)s %(name)s: %(message)s",
        datefmt="%H:%M:%S",
    )


def show_version(context: click.Context, _parameter: click.Parameter, value: bool) -> None:
    """Print the version and leave, if asked to."""
    if not value or context.resilient_parsing:
        return
    from funsies.core.version import __version__  # noqa: PLC0415 - takes a while

    click.echo(f"funsies {__version__}")
    context.exit()
