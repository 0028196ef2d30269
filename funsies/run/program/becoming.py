"""Becoming a program: once in the life of a process, before its first function is loaded."""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec

from funsies.core.digest import Digest, content_digest
from funsies.core.fingerprint.project import decide, decide_also, is_project_file
from funsies.core.python_plan import MainModule, PythonPlan, decode_plan, encode_plan
from funsies.pickling import (
    Bundle,
    Program,
    become_another,
    become_program,
    decode_bundle,
    load_function,
    this_program,
)
from funsies.run.log_lines import keep_messages

from . import cache, importing, main_module


def become(plan: PythonPlan, read: Callable[[Digest], bytes]) -> None:
    """Become the program of a step.

    Args:
        plan: the payload of the step.
        read: reads what that refers to, by its content digest.
    """
    text = ""
    if plan.main.text_name in plan.texts:
        data = read(Digest(plan.texts[plan.main.text_name]))
        text = data.decode("utf-8", "surrogatepass")
    bundle = _bundle(Digest(plan.bundle), read) if plan.bundle else None
    become_another()
    become_program(Program(bundle, plan.main, text))
    _forget_the_worker(plan.main)
    _leave_project_folders()
    decide(*_of_project(bundle, plan.main.file))
    if bundle is not None:
        importing.import_from(bundle, cache.unpacked(bundle))
    main_module.be_found()
    if text:
        importing.show_text(plan.main.text_name, text)
    main_module.put_in_place(plan.main, text)


def extend(plan: PythonPlan, read: Callable[[Digest], bytes]) -> bool:
    """Take more modules in, which the program has come to import since it was become.

    Args:
        plan: the payload of a step of the same script.
        read: reads what that refers to.

    Returns:
        False if the step has to run elsewhere, for a module has changed.
    """
    known = this_program()
    bundle = _bundle(Digest(plan.bundle), read) if plan.bundle else None
    if bundle is None or (known.bundle is not None and bundle.is_part_of(known.bundle)):
        return True
    if known.bundle is not None and not known.bundle.is_part_of(bundle):
        return False
    become_program(known._replace(bundle=bundle))
    decide_also(*_of_project(bundle, plan.main.file))
    importing.import_from(bundle, cache.unpacked(bundle), known.bundle)
    return True


def _bundle(address: Digest, read: Callable[[Digest], bytes]) -> Bundle:
    return decode_bundle(cache.bundle_data(address) or read(address))


def _of_project(bundle: Bundle | None, main_file: str) -> tuple[set[str], set[str]]:
    """Names of the modules and files that belong to the project: the program has decided."""
    modules = {"", "__main__", "__mp_main__"}
    files = {main_file}
    if bundle is not None:
        modules.update(_with_parents(bundle.modules))
        folder = cache.unpacked(bundle)
        files.update(bundle.origins.values())
        files.update(str(folder / path) for path in bundle.files)
    return modules, files


def _with_parents(names: Iterable[str]) -> set[str]:
    found = set(names)
    for name in names:
        parts = name.split(".")
        found.update(".".join(parts[:count]) for count in range(1, len(parts)))
    return found


def _forget_the_worker(main: MainModule) -> None:
    """Undo what the worker has set up for itself and a program finds otherwise."""
    logging.root.handlers.clear()  # else logging.basicConfig() in a module would do nothing
    keep_messages()
    sys.argv[:] = [main.file, *main.arguments]


def _leave_project_folders() -> None:
    """Take off the path what is no library: a stale copy of the project may be there."""
    ours = Path(__file__).parents[3]  # where spawned processes find funsies itself
    sys.path[:] = [each for each in sys.path if Path(each) == ours or _is_library(each)]


def _is_library(entry: str) -> bool:
    if not entry or not is_project_file(str(Path(entry) / "module.py")):
        return bool(entry)
    place = Path(entry)
    return place.is_file() or any(place.glob("*.dist-info")) or any(place.glob("*.egg-info"))


class _SpawnedStep(msgspec.Struct):
    """What a spawned process is told.

    Attributes:
        plan: the payload of the step.
        texts: texts of the script and its code, by content digest.
    """

    plan: bytes
    texts: dict[bytes, bytes]


def spawned_step(plan: PythonPlan, texts: Mapping[str, bytes]) -> bytes:
    """What a process has to be told that the step spawns."""
    wanted = {bytes(content_digest(texts[name])): texts[name] for name in plan.texts}
    return msgspec.msgpack.encode(_SpawnedStep(encode_plan(plan), wanted))


def spawned_main(data: bytes) -> dict[str, Any]:
    """The variables of ``__main__`` in a process that a step has spawned.

    Args:
        data: what :func:`spawned_step` made.
    """
    step = msgspec.msgpack.decode(data, type=_SpawnedStep)
    plan, main = decode_plan(step.plan), sys.modules["__main__"]
    become(plan, lambda address: step.texts[address])
    try:
        load_function(plan.pickle, plan.made_by).overlay.apply()
        _alive.append(sys.modules["__main__"])
        return vars(sys.modules["__main__"])
    finally:
        sys.modules["__main__"] = main


_alive: list[ModuleType] = []
"""Functions look up their globals in a module that nothing else would refer to."""
