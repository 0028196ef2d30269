"""What the pages share: the connection, the secrets, and how they are written."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader

from funsies.config.server import ResolvedServer
from funsies.core.cutting import printable
from funsies.core.digest import short_hash
from funsies.history.watched import Naming
from funsies.report.escaping import escaping_environment
from funsies.report.numbers import counted, shown_bytes, shown_seconds
from funsies.report.runs import facts_of, program_of, shown_time
from funsies.session import Session
from funsies.session.fun import command_recorded
from funsies.store.connect import Backend

from .door import Pass
from .reading import Definitions

PLACE: Final = Path(__file__).parent


def _shown_time(seconds: float | None) -> str:
    """A moment, by the clock of this machine; nothing if there is none."""
    return "" if seconds is None else shown_time(seconds)


def _templates() -> Environment:
    made = escaping_environment(FileSystemLoader(PLACE / "templates"))
    made.filters |= {
        "printable": printable,
        "program": program_of,
        "facts": facts_of,
        "short_hash": short_hash,
        "shown_bytes": shown_bytes,
        "shown_seconds": shown_seconds,
        "shown_time": _shown_time,
        "counted": counted,
    }
    return made


@dataclass(frozen=True, slots=True)
class Desk:
    """What the pages share.

    Attributes:
        server: what is looked at.
        backend: the connection to it.
        given: the secrets.
        is_closing: set when the page ends.
        naming: knows what steps are called.
        definitions: of the steps that were looked at.
    """

    server: ResolvedServer
    backend: Backend
    given: Pass
    is_closing: threading.Event = field(default_factory=threading.Event)
    naming: Naming = field(init=False)
    definitions: Definitions = field(default_factory=Definitions)
    _environment: Environment = field(default_factory=_templates)

    def __post_init__(self) -> None:
        """Steps are called in the same way on all pages."""
        object.__setattr__(self, "naming", Naming(self.backend, by_thread=True))

    def session(self) -> AbstractContextManager[Session]:
        """A session for what a button asks for: a run of its own, which ends at once."""
        return command_recorded(Session(self.server, self.backend))

    def page(self, name: str, facts: Mapping[str, Any]) -> str:
        """Write a page."""
        return self._write(name, {"live": f"{name}.live.html", **facts})

    def live(self, name: str, facts: Mapping[str, Any]) -> str:
        """Write the part of a page that changes."""
        return self._write(f"{name}.live", facts)

    def _write(self, template: str, facts: Mapping[str, Any]) -> str:
        found = self._environment.get_template(f"{template}.html")
        return found.render(self._with_common(facts))

    def _with_common(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        return {
            "root": self.given.root,
            "form": self.given.form,
            "server": self.server.shown,
            **facts,
        }
