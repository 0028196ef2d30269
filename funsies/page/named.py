"""What an address of the page names by a hash, or the begin of one."""

from __future__ import annotations

import re
from typing import Final

from starlette.requests import Request

from funsies.client.lookup import find
from funsies.core.digest import Digest
from funsies.store.connect import Backend
from funsies.store.rows import Found, Status

_WHOLE: Final = re.compile("[0-9a-f]{64}")


def named_by(backend: Backend, request: Request) -> Found:
    """The step or value that an address names.

    All hashes that there are have to be looked at for the begin of one: not for one in full.

    Raises:
        UnknownHashError: if there is none, or there are several.
    """
    text = request.path_params["hash"]
    if _WHOLE.fullmatch(text):
        whole = Digest(bytes.fromhex(text))
        if _is_step(backend, whole):
            return Found(whole, is_operation=True)
        if backend.graph.artefact(whole) is not None:
            return Found(whole, is_operation=False)
    return find(backend, text)


def _is_step(backend: Backend, digest: Digest) -> bool:
    """What has a state is a step; the definition of one with very many inputs is large."""
    is_known = backend.graph.states([digest])[0].status is not Status.IDLE
    return is_known or not backend.graph.undefined([digest])
