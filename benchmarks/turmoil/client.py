"""A client: executes, waits, takes, resets and cancels until it is told to stop.

Started by ``chaos.py`` as a process of its own; the environment says where the server is.
"""

from __future__ import annotations

import argparse
import faulthandler
import mmap
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, TypeAlias, TypeVar

from returns.result import Success

import funsies as f
from funsies.core.result import Result

from .checking import Verdict, judge
from .graphs import Node, random_graph
from .steps import HOME, Made, append

PATIENCE: Final = 12
"""So often a client asks again for what failed because of the machine."""

PAUSE_SECONDS: Final = 0.3
RESET = "reset"
"""How the names of those graphs begin whose steps are reset."""

Taken: TypeAlias = Result[Made, f.Error]

T = TypeVar("T")


class Client:
    """What one client does.

    Args:
        name: its own.
        seed: of the whole run.
        nodes: size of a large graph.
        bound_seconds: what takes longer hangs.
    """

    def __init__(self, name: str, seed: int, nodes: int, bound_seconds: float) -> None:
        self.name = name
        self._seed = seed
        self._nodes = nodes
        self._bound_seconds = bound_seconds
        self._random = Random(f"{seed} {name}")  # noqa: S311 - nothing here is a secret
        self._home = Path(os.environ[HOME])
        self._doing = _shared_byte(self._home / f"doing-{name}")
        self._deadline = 0.0
        self._rounds = 0

    def run(self) -> None:
        """Do one thing after the other until somebody makes the file ``stop``."""
        actions = [self._together, self._together, self._alone, self._resetting, self._cancel]
        while not (self._home / "stop").exists():
            self._rounds += 1
            action = self._random.choice(actions)
            self._deadline = time.monotonic() + self._bound_seconds
            try:
                with f.Fun():
                    action()
            except (f.errors.NoServerError, f.errors.ServerError) as problem:
                self.tell("no server", problem=repr(problem)[:300])
                time.sleep(PAUSE_SECONDS)
            except f.errors.StateLostError as problem:
                self.tell("state lost", problem=repr(problem)[:300])

    def close(self, graphs: Sequence[str]) -> None:
        """Once all is calm, everything has its true value, and all values fit together."""
        for name in graphs:
            self._deadline = time.monotonic() + self._bound_seconds
            with f.Fun():
                results = self.settle(self.graph(name))
                self._fit_together(name, results)

    def size(self, name: str) -> int:
        """Graphs that are reset and of one client's own are smaller."""
        return self._nodes if "common" in name else self._nodes // 5

    def tell(self, what: str, **more: object) -> None:
        """Note something for the report."""
        append("told", what=what, client=self.name, **more)

    def _together(self) -> None:
        """Some targets of a graph that the other clients ask for at the same time."""
        number = max(0, self._graphs("common") - 1)
        nodes = self.graph(f"common-{number}")
        self.settle(self._random.sample(nodes, self._random.randint(1, len(nodes))))
        if self._random.random() < 0.4:  # noqa: PLR2004
            (self._home / f"graph-common-{number + 1}").touch()  # from now on all take that

    def _alone(self) -> None:
        nodes = self.graph(f"{self.name}-{self._rounds}")
        self.settle(nodes[-20:])

    def _resetting(self) -> None:
        """Execute, and forget some of it before it is done, or after."""
        nodes = self.graph(f"{RESET}-{self._random.randrange(4)}")
        targets = self._random.sample(nodes, len(nodes) // 2)
        handle = self.execute(targets)
        time.sleep(self._random.choice((0.0, 0.1, 1.0)))
        with self.doing("r"):
            self.patiently(lambda: f.reset(self._random.choice(nodes).artefact))
        self._wait(handle)
        self.settle(targets)

    def _cancel(self) -> None:
        """Execute, and think better of it; the graph is another client's, too."""
        nodes = self.graph(f"cancel-{self._random.randrange(1 + self._rounds // 4)}")
        targets = self._random.sample(nodes, len(nodes) // 2)
        handle = self.execute(targets)
        time.sleep(self._random.choice((0.0, 0.05, 0.5)))
        self.patiently(handle.cancel)
        if self._random.random() < 0.7:  # noqa: PLR2004
            self.settle(targets)

    def _graphs(self, kind: str) -> int:
        return sum(1 for _ in self._home.glob(f"graph-{kind}-*"))

    def graph(self, name: str) -> list[Node]:
        """Build a graph, and note that there is one."""
        (self._home / f"graph-{name}").touch()
        return random_graph(f"s{self._seed}-{name}", self.size(name))

    def settle(self, targets: Sequence[Node]) -> dict[str, Made]:
        """Execute until all targets are what they must be; note what is not."""
        left, values = list(targets), dict[str, Made]()
        for _ in range(PATIENCE):
            self._wait(self.execute(left))
            taken = self._take(left)
            values |= {key: each.unwrap() for key, each in taken.items() if _is_value(each)}
            left = [each for each in left if self._verdict(each, taken) is Verdict.VOLATILE]
            if not left:
                return values
            self._deadline = time.monotonic() + self._bound_seconds
            time.sleep(PAUSE_SECONDS)
        self.tell("never settled", keys=[each.key for each in left])
        return values

    def execute(self, targets: Sequence[Node]) -> f.Handle:
        """Execute, again if the server is away for long."""
        with self.doing("x"):
            return self.patiently(lambda: f.execute(*(each.artefact for each in targets)))

    def _wait(self, handle: f.Handle) -> None:
        def wait() -> None:
            handle.wait(timeout_seconds=max(1.0, self._deadline - time.monotonic()))

        before = self.patiently(lambda: _executed(handle))
        with self.doing("w"):
            try:
                self.patiently(wait)
            except f.errors.WaitTimeoutError as problem:
                if self.patiently(lambda: _executed(handle)) > before:
                    # Others are served first, on a machine with too much to do. In the calm
                    # at the end nobody else is, so what never comes is found there.
                    self.tell("slow")
                    self._deadline = time.monotonic() + self._bound_seconds
                    self._wait(handle)
                    return
                targets = [each.hex() for each in handle.targets]
                self.tell("hung", problem=str(problem)[:500], targets=targets[:2000])
                raise
            except f.errors.StateLostError as problem:  # others have reset it again and again
                self.tell("state lost", problem=str(problem)[:300])

    def _take(self, targets: Sequence[Node]) -> dict[str, Taken]:
        taken: dict[str, Taken] = {}
        with self.doing("t"):
            for each in targets:
                taken[each.key] = self.patiently(partial(_taken, each.artefact))
        for key, result in taken.items():
            if _is_value(result):
                one = result.unwrap()
                about = {"key": key, "nonce": one.nonce, "used": one.used}
                append("seen", **about, volatile=one.volatile, taken=True)
        return taken

    def _verdict(self, node: Node, taken: dict[str, Taken]) -> Verdict:
        result = taken[node.key]
        verdict = judge(node, result)
        if verdict is not Verdict.TRUE:
            told = f"{result}"[:1500]
            kind = None if _is_value(result) else result.failure().kind.value
            truth = sorted(node.truth) if isinstance(node.truth, frozenset) else node.truth
            self.tell(verdict.value, key=node.key, truth=truth, result=told, kind=kind)
        return verdict

    def _fit_together(self, name: str, values: dict[str, Made]) -> None:
        """What a step says that it used must be what there is."""
        for key, value in values.items():
            for used, nonce in value.used.items():
                if used in values and values[used].nonce != nonce:
                    self.tell("torn", graph=name, key=key, used=used)

    def patiently(self, call: Callable[[], T]) -> T:
        """Call; again if funsies says that the server is not there, since it will be."""
        while True:
            try:
                return call()
            except (f.errors.NoServerError, f.errors.ServerError) as problem:
                self.tell("no server", problem=repr(problem)[:300])
                if time.monotonic() > self._deadline:
                    self.tell("lost", problem=repr(problem)[:300])
                    raise
                time.sleep(PAUSE_SECONDS)

    @contextmanager
    def doing(self, letter: str) -> Iterator[None]:
        """Let ``chaos.py`` see what this client is in the middle of."""
        self._doing[0] = ord(letter)
        yield
        self._doing[0] = ord(".")


def _executed(handle: f.Handle) -> int:
    """Runs of any step while there is this handle."""
    return sum(each.executed for each in handle.counts().tasks.values())


def _taken(artefact: f.Artefact[Made]) -> Taken:
    return f.take(artefact, strict=False)


def _is_value(result: Taken) -> bool:
    return isinstance(result, Success)


def _shared_byte(path: Path) -> mmap.mmap:
    path.write_bytes(b".")
    with path.open("r+b") as file:
        return mmap.mmap(file.fileno(), 1)


def main() -> int:
    """Be a client."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--name", required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--nodes", type=int, required=True)
    parser.add_argument("--bound", type=float, required=True)
    parser.add_argument("--close", nargs="*", help="check these graphs once all is calm")
    asked = parser.parse_args()
    faulthandler.register(signal.SIGUSR1)
    client = Client(asked.name, asked.seed, asked.nodes, asked.bound)
    try:
        client.run() if asked.close is None else client.close(asked.close)
    except f.errors.WaitTimeoutError:
        return 3
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        client.tell("raw exception", traceback=traceback.format_exc())
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main())
