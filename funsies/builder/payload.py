"""The payload of a Python task, and the contents that go with it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from funsies.core.digest import Digest, content_digest
from funsies.core.encoding import Encoding
from funsies.core.errors import FingerprintError, FunsiesError
from funsies.core.fingerprint import Fingerprint, Library, rules_in_force
from funsies.core.graph import TaskKind
from funsies.core.python_plan import PythonPlan, encode_plan
from funsies.pickling import Parcel, dump_function

from .context import context
from .inputs import BoundInput

if TYPE_CHECKING:
    from .python_task import FunctionSpec


def payload_of(
    spec: FunctionSpec,
    inputs: Sequence[BoundInput],
    results: Sequence[Encoding[Any]],
    code: Fingerprint | None,
    libraries: Iterable[Library],
) -> tuple[bytes, Mapping[Digest, bytes]]:
    """The function with its encodings, pickled as it is at this moment, and what it needs."""
    encodings = {bound.name: (bound.written, bound.wanted) for bound in inputs}
    is_dynamic = spec.kind is TaskKind.DYNAMIC
    brought = () if code is None or not is_dynamic else code.codecs
    parcel = _pickled(spec, (spec.function, encodings, tuple(results), brought))
    bundle, main, _ = parcel.program
    texts = {name: _encoded(text) for name, text in parcel.texts.items()}
    plan = PythonPlan(
        pickle=parcel.pickle,
        made_by=parcel.made_by,
        several=len(results) > 1,
        bundle=b"" if bundle is None else bundle.digest,
        main=main,
        texts={name: address for name, (address, _) in texts.items()},
        libraries=tuple(sorted(set(libraries))),
        rules=dict(rules_in_force()) if is_dynamic else {},
        interpreter=interpreter_of(spec),
    )
    contents = dict(texts.values())
    if bundle is not None:
        contents[bundle.digest] = bundle.data
    return encode_plan(plan), contents


@lru_cache(maxsize=64)
def _encoded(text: str) -> tuple[Digest, bytes]:
    """A text as it is stored, and its address: once for all tasks of a script."""
    data = text.encode("utf-8", "surrogatepass")
    return content_digest(data), data


def _pickled(spec: FunctionSpec, parts: object) -> Parcel:
    try:
        return dump_function(parts)
    except FunsiesError:
        raise
    except Exception as problem:  # whatever the code of a captured object raises
        raise FingerprintError(
            f"{spec.shown_name} cannot be sent to a worker: it uses something that cannot be "
            f"pickled ({problem}). Make that inside the function, or pass it as an input"
        ) from problem


def interpreter_of(spec: FunctionSpec) -> tuple[str, ...]:
    """What ``Fun`` says of the shell steps that the function may build; empty if nothing."""
    return (context().interpreter or ()) if spec.kind is TaskKind.DYNAMIC else ()
