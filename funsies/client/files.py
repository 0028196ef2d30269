"""Files in and out: ``put_file``, ``put_dir``, ``takeout``."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO

from funsies.builder.artefact import Artefact
from funsies.builder.shell_task import BYTES, FILES
from funsies.client.targets import only_artefact
from funsies.core.digest import Digest
from funsies.core.encoding import text_pieces
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    FileNameError,
    FunsiesError,
    UnwrapError,
    WiringError,
)
from funsies.core.file_names import validate_file_name
from funsies.core.graph import constant
from funsies.session import Session, current_session
from funsies.store.data import (
    ArchiveChunks,
    FileChunks,
    is_executable,
    make_executable,
    partial_beside,
    unpack,
    walk,
    write_file,
)
from funsies.store.files_put import facts, is_new, note_put
from funsies.store.stored_labels import keep_path

from .lost_values import lost, read_safely
from .step_labels import note_step_of
from .stored_types import wire_of
from .values import may_be_run, open_value, unwrapped
from .volatile import OnVolatile, check_policy, judge


def put_file(
    filename: str | os.PathLike[str], *, connection: Session | None = None
) -> Artefact[bytes]:
    """Make the content of a file an input of the workflow; a file of any size is streamed.

    Whether the file may be run as a program is part of its address; its name and times are not.

    Args:
        filename: the file, as it is now.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        OSError: if it cannot be read, or is changed meanwhile.
        WiringError: if it is no path, or not that of a plain file: a directory, a named pipe,
            a device.
        NoSessionError: outside of ``Fun``.

    >>> from tempfile import TemporaryDirectory
    >>> with Fun(Server("memory://")), TemporaryDirectory() as place:
    ...     _ = Path(f"{place}/in.txt").write_text("some text")
    ...     take(put_file(f"{place}/in.txt"))
    b'some text'
    """
    session = current_session("put_file()", connection)
    path = _path("put_file()", filename)
    if path.is_dir():
        raise WiringError(f"{str(path)!r} is not a plain file but a directory; use put_dir()")
    about = path.stat()
    if not S_ISREG(about.st_mode):
        raise WiringError(f"{str(path)!r} is not a plain file; name one, or put() its content")
    content, size_bytes = _stored(session, path, about)
    reference = constant(BYTES.wire, None, content, size_bytes, executable=is_executable(path))
    keep_path(session.backend.graph.named, reference.digest, _shown(path))
    return Artefact(reference, BYTES)


def _stored(session: Session, path: Path, about: os.stat_result) -> tuple[Digest, int]:
    """Store a file, as it is now; return its content address and size.

    Raises:
        OSError: if it cannot be read, or is changed meanwhile.
    """
    graph = session.backend.graph
    is_unknown = is_new(graph.named, path, about)
    stored = session.backend.data.write(FileChunks(path, is_new=is_unknown))
    if facts(path.stat()) != facts(about):
        raise OSError(f"{path} was changed while it was read; put it when it is complete")
    if is_unknown:
        note_put(graph.named, path, about)
    return stored


def put_dir(
    directory: str | os.PathLike[str], *, connection: Session | None = None
) -> Artefact[dict[str, bytes]]:
    """Make all files of a directory an input of the workflow, streamed.

    A shell step gets them as a directory, ``inp={"data/": put_dir("data")}``, a Python step as
    a dict. Links are followed. Names, contents, empty directories, and which of the files may
    be run as programs are part of its address; the directory's own name and times are not.

    Args:
        directory: with the files, as they are now.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        OSError: if it cannot be read, or is changed meanwhile.
        WiringError: if it is no path, or not that of a directory, or if it holds something
            else than files and directories: a dangling link, a link in a circle, a
            named pipe, a device.
        FileNameError: if a name in it is not valid Unicode, or too long.
        NoSessionError: outside of ``Fun``.

    >>> from tempfile import TemporaryDirectory
    >>> with Fun(Server("memory://")), TemporaryDirectory() as place:
    ...     _ = Path(f"{place}/in.txt").write_text("some text")
    ...     take(put_dir(place))
    {'in.txt': b'some text'}
    """
    session = current_session("put_dir()", connection)
    root = _path("put_dir()", directory)
    if root.exists() and not root.is_dir():
        raise WiringError(f"{str(root)!r} is not a directory; use put_file() for a file")
    found = {name: None if empty else _plain(root / name) for name, empty in walk(root)}
    for name in found:
        _check_name(root, name)
    content, size_bytes = session.backend.data.write(ArchiveChunks(found))
    reference = constant(FILES.wire, None, content, size_bytes)
    keep_path(session.backend.graph.named, reference.digest, _shown(root))
    return Artefact(reference, FILES)


def _path(what: str, name: object) -> Path:
    """The path that was given, and nothing else that may be taken for a file."""
    if isinstance(name, (str, os.PathLike)):
        return Path(name)
    remedy = "; put() takes the content of a file" if what == "put_file()" else ""
    raise WiringError(f"{what} takes a path, not a value of type {type(name).__name__}{remedy}")


def _shown(path: Path) -> str:
    """The path as people know it: from where the program runs, if the file is below that."""
    if not path.is_absolute():
        return os.fsencode(path).decode(errors="replace")
    here = Path.cwd()
    shown = path.relative_to(here) if path.is_relative_to(here) else path
    return os.fsencode(shown).decode(errors="replace")


def _check_name(root: Path, name: str) -> None:
    try:
        validate_file_name(name)
    except FileNameError as problem:
        raise FileNameError(f"in the directory {str(root)!a}: {problem}") from None


def _plain(path: Path) -> Path:
    if path.is_symlink() and not path.exists():
        raise WiringError(f"{str(path)!a} is a dangling link; remove it, or put what it names")
    if path.is_dir():
        raise WiringError(f"{str(path)!a} is a link in a circle; remove it")
    if not S_ISREG(path.stat().st_mode):
        raise WiringError(f"{str(path)!a} is neither a file nor a directory; remove it")
    return path


def takeout(
    where: Artefact[Any],
    filename: str | os.PathLike[str],
    *,
    volatile: OnVolatile = "warn",
    connection: Session | None = None,
) -> None:
    """Write a value into a file: ``bytes`` as they are, ``str`` as text, anything else as JSON.

    The file appears whole or not at all. Values of any size are streamed. A program that a
    shell step has made may be run. What is a directory, or was made by a pattern, is written
    into the directory of that name: files of the same names in it are replaced, others stay.
    Of a process that is killed meanwhile a hidden directory may stay beside the file; the next
    call for the same file removes it.

    Args:
        where: the artefact.
        filename: the file, replaced if it is there; or the directory, made if it is not.
        volatile: what to do with a value that is volatile, as in :func:`take`.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        UnwrapError: if there is an error, or no value yet.
        OSError: if the file cannot be written.
        OptionError: if ``volatile`` is something else.

    >>> from tempfile import TemporaryDirectory
    >>> with Fun(Server("memory://")), TemporaryDirectory() as place:
    ...     takeout(put({"a": 1}), f"{place}/result.json")
    ...     Path(f"{place}/result.json").read_text()
    '{"a":1}'
    """
    session = current_session("takeout()", connection)
    only_artefact(where)
    check_policy(volatile)
    target = Path(filename)
    if where.encoding.wire == FILES.wire:
        target = target.absolute()  # a directory may be "."
    judged = judge(session, volatile)
    opened = read_safely(session, where, lambda: open_value(session.backend, where, judged))
    opened = opened.alt(lambda error: note_step_of(session, error))
    try:
        with _replacing(target) as partial, unwrapped(session, opened) as source:
            _write(session, where, source, partial, target)
    except (DataCorruptedError, DataMissingError) as problem:
        error = note_step_of(session, lost(session.backend, where, problem))
        raise UnwrapError(error) from problem


@contextmanager
def _replacing(target: Path) -> Iterator[Path]:
    """Where to write what is to have the name of the target when it is whole."""
    try:
        with partial_beside(target) as partial:
            yield partial
    except FunsiesError:  # NoServerError is an OSError, and says enough
        raise
    except OSError as problem:
        raise OSError(
            problem.errno, problem.strerror, _in_the_way(problem, target)
        ) from problem


def _in_the_way(problem: OSError, target: Path) -> str:
    """What could not be written: something in the target directory, or the target."""
    named = problem.filename2 or problem.filename
    is_inside = isinstance(named, str) and Path(named).is_relative_to(target)
    return str(named if is_inside else target)


def _write(
    session: Session, where: Artefact[Any], source: BinaryIO, partial: Path, target: Path
) -> None:
    if where.encoding.wire == FILES.wire:
        unpack(source, partial)
        _merge(partial, target)
        return
    pieces = text_pieces(
        wire_of(where), source, lambda: open_value(session.backend, where).unwrap()
    )
    write_file(pieces, partial)
    if may_be_run(session.backend, where):
        make_executable(partial)
    partial.replace(target)


def _merge(partial: Path, target: Path) -> None:
    """Move all files of a directory into another one."""
    target.mkdir(parents=True, exist_ok=True)
    for name, is_empty in walk(partial):
        place = target / name
        (place if is_empty else place.parent).mkdir(parents=True, exist_ok=True)
        if not is_empty:
            (partial / name).replace(place)
