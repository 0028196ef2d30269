"""Connections to a server that outlive its restarts and our forks."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias, cast

import redis.exceptions

from funsies.store.server_address import shown
from funsies.store.server_connection import ANSWER_SECONDS, Connection, connector
from funsies.store.server_retry import ServerRetry

from .library import library

Argument: TypeAlias = bytes | str | int
Answer: TypeAlias = "bytes | int | list[Answer] | None"

NO_FUNCTION: Final = "Function not found"


class UnknownScriptError(Exception):
    """The server does not have the scripts: it is new, or they are."""


class Exchange:
    """A command that was sent, and the connection on which its answer will come.

    Args:
        connection: for this command alone, until it is answered.
        free: takes the connection afterwards.
    """

    def __init__(self, connection: Connection, free: deque[Connection]) -> None:
        self._connection = connection
        self._free = free
        self._broken: Exception | None = None

    def send(self, command: tuple[Argument, ...]) -> None:
        """Send the command."""
        try:
            self._connection.send_command(*command)
        except BaseException:
            self._connection.disconnect()
            raise

    def is_answered(self) -> bool:
        """True if something has come, be it the end of the connection."""
        try:
            return self._broken is not None or self._connection.can_read(0)
        except (redis.exceptions.RedisError, OSError) as problem:
            # Not to be asked again: older versions of redis-py would connect anew then, and
            # wait there for an answer that cannot come.
            self._broken = problem
            return True

    def read(self) -> Answer:
        """Wait for the answer."""
        if self._broken is not None:
            self._connection.disconnect()
            raise self._broken
        try:
            answer = cast("Answer", self._connection.read_response())
        except redis.exceptions.ResponseError:
            self._free.append(self._connection)
            raise
        except BaseException:
            # An answer may still be on its way: nobody else must read it.
            self._connection.disconnect()
            raise
        self._free.append(self._connection)
        return answer


class Connections:
    """Sends commands; sends them again, with pauses, while the server is away.

    Every command that goes through here may reach the server twice, so all of them are safe
    to repeat. Threads share an object: each call takes a connection of its own. A forked
    process makes new ones.

    Args:
        url: address of the server.
        max_outage_seconds: how long a call tries to reach a server that is away.
        answer_seconds: how long it waits for an answer before it asks again.
    """

    def __init__(
        self, url: str, max_outage_seconds: float, answer_seconds: float = ANSWER_SECONDS
    ) -> None:
        self.shown_url: str = shown(url)
        self._connect: Callable[[], Connection] = connector(url, answer_seconds)
        self._retry = ServerRetry(url, self.shown_url, max_outage_seconds)
        self._free: deque[Connection] = deque()
        self._process_id = os.getpid()

    def __repr__(self) -> str:
        """Show the address without its password."""
        return f"Connections({self.shown_url!r})"

    def run(self, name: str, *arguments: Argument) -> Answer:
        """Run a script; load all of them into the server if need be.

        Args:
            name: of the script.
            arguments: the prefix of the keys, then what the script takes.
        """
        scripts = library()
        try:
            return self.call("FCALL", scripts.prefix + name, 1, *arguments)
        except UnknownScriptError:
            self.call("FUNCTION", "LOAD", "REPLACE", scripts.text)
        return self.call("FCALL", scripts.prefix + name, 1, *arguments)

    def call(self, *command: Argument, max_outage_seconds: float | None = None) -> Answer:
        """Send a command and return the answer.

        Raises:
            NoServerError: if no server answers for ``max_outage_seconds``.
            ServerError: if the server refuses the password or the command, or is full.
            UnknownScriptError: if the server does not have the scripts.
        """
        return self._retry(lambda: self._send(command), max_outage_seconds)

    def begin(self, name: str, *arguments: Argument) -> Exchange | None:
        """Send the call of a script, and do not wait for its answer.

        Returns:
            What reads the answer; None if it could not be sent.
        """
        command = ("FCALL", library().prefix + name, 1, *arguments)
        try:
            connection = self._take()
            exchange = Exchange(connection, self._free)
            exchange.send(command)
        except (redis.exceptions.RedisError, OSError):
            return None
        return exchange

    def listen(self, channel: bytes) -> Connection:
        """A connection that is told what is published, for the caller alone, who closes it.

        Raises:
            NoServerError: if no server answers for ``max_outage_seconds``.
            ServerError: if the server refuses.
        """
        return self._retry(lambda: self._subscribe(channel))

    def _send(self, command: tuple[Argument, ...]) -> Answer:
        exchange = Exchange(self._take(), self._free)
        exchange.send(command)
        try:
            return exchange.read()
        except redis.exceptions.ResponseError as problem:
            if str(problem) == NO_FUNCTION:
                raise UnknownScriptError from None
            raise

    def _take(self) -> Connection:
        # A forked child must not use its parent's: it would read the answers to that one.
        if self._process_id != os.getpid():
            self._free, self._process_id = deque(), os.getpid()
        try:  # not "if self._free": another thread may take the last one in between
            return self._free.pop()
        except IndexError:
            return self._connect()

    def _subscribe(self, channel: bytes) -> Connection:
        connection = self._connect()
        try:
            connection.send_command("SUBSCRIBE", channel)
            connection.read_response()
        except BaseException:
            connection.disconnect()
            raise
        return connection

    def close(self) -> None:
        """Close the connections that are free. A later call opens new ones."""
        while self._free:
            self._free.pop().disconnect()
