"""One work-horse under its parent's eyes, from its fork to its end."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from contextlib import suppress
from typing import IO

from funsies.run.oom import out_of_memory_kills
from funsies.run.orphans import Orphanage
from funsies.run.process_end import peak_memory_bytes
from funsies.store.ports import GraphStore

from .announcement import Announcement
from .batch import Batch
from .exit_watch import ExitWatch
from .horse_keeper import HorseKeeper
from .load import LoadMeter
from .obituary import Death, Kill
from .processes import kill_group
from .relief import Relief
from .succession import Ending
from .telling import Telling
from .timing import Timing


class Ride:
    """Watches a horse, keeps its lease, and ends it with all its descendants.

    Attributes:
        slot: under which the horse claims.
        meter: reads what it takes of the machine.

    Args:
        graph: where its leases are.
        timing: the engine's patience.
        slot: under which it claims.
        announcement: what it says.
        batch: what it holds besides what it runs.
        pid: its process, the leader of its own process group.
        file: into which it prints; None if that cannot be followed. It is closed at the end.
    """

    def __init__(
        self,
        graph: GraphStore,
        timing: Timing,
        slot: str,
        announcement: Announcement,
        batch: Batch,
        *,
        pid: int,
        file: IO[bytes] | None = None,
    ) -> None:
        self.slot = slot
        self.meter: LoadMeter = LoadMeter(pid)
        self._timing = timing
        self._announcement = announcement
        self._batch = batch
        self._pid = pid
        self._kill: Kill | None = None
        self._is_over = False
        self._orphanage = Orphanage()
        self._kills_before = out_of_memory_kills()
        self._file = file
        self._telling = file and Telling(graph, announcement, file)
        self._relief = Relief(graph, slot, announcement, batch)
        self._keeper = HorseKeeper(graph, slot, announcement, timing, self._interrupt)

    def watch(self, tick: Callable[[], None]) -> Ending:
        """Look after the horse until it is dead, and none of its descendants is left.

        Args:
            tick: called at least once in ``tick_seconds``.
        """
        with ExitWatch(self._pid) as exit_watch:
            while not exit_watch.wait(self._next_look_seconds()):
                self._look()
                tick()
            kill_group(self._pid)  # its number is nobody else's until it is collected
            self._is_over = True
            status, usage = exit_watch.collect()
        if self._file:
            self._file.close()
        self._orphanage.clear()
        death = Death(
            status=status,
            kill=self._kill,
            peak_memory_bytes=peak_memory_bytes(usage),
            out_of_memory=out_of_memory_kills() > self._kills_before,
            trouble=self._announcement.trouble,
        )
        return Ending(self.slot, death, self._announcement.read(), self._batch.read())

    def stop(self) -> None:
        """Have the horse leave within the grace; what it runs then is put back."""
        self._keeper.ask_to_stop()

    def kill(self, kill: Kill) -> None:
        """End the horse at once, with its process group."""
        self._kill = self._kill or kill
        if not self._is_over:  # else its number may be another's by now
            kill_group(self._pid)

    def _next_look_seconds(self) -> float:
        if self._kill is not None:
            return self._timing.tick_seconds
        pauses = [self._keeper.next_look_seconds(), self._relief.next_look_seconds()]
        pauses += [self._telling.next_look_seconds()] if self._telling else []
        return min(pauses)

    def _look(self) -> None:
        if self._telling:
            self._telling.look()
        if self._kill is None:
            self._relief.look()
        if self._kill is None and (kill := self._keeper.look()) is not None:
            self.kill(kill)

    def _interrupt(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGTERM)
