"""``funsies reset``: forget results."""

from __future__ import annotations

import click

from funsies.client.execution import reset as forget
from funsies.client.lookup import stored_artefact
from funsies.report.numbers import counted

from .completion import HASH
from .exits import Exit
from .named import look_up_all, operation_row
from .say import note
from .setting import Setting


@click.command()
@click.argument("hashes", nargs=-1, required=True, metavar="HASH...", type=HASH)
@click.option("--only", is_flag=True, help="Keep the results of steps that depend on these.")
@click.pass_obj
def reset(setting: Setting, *, hashes: tuple[str, ...], only: bool) -> int:
    r"""Forget the results of steps, and of everything that depends on them.

    The next execute computes them again.

    \b
    Example:
      funsies reset 3f2a9
    """
    with setting.session() as session:
        named = look_up_all(session.backend, hashes)
        producers = [each.producer for each in named if each.producer is not None]
        outputs = [operation_row(session.backend, each).outputs[0] for each in producers]
        artefacts = [stored_artefact(session.backend, each) for each in outputs]
        number = forget(*artefacts, recursive=not only, connection=session)
    note(f"forgot the results of {counted(number, 'step')}")
    return Exit.OK
