"""``funsies fsck``: all that is stored, checked and mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import click

from funsies.report.check_progress import CheckProgress
from funsies.report.console import make_console
from funsies.report.health import find_damage
from funsies.report.numbers import counted
from funsies.store.fsck import Checked, check
from funsies.store.server_notes import refuse_other_keys

from .exits import Exit
from .findings import finding_as_json, print_finding
from .notes import note
from .output import print_json_list
from .setting import Setting


@click.command()
@click.option("--repair", is_flag=True, help="Set damaged things aside, or forget them.")
@click.option("--forget", is_flag=True, help="Forget what was set aside, now and before.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def fsck(setting: Setting, *, repair: bool, forget: bool, as_json: bool) -> int:
    r"""Check everything that is stored: bytes, addresses and signatures.

    All of it is read, also large values, and each thing that is damaged is named, with the step
    to which it belongs. Nothing is changed. With --repair, damaged results and values are
    forgotten, so that the next execute computes them again, and other damaged records are set
    aside: who has them writes them again by executing. Workers and programs may go on
    meanwhile: only what is still as it was seen is touched.

    Exit code 0 if nothing is damaged, or everything was mended; 9 if damage is left.

    \b
    Example:
      funsies fsck
      funsies fsck --repair && funsies run workflow.py
    """
    with setting.session(is_patient=True) as session:
        session.backend.check(reaches_data=True)
        refuse_other_keys(session.backend.graph, session.backend.keys)
        tally = _Tally()
        with CheckProgress(make_console()) as progress:
            found = tally.of(
                check(session.backend, progress.tell, repair=repair, forgets=forget)
            )
            (_print_json if as_json else _print)(found, progress)
        aside = len(session.backend.graph.repair.set_aside())
    note(f"checked {progress.seen}: {tally.text}")
    if aside:
        note(
            f"{counted(aside, 'damaged record')} set aside, to be written again: funsies doctor"
        )
    return Exit.DAMAGED if tally.left else Exit.OK


class _Tally:
    """Counts what goes by."""

    def __init__(self) -> None:
        self.left = self.mended = self.awaited = 0

    def of(self, found: Iterable[Checked]) -> Iterator[Checked]:
        for each in found:
            self.mended += each.is_mended
            self.left += each.is_left
            self.awaited += not each.is_mended and not each.is_left
            yield each

    @property
    def text(self) -> str:
        awaited = f", {counted(self.awaited, 'thing')} to be sent again" if self.awaited else ""
        if not self.left + self.mended:
            return f"nothing is damaged{awaited}"
        damaged = counted(self.mended + self.left, "thing")
        return f"{damaged} damaged, {self.mended} mended{awaited}"


def _print(found: Iterable[Checked], progress: CheckProgress) -> None:
    for each in found:
        with progress.hidden():
            print_finding(find_damage(each))


def _print_json(found: Iterable[Checked], _progress: CheckProgress) -> None:
    print_json_list(map(_as_json, found))


def _as_json(checked: Checked) -> dict[str, Any]:
    damage = checked.damage
    return {
        **finding_as_json(find_damage(checked)),
        "hash": damage.name,
        "step": None if damage.operation is None else damage.operation.hex(),
        "task": damage.task or None,
        "mended": checked.is_mended,
    }
