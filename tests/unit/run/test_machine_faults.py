"""What comes from the machine is never remembered; what the step does itself is."""

from __future__ import annotations

import asyncio
import ctypes
import errno
import importlib
import importlib.metadata
import multiprocessing
import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Result

import funsies as f
from funsies.run.machine_faults.commands import ERRNOS
from funsies.run.machine_faults.exceptions import is_of_the_machine
from funsies.run.python import call_function

MISSING = "surely-not-installed"
SPAWN = multiprocessing.get_context("spawn")


def missing_library() -> None:
    import surely_not_installed  # noqa: F401, PLC0415


def missing_name_of_a_library() -> None:
    from json import surely_not_there  # noqa: F401, PLC0415


def missing_distribution() -> None:
    importlib.metadata.version(MISSING)


def missing_shared_object() -> None:
    ctypes.CDLL("libsurelynotinstalled.so")


def raised_from() -> None:
    try:
        missing_library()
    except ImportError as problem:
        raise ValueError("need it") from problem


def raised_from_none() -> None:
    try:
        missing_library()
    except ImportError:
        raise ImportError("pip install it") from None


def raised_while_handling() -> None:
    try:
        subprocess.run([MISSING], check=True)
    except OSError:
        raise RuntimeError("no such program")  # noqa: B904 - as many write it


def in_a_group() -> None:
    try:
        missing_library()
    except ImportError as problem:
        raise ExceptionGroup("several", [ValueError(), ExceptionGroup("in", [problem])])  # noqa: B904


def in_a_generator() -> None:
    def numbers() -> Iterator[int]:
        yield 1
        missing_library()

    sum(numbers())


def full_disk() -> None:
    Path("/dev/full").write_text("x" * 100_000)


def missing_program() -> None:
    subprocess.run([MISSING, "--version"], check=False)


def missing_program_in_a_coroutine() -> None:
    asyncio.run(_start())


async def _start() -> None:
    await asyncio.create_subprocess_exec(MISSING)


def missing_program_in_a_shell() -> None:
    subprocess.run(MISSING, shell=True, check=True, stderr=subprocess.DEVNULL)


def program_that_cannot_run() -> None:
    subprocess.run(["sh", "-c", "exit 126"], check=True)


def killed_program() -> None:
    subprocess.run(["sh", "-c", "kill -9 $$"], check=True)


def slow_program() -> None:
    subprocess.run(["sleep", "60"], timeout=0.01, check=True)


def missing_program_in_a_process_pool() -> None:
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        pool.submit(missing_program).result()


def missing_library_in_a_pool() -> None:
    with SPAWN.Pool(1) as pool:
        pool.apply(missing_library)


def killed_process_of_a_pool() -> None:
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        pool.submit(os.kill, 0, 0).result()
        pool.submit(_kill_me).result()


def _kill_me() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def refused_connection() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        socket.create_connection(server.getsockname()).close()


def refused_download() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        urllib.request.urlopen(f"http://127.0.0.1:{server.getsockname()[1]}")


def unknown_host() -> None:
    socket.getaddrinfo("surely.not.there.invalid", 80)


def slow_coroutine() -> None:
    asyncio.run(asyncio.wait_for(asyncio.sleep(60), 0.01))


def no_thread() -> None:
    raise RuntimeError("can't start new thread")


def out_of_memory() -> None:
    raise ValueError("too large") from MemoryError()


OF_THE_MACHINE = [
    missing_library,
    missing_name_of_a_library,
    missing_distribution,
    missing_shared_object,
    raised_from,
    raised_from_none,
    raised_while_handling,
    in_a_group,
    in_a_generator,
    pytest.param(full_disk, marks=pytest.mark.skipif(sys.platform != "linux", reason="Linux")),
    missing_program,
    missing_program_in_a_coroutine,
    missing_program_in_a_shell,
    program_that_cannot_run,
    killed_program,
    slow_program,
    missing_program_in_a_process_pool,
    missing_library_in_a_pool,
    killed_process_of_a_pool,
    refused_connection,
    refused_download,
    unknown_host,
    slow_coroutine,
    no_thread,
    out_of_memory,
]


def missing_data() -> None:
    Path("surely-not-there.csv").read_text()


def missing_data_of_a_process_pool() -> None:
    with ProcessPoolExecutor(1, mp_context=SPAWN) as pool:
        pool.submit(missing_data).result()


def missing_directory_of_a_program() -> None:
    subprocess.run(["true"], cwd="surely-not-there", check=True)


def failing_program() -> None:
    subprocess.run(["sh", "-c", "exit 125"], check=True)


def missing_name_of_the_project() -> None:
    from tests_helper_of_the_project import surely_not_there  # noqa: F401, PLC0415


def missing_module_of_the_project() -> None:
    import tests_package_of_the_project.surely_not_there  # noqa: F401, PLC0415


def import_error_of_the_project() -> None:
    raise ImportError("this version of the data is too old")


def relative_import_without_a_package() -> None:
    importlib.import_module(".x", "")


def own_limit() -> None:
    raise TimeoutError("did not converge")


def directory_for_a_file() -> None:
    Path().read_text()


OF_THE_STEP = [
    missing_data,
    missing_data_of_a_process_pool,
    missing_directory_of_a_program,
    failing_program,
    missing_name_of_the_project,
    missing_module_of_the_project,
    import_error_of_the_project,
    relative_import_without_a_package,
    own_limit,
    directory_for_a_file,
    lambda: 1 / 0,
    lambda: sys.exit(127),
]


