"""Several workers under one supervisor.

RQ has a pool of its own. It is not used: it starts a scheduler beside each worker, cannot hand
our arguments to the workers, does not say how a worker ended, restarts one that cannot live
once a second for ever, and looks at its workers by polling.
"""

from __future__ import annotations

import logging
import mmap
import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from types import FrameType
from typing import Final

from funsies.core.errors import FunsiesError, NoServerError
from funsies.run.orphans import Orphanage, become_subreaper, die_with_parent
from funsies.run.process_exit import signal_name
from funsies.store.connect import Address, open_backend
from funsies.store.server_notes import agree_on_keys
from funsies.store.submission import queue_name

from .preload import preload
from .starting import note_starting
from .startup_failures import note_startup_failure
from .timing import Timing
from .worker import EXIT_IN_ORDER, EXIT_IN_TROUBLE, run_worker

_log = logging.getLogger(__name__)

_FORK: Final = multiprocessing.get_context("fork")
"""Workers start as copies of the supervisor: modules are imported, and nothing is sent."""

_STOP_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)
_SHORT_LIFE_SECONDS: Final = 10.0
_FIRST_PAUSE_SECONDS: Final = 0.5
_LONGEST_PAUSE_SECONDS: Final = 30.0

_LONG_LIFE_SECONDS: Final = 300.0
"""A worker that has lived for so long is replaced at once: it does not die again and again."""

_SERVING: Final = 1
"""What a worker writes, once it takes work, into memory that it shares with its pool."""

SHORT_LIVES: Final = 4
"""If each worker has died so often in a row as soon as it was started, the pool gives up."""

EXIT_GAVE_UP: Final = 6


def run_pool(
    count: int,
    server: Address,
    queues: Sequence[str],
    *,
    burst: bool = False,
    timing: Timing | None = None,
) -> int:
    """Run several workers until asked to stop; one that dies is replaced.

    SIGTERM or SIGINT is passed on to the workers, and so is a second one, which ends them at
    once (see :func:`~funsies.engine.worker.run_worker`).

    Args:
        count: number of workers.
        server: where the server is.
        queues: names of the queues, as users call them.
        burst: True to leave when nothing is ready on the queues.
        timing: the engine's patience.

    Returns:
        Exit code of the process: 0 if all left in order, 1 if not, 6 if it gave up because the
        workers die as soon as they are started.

    Raises:
        NoServerError: if nobody answers.
        ServerError: if the server cannot be used.
        WrongKeyError: if what runs there is signed with another key.
    """
    _check(server)
    served = [queue_name(queue) for queue in queues]

    def work(says_serving: Callable[[], None]) -> None:
        code = run_worker(server, queues, burst=burst, timing=timing, on_serving=says_serving)
        sys.exit(code)

    become_subreaper()
    note_starting(server, queues, os.getpid())
    preload()  # once for all of them, which start as copies
    pool = WorkerPool(
        count, work, tell=lambda words: note_startup_failure(server, served, words)
    )
    with _signals_to(pool):
        return pool.run()


def _check(server: Address) -> None:
    with closing(open_backend(server)) as backend:
        backend.check(reaches_data=True)
        agree_on_keys(backend.graph.named, server.keys)


@dataclass(slots=True)
class _Place:
    """One worker's place in the pool: it has a process, or waits for the next."""

    process: BaseProcess | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause_seconds: float = _FIRST_PAUSE_SECONDS
    short_lives: int = 0
    hearing: Connection | None = None
    is_left: bool = False
    serving: mmap.mmap = field(default_factory=lambda: mmap.mmap(-1, 1))

    @property
    def has_served(self) -> bool:
        """True if the process, or the last one, has begun to take work: it has said so."""
        return self.serving[0] == _SERVING


@dataclass(frozen=True, slots=True)
class _End:
    """How a worker ended.

    Attributes:
        words: what it said, or else what is known.
        is_without_server: True if it says that no server answers: that is no fault of the
            workers, so the pool goes on until there is one. An exit code would not tell, since
            libraries and administrators choose theirs as they like.
        has_refused: True if it says that it cannot work, however long it took to find out.
    """

    exit_code: int
    words: str
    is_without_server: bool = False
    has_refused: bool = False


