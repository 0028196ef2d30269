"""What operations take, by who pays for it: the client, the server, or the workers."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import profiling
import redis
from harness import Figures, connection, data_bytes, executions, server_cpu_seconds, spread
from processor_time import cpu_seconds_below

from funsies.session import Session


@dataclass(frozen=True, slots=True)
class Command:
    """What a kind of command has taken of the server.

    Attributes:
        calls: how often it was called, also by functions on the server.
        microseconds: time on the server's clock; a function's has that of what it calls.
    """

    calls: int = 0
    microseconds: int = 0


@dataclass(frozen=True, slots=True)
class Used:
    """What was used so far, or between two moments.

    Attributes:
        wall: seconds on the clock.
        client: seconds of the processor, in this process.
        server: the same in the server.
        workers: the same in all that this process has started but the server.
        commands: what the server did, by name.
        bytes: memory that the server uses for data, without the buffers of its connections.
        executions: runs of any step.
    """

    wall: float
    client: float
    server: float
    workers: float
    commands: Mapping[str, Command]
    bytes: int
    executions: int

    def since(self, before: Used) -> Used:
        """What was used since then."""
        return Used(
            self.wall - before.wall,
            self.client - before.client,
            self.server - before.server,
            self.workers - before.workers,
            {
                name: _since(command, before.commands.get(name, Command()))
                for name, command in self.commands.items()
            },
            self.bytes - before.bytes,
            self.executions - before.executions,
        )


@dataclass(slots=True)
class Meter:
    """Measures repeats of the same work in a session.

    Attributes:
        session: whose server and workers do it.
        repeats: what each repeat used, and of how many operations it was.
    """

    session: Session
    repeats: list[tuple[Used, int]] = field(default_factory=list)

    @contextmanager
    def measured(self, operations: int) -> Iterator[None]:
        """Measure what happens in the block, in which so many operations are done."""
        before = self._read(is_before=True)
        with profiling.of_client():
            yield
        self.repeats.append((self._read(is_before=False).since(before), operations))

    def milliseconds(self) -> list[float]:
        """Time on the clock an operation, of each repeat."""
        return self._each(lambda used: 1000 * used.wall)

    def executions(self) -> int:
        """Runs of any step, in all repeats."""
        return sum(used.executions for used, _ in self.repeats)

    def figures(self) -> Figures:
        """What an operation takes.

        With a profile also how often each kind of command is called, and its time, without what
        functions on the server do by themselves.
        """
        operations = sum(count for _, count in self.repeats)
        commands = sum(_calls(used) for used, _ in self.repeats)
        figures = {
            **spread("milliseconds_per_operation", self.milliseconds()),
            **spread("client_cpu_ms_per_operation", self._each(lambda it: 1000 * it.client)),
            **spread("server_cpu_ms_per_operation", self._each(lambda it: 1000 * it.server)),
            **spread("worker_cpu_ms_per_operation", self._each(lambda it: 1000 * it.workers)),
            "server_commands_per_operation": round(commands / operations, 2),
            "server_bytes_per_operation": round(
                sum(used.bytes for used, _ in self.repeats) / operations
            ),
            "operations": operations,
            "executions": self.executions(),
        }
        return figures | ({"server_commands": self._commands()} if profiling.is_on() else {})

    def _each(self, figure: Callable[[Used], float]) -> list[float]:
        return [figure(used) / operations for used, operations in self.repeats]

    def _commands(self) -> Figures:
        """Calls and microseconds an operation of each command, the most expensive first."""
        used, operations = self.repeats[-1]
        by_time = sorted(used.commands.items(), key=lambda item: -item[1].microseconds)
        return {
            name: {
                "calls": round(command.calls / operations, 3),
                "microseconds": round(command.microseconds / operations, 3),
            }
            for name, command in by_time
            if command.calls
        }

    def _read(self, *, is_before: bool) -> Used:
        """Look at everything; at this process last or first, so that looking does not count."""
        if not is_before:
            mine = time.perf_counter(), time.process_time()
        with connection(self.session) as server:
            pid = int(server.info("server")["process_id"])
            readings: dict[str, Callable[[], Any]] = {
                "workers": partial(cpu_seconds_below, os.getpid(), without=pid),
                "commands": partial(_commands, server),
                "bytes": partial(data_bytes, server),
                "executions": partial(executions, self.session),
                "server": partial(server_cpu_seconds, server),
            }
            order = list(readings) if is_before else list(reversed(readings))
            read = {name: readings[name]() for name in order}
        if is_before:
            mine = time.perf_counter(), time.process_time()
        return Used(*mine, **read)


def _commands(server: redis.Redis) -> dict[str, Command]:
    return {
        name.removeprefix("cmdstat_"): Command(int(each["calls"]), int(each["usec"]))
        for name, each in server.info("commandstats").items()
    }


def _calls(used: Used) -> int:
    return sum(command.calls for command in used.commands.values())


def _since(now: Command, before: Command) -> Command:
    return Command(now.calls - before.calls, now.microseconds - before.microseconds)