@pytest.fixture(autouse=True)
def _no_event_loop_is_left() -> Iterator[None]:
    """Leave asyncio as it was: ``asyncio.run`` says that this thread is to have no loop."""
    yield
    if sys.version_info < (3, 14):
        asyncio.set_event_loop_policy(None)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with modules of the user's project."""
    (tmp_path / "tests_helper_of_the_project.py").touch()
    (tmp_path / "tests_package_of_the_project").mkdir()
    (tmp_path / "tests_package_of_the_project" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    return tmp_path


@pytest.mark.parametrize("step", OF_THE_MACHINE)
def test_what_comes_from_the_machine_is_not_remembered(step: Callable[[], object]) -> None:
    error = call_function(step, (), {}).failure()
    assert error.volatile, error.details


@pytest.mark.parametrize("step", OF_THE_STEP)
@pytest.mark.usefixtures("project")
def test_what_the_step_does_itself_is_remembered(step: Callable[[], object]) -> None:
    error = call_function(step, (), {}).failure()
    assert not error.volatile, error.details


NO_ROOM = [errno.ENOSPC, errno.EDQUOT, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EIO]
OWN = [errno.ENOENT, errno.EACCES, errno.EISDIR, errno.EEXIST, errno.EINVAL, errno.EPERM]


def wrapped(problem: BaseException, ways: list[str]) -> BaseException:
    """Raise other exceptions because of one."""
    for way in ways:
        outer: BaseException = ValueError(way)
        if way == "group":
            outer = BaseExceptionGroup("several", [KeyError(), problem])
        elif way == "cause":
            outer.__cause__ = problem
        else:
            outer.__context__ = problem
        problem = outer
    return problem


@given(
    number=st.sampled_from([*NO_ROOM, *OWN]),
    ways=st.lists(st.sampled_from(["cause", "context", "group"]), max_size=6),
)
def test_it_is_found_however_deep_it_is(number: int, ways: list[str]) -> None:
    problem = wrapped(OSError(number, "text"), ways)
    assert is_of_the_machine(problem) is (number in NO_ROOM)


def test_exceptions_in_a_circle_or_that_cannot_be_looked_at_do_no_harm() -> None:
    class Strange(OSError):
        @property
        def errno(self) -> int:  # type: ignore[override]
            raise ValueError

    one, other = ValueError(), ValueError()
    one.__context__, other.__cause__ = other, one
    assert not is_of_the_machine(one)
    assert not is_of_the_machine(Strange())


NETWORK = ("ECONN", "ENET", "EHOST", "ENOTCONN", "ETIMEDOUT", "EADDRINUSE")


def test_the_documentation_names_what_is_not_remembered() -> None:
    text = (Path(f.__file__).parents[1] / "docs" / "errors.md").read_text()
    named = set(re.findall(r"`(E[A-Z]{2,})`", text))
    known = {errno.errorcode[number] for number in ERRNOS}
    assert named == {name for name in known if not name.startswith(NETWORK)}


# -- all the way: such a step runs again when it is executed again


def runs(place: Path) -> int:
    return len((place / "runs").read_text())


def counting(place: str) -> None:
    with (Path(place) / "runs").open("a") as file:
        file.write("x")


def plain(place: str) -> int:
    counting(place)
    import surely_not_installed  # noqa: PLC0415

    return int(surely_not_installed.x)


def caught(place: str) -> Result[int, BaseException]:
    try:
        return Failure(ValueError(plain(place)))
    except ImportError as problem:
        return Failure(problem)


def dynamic(place: str) -> f.Artefact[int]:
    plain(place)
    return f.put(1)


def building(place: str) -> f.Artefact[int]:
    return f.reduce(plain, place)


def all_ways(place: str) -> dict[str, f.Artefact[Any]]:
    return {
        "plain": f.reduce(plain, place),
        "safe": f.reduce(caught, place, out=int),
        "dynamic": f.put(place).bind(dynamic),
        "built": f.put(place).bind(building),
        "inherited": f.reduce(abs, f.reduce(plain, place), out=int),
        "tolerant": f.reduce(fails_again, f.reduce(plain, place), strict=False, out=int),
    }


def fails_again(given: Result[int, f.Error]) -> int:
    raise ValueError(str(given))


@pytest.mark.parametrize("way", ["plain", "safe", "dynamic", "built", "inherited", "tolerant"])
def test_a_step_that_a_library_fails_runs_again(way: str, tmp_path: Path) -> None:
    with f.Fun(f.Server("memory://")):
        step = all_ways(str(tmp_path))[way]
        for times in (1, 2):
            f.execute(step)
            error = f.take(step, strict=False).failure()
            assert error.is_infrastructure
            assert not error.is_remembered
            assert runs(tmp_path) == times


def test_isolated_steps_on_workers_run_again_too(stage: Any, tmp_path: Path) -> None:
    stage.start_worker()
    with f.Fun(stage.server):
        step = f.reduce(plain, str(tmp_path), opt=f.options(isolated=True))
        for times in (1, 2):
            f.execute(step)
            f.wait_for(step, timeout=60)
            assert f.take(step, strict=False).failure().volatile
            assert runs(tmp_path) == times
