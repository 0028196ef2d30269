"""Values into files, streamed; and what stands in their place."""

from __future__ import annotations

import shutil
from functools import partial
from pathlib import Path

import msgspec
from returns.pipeline import is_successful

from funsies.client.lookup import stored_artefact
from funsies.client.remedies import lost
from funsies.client.stored_step import opened
from funsies.client.values import may_be_run, open_value
from funsies.core.digest import Digest
from funsies.core.encoding import text_pieces
from funsies.core.errors import DataCorruptedError, DataMissingError, Error
from funsies.store.connect import Backend
from funsies.store.data import make_executable, unpack


def write_stored(
    backend: Backend, artefact: Digest, path: Path, *, text_of: str | None = None
) -> Error | None:
    """Write the bytes of a value into a file; directories are made.

    Args:
        backend: where it is.
        artefact: its address.
        path: the file.
        text_of: wire form of the value, to write a text without quotes, and files as files
            into the directory ``path``; None writes the bytes as they are stored.

    Returns:
        The error in its place; then there is no file.
    """
    with opened(backend, artefact) as found:
        if not is_successful(found):
            return found.failure()
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = found.unwrap()
        try:
            if text_of == "files":
                unpack(stream, path, replace=True)
                return None
            with path.open("wb") as target:
                if text_of in {None, "blob"}:
                    shutil.copyfileobj(stream, target)
                else:
                    again = partial(open_value, backend, stored_artefact(backend, artefact))
                    target.writelines(
                        text_pieces(str(text_of), stream, lambda: again().unwrap())
                    )
        except (DataCorruptedError, DataMissingError) as problem:
            path.unlink(missing_ok=True)
            return lost(backend, stored_artefact(backend, artefact), problem)
    if may_be_run(backend, stored_artefact(backend, artefact)):
        make_executable(path)
    return None


def as_json(error: Error) -> object:
    """An error, for JSON; what is not known is left out."""
    facts = msgspec.to_builtins(error)
    return {name: value for name, value in facts.items() if value is not None}
