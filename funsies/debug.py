"""Everything about a step or a value in a directory, and steps run again by hand.

Each function writes inputs, outputs, errors, what was printed, metadata, and a script that runs
the step again: ``op.sh`` for shell steps, ``replay.py`` for Python functions.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from .builder.artefact import Artefact
from .builder.shell_output import ShellOutput
from .client.lookup import NO_STEP
from .client.targets import only_artefact
from .core.digest import Digest
from .core.errors import WiringError
from .core.graph import Constant, Operation, TaskKind
from .report.directory import ReplayedStep, load_replayed, write_step, write_value
from .session import Session, current_session
from .store.graph_reader import known_step, known_task
from .store.graph_writer import define_constant

__all__ = ["ReplayedStep", "anything", "artefact", "load", "python", "shell"]


def shell(
    shell_output: ShellOutput[Any] | Operation | Artefact[Any],
    directory: str | os.PathLike[str],
    connection: Session | None = None,
) -> None:
    """Write everything about a shell step into a directory.

    There are ``input_files`` and ``output_files``, ``stdout0``, ``stderr0``, ``returncode0``
    for each command, ``op.sh`` with ``op.env`` to run the step again, ``operation.json``, and,
    if there are errors, ``errors.json`` and ``errors.txt``.

    Args:
        shell_output: the step, or something that it makes.
        directory: made if it is not there; what an earlier call wrote there is replaced.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        WiringError: if it is not a shell step.
        UnknownHashError: if the server does not know it.
        FunsiesError: if the directory holds something else.

    >>> from tempfile import TemporaryDirectory
    >>> with Fun(Server("memory://")), TemporaryDirectory() as place:
    ...     step = f.shell("cat a.txt", inp={"a.txt": "text"})
    ...     _ = execute(step)
    ...     f.debug.shell(step, place)
    ...     sorted(os.listdir(place))[1:3]
    ['input_files', 'op.env']
    """
    _write_step(shell_output, directory, connection, is_shell=True)


def python(
    target: Artefact[Any] | Operation,
    directory: str | os.PathLike[str],
    connection: Session | None = None,
) -> None:
    """Write everything about a Python step into a directory.

    There are ``inputs`` and ``outputs`` as they are stored (JSON, or bytes), ``log`` with what
    it printed, ``replay.py`` to call the function again, ``operation.json``, and, if there are
    errors, ``errors.json`` and ``errors.txt``.

    Args:
        target: the step, or something that it makes.
        directory: made if it is not there; what an earlier call wrote there is replaced.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        WiringError: if it is not a Python step.
        UnknownHashError: if the server does not know it.
        FunsiesError: if the directory holds something else.

    >>> from tempfile import TemporaryDirectory
    >>> with Fun(Server("memory://")), TemporaryDirectory() as place:
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total)
    ...     f.debug.python(total, place)
    ...     sorted(os.listdir(place))[1:3]
    ['code.txt', 'function.plan']
    """
    _write_step(target, directory, connection, is_shell=False)


def artefact(
    target: Artefact[Any],
    directory: str | os.PathLike[str],
    connection: Session | None = None,
) -> None:
    """Write a value into a directory, and into ``step`` all about the step that made it.

    Args:
        target: the artefact.
        directory: made if it is not there; what an earlier call wrote there is replaced.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        WiringError: if it is not an artefact.
        UnknownHashError: if the server does not know it.
        FunsiesError: if the directory holds something else.

    >>> from tempfile import TemporaryDirectory
    >>> with Fun(Server("memory://")), TemporaryDirectory() as place:
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total)
    ...     f.debug.artefact(total, place)
    ...     sorted(os.listdir(place))[1:3]
    ['artefact.json', 'step']
    """
    session = _saved(connection, "debug.artefact()")
    only_artefact(target)
    if isinstance(target.reference, Constant):
        define_constant(session.backend, target.reference)
    write_value(session.backend, target.digest, Path(directory))


def anything(
    obj: ShellOutput[Any] | Operation | Artefact[Any],
    output: str | os.PathLike[str],
    connection: Session | None = None,
) -> None:
    """Write everything about a step or a value into a directory.

    Args:
        obj: a step, or an artefact.
        output: the directory; made if it is not there; what an earlier call wrote there is
            replaced.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        WiringError: if it is neither.
        UnknownHashError: if the server does not know it.
        FunsiesError: if the directory holds something else.

    >>> from tempfile import TemporaryDirectory
    >>> with Fun(Server("memory://")), TemporaryDirectory() as place:
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total)
    ...     f.debug.anything(total, place)
    ...     sorted(os.listdir(place))[1:3]
    ['artefact.json', 'step']
    """
    if isinstance(obj, Artefact):
        artefact(obj, output, connection)
        return
    session = _saved(connection, "debug.anything()")
    write_step(session.backend, _producer(obj), Path(output))


def load(directory: str | os.PathLike[str]) -> ReplayedStep:
    """Read a Python step back from its directory, to call it: ``replay.py`` does this.

    It unpickles the function, which runs code: only do this if you trust the directory.

    Args:
        directory: written by :func:`python`.

    Raises:
        FunsiesError: if it holds no Python step, one for another version of Python, or one
            whose inputs were not computed.

    >>> from tempfile import TemporaryDirectory
    >>> with Fun(Server("memory://")), TemporaryDirectory() as place:
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total)
    ...     f.debug.python(total, place)
    ...     f.debug.load(place).arguments
    ([3, 2],)
    """
    return load_replayed(Path(directory))


def _write_step(
    target: object,
    directory: str | os.PathLike[str],
    connection: Session | None,
    *,
    is_shell: bool,
) -> None:
    session = _saved(connection, f"debug.{'shell' if is_shell else 'python'}()")
    producer = _producer(target)
    _check_kind(session, producer, is_shell=is_shell)
    write_step(session.backend, producer, Path(directory))


def _saved(connection: Session | None, what: str) -> Session:
    """The session, after what was built is written: the store is where all is read from."""
    session = current_session(what, connection)
    session.save()
    return session


def _producer(target: object) -> Digest:
    match target:
        case ShellOutput(operation=operation):
            return operation.digest
        case Operation(digest=digest):
            return digest
        case Artefact(producer=bytes() as digest):
            return Digest(digest)
        case Artefact():
            raise WiringError(f"{target!r} {NO_STEP}")
    raise WiringError(f"{target!r} is neither a step nor something that a step makes")


def _check_kind(session: Session, operation: Digest, *, is_shell: bool) -> None:
    graph = session.backend.graph
    task = known_task(graph, known_step(graph, operation).task, "")
    if (task.kind is TaskKind.SHELL) != is_shell:
        kind, function = ("Python", "python") if is_shell else ("shell", "shell")
        raise WiringError(f"{task.name} is a {kind} step: use debug.{function}()")