@dataclass(slots=True)
class WorkerPool:
    """Keeps a number of processes running.

    Attributes:
        count: number of processes.
        work: what each does; it ends the process. It calls what it is given once it takes work:
            one that ends before has begun nothing, however long that took on a slow machine.
        tell: told why, if the processes cannot live and the pool gives up.
    """

    count: int
    work: Callable[[Callable[[], None]], None]
    tell: Callable[[str], None] = _log.error
    _places: list[_Place] = field(init=False)
    _is_stopping: bool = field(init=False, default=False)
    _exit_code: int = field(init=False, default=EXIT_IN_ORDER)
    _orphanage: Orphanage = field(init=False, default_factory=Orphanage)
    _bell: tuple[int, int] = field(init=False, default_factory=os.pipe)

    def __post_init__(self) -> None:
        self._places = [_Place() for _ in range(self.count)]

    @property
    def pids(self) -> list[int]:
        """Processes that run."""
        found = [place.process.pid for place in self._places if place.process is not None]
        return [pid for pid in found if pid is not None]

    def run(self) -> int:
        """Keep the processes running until :meth:`stop`, or until all have left in order."""
        while any(self._is_open(place) for place in self._places):
            self._start_missing()
            self._wait()
            self._collect()
        return self._exit_code

    def stop(self) -> None:
        """Ask all processes to stop; none is replaced any more. Safe in a signal handler."""
        self._is_stopping = True
        for pid in self.pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        os.write(self._bell[1], b"!")

    def _is_open(self, place: _Place) -> bool:
        return place.process is not None or not (place.is_left or self._is_stopping)

    def _start_missing(self) -> None:
        for place in self._places:
            is_due = time.monotonic() >= place.start_at
            if place.process is None and self._is_open(place) and is_due:
                self._start(place)

    def _start(self, place: _Place) -> None:
        place.started_at = time.monotonic()
        place.serving[0] = 0
        place.hearing, saying = _FORK.Pipe(duplex=False)
        with closing(saying), _held_signals():
            process = _FORK.Process(
                target=_enter, args=(self.work, saying, place.serving, os.getpid())
            )
            try:
                process.start()
            except OSError as problem:  # no memory, or too many processes
                end = _End(EXIT_IN_TROUBLE, f"it cannot be started: {problem}")
                self._take_note(place, end)
                return
            place.process = process
            if self._is_stopping:  # since it was decided to start it, when it had no number
                process.terminate()

    def _wait(self) -> None:
        """Block until a process ends, one is due to start, or somebody rings."""
        sentinels = [place.process.sentinel for place in self._places if place.process]
        due = [
            place.start_at
            for place in self._places
            if place.process is None and self._is_open(place)
        ]
        timeout_seconds = max(0.0, min(due) - time.monotonic()) if due else None
        if self._bell[0] in wait([*sentinels, self._bell[0]], timeout_seconds):
            os.read(self._bell[0], 1024)

    def _collect(self) -> None:
        for place in self._places:
            if place.process is not None and not place.process.is_alive():
                exit_code = place.process.exitcode or 0
                place.process = None
                self._take_note(place, _end_of(place, exit_code))
        self._orphanage.clear(spare=self.pids)

    def _take_note(self, place: _Place, end: _End) -> None:
        # In order, a worker leaves after a burst, or because somebody asked it to stop. Was it
        # asked before it had a handler for the signal, then it had begun nothing either.
        is_early = self._is_stopping and -end.exit_code in _STOP_SIGNALS
        is_in_order = is_early or end.exit_code == EXIT_IN_ORDER
        if self._is_stopping or is_in_order:
            place.is_left = True
            if not is_in_order and self._exit_code == EXIT_IN_ORDER:
                self._exit_code = EXIT_IN_TROUBLE
            return
        lived_seconds = time.monotonic() - place.started_at
        begun = place.has_served and not end.has_refused
        is_well = begun and lived_seconds >= _LONG_LIFE_SECONDS
        pause_seconds = 0.0 if is_well else place.pause_seconds
        longer = max(2 * pause_seconds, _FIRST_PAUSE_SECONDS)
        place.pause_seconds = min(longer, _LONGEST_PAUSE_SECONDS)
        place.start_at = time.monotonic() + pause_seconds
        is_short = not begun or lived_seconds < _SHORT_LIFE_SECONDS
        is_in_vain = is_short and not end.is_without_server
        place.short_lives = place.short_lives + 1 if is_in_vain else 0
        if all(map(_cannot_live, self._places)):
            self._give_up(end.words)
        else:
            then = f" in {pause_seconds:.0f} s" if pause_seconds >= 1 else ""
            _log.warning("a worker died (%s); another takes its place%s", end.words, then)

    def _give_up(self, words: str) -> None:
        self._exit_code = EXIT_GAVE_UP
        self.stop()
        self.tell(words)
        _log.error(
            "the workers die as soon as they are started, each %d times; giving up: %s",
            SHORT_LIVES,
            words,
        )


def _cannot_live(place: _Place) -> bool:
    serves = place.process is not None and place.has_served
    is_young = time.monotonic() - place.started_at < _SHORT_LIFE_SECONDS
    return place.short_lives >= SHORT_LIVES and (is_young or not serves)


def _end_of(place: _Place, exit_code: int) -> _End:
    """What a process said that has ended, or else how it ended."""
    assert place.hearing is not None, "it was made with the process"  # noqa: S101 - for mypy
    with place.hearing as hearing, suppress(EOFError, OSError):
        if hearing.poll():
            return _End(exit_code, *hearing.recv())
    if exit_code < 0:
        return _End(exit_code, f"killed by {signal_name(-exit_code)}")
    return _End(exit_code, f"it ended with exit code {exit_code}")


def _enter(
    work: Callable[[Callable[[], None]], None],
    saying: Connection,
    serving: mmap.mmap,
    parent: int,
) -> None:
    """Become a worker: signals and the end of the supervisor have their own effects here."""
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_DFL)
    die_with_parent(signal.SIGTERM)
    if os.getppid() != parent:
        sys.exit(EXIT_IN_TROUBLE)  # it died before it could be told
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)
    try:
        work(partial(serving.__setitem__, 0, _SERVING))
    except FunsiesError as problem:
        saying.send((str(problem), isinstance(problem, NoServerError), True))
        _log.error("a worker cannot work: %s", problem)
        sys.exit(EXIT_IN_TROUBLE)
    except Exception as problem:
        saying.send((f"{type(problem).__name__}: {problem}", False))
        raise


@contextmanager
def _held_signals() -> Iterator[None]:
    """Hold signals back, so that none is taken by the wrong one of two processes."""
    signal.pthread_sigmask(signal.SIG_BLOCK, _STOP_SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _STOP_SIGNALS)


@contextmanager
def _signals_to(pool: WorkerPool) -> Iterator[None]:
    """Pass signals on to a pool."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        pool.stop()

    before = {number: signal.signal(number, stop) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
