"""``funsies tree``: where a result comes from."""

from __future__ import annotations

import click

from funsies.core.errors import UnknownHashError
from funsies.report.console import data_console
from funsies.report.provenance import as_json as origins_as_json
from funsies.report.provenance import provenance_tree, read_origins

from .completion import HASH
from .exits import Exit
from .named import look_up
from .output import print_json
from .setting import Setting


@click.command()
@click.argument("prefix", metavar="HASH", type=HASH)
@click.option("--depth", type=click.IntRange(min=0), help="Show this many steps deep.")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def tree(setting: Setting, *, prefix: str, depth: int | None, as_json: bool) -> int:
    r"""Show where a result comes from: its step, the inputs, the steps that make them.

    A step that is an input of several others is shown in full once. What a dynamic step built
    follows its inputs ("built").

    \b
    Example:
      funsies tree 3f2a9
    """
    with setting.session() as session:
        named = look_up(session.backend, prefix)
        if named.producer is None:
            raise UnknownHashError(f"{prefix} is a constant: no step makes it")
        root = read_origins(session.backend, named.producer, depth)
    if as_json:
        print_json(origins_as_json(root))
    else:
        data_console().print(provenance_tree(root))
    return Exit.OK
