"""``funsies invite``: write the file with which other machines join."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import click

from funsies.config.directory import LOOPBACKS, Directory
from funsies.config.invitation import (
    Invitation,
    encode_invitation,
    invitation_to,
    write_invitation,
)
from funsies.config.server import ResolvedServer
from funsies.config.urls import ConfigurationError
from funsies.store.server_address import hide_secrets
from funsies.store.server_notes import DataPlace, recorded_place

from .exits import Exit
from .notes import note
from .setting import Setting

_SOCKET_ONLY = (
    "this server listens on a Unix socket of this machine only, which others cannot reach: "
    "stop it (funsies shutdown --all), and start it with a port: start-funsies --port 6379 "
    "--bind ADDRESS --insecure, with an address of this machine in a network you trust, or "
    "with --port 6379 alone, for tunnels (ssh -L)"
)


@click.command()
@click.argument(
    "file", default="funsies.join", type=click.Path(path_type=Path, allow_dash=True)
)
@click.pass_obj
def invite(setting: Setting, *, file: Path) -> int:
    r"""Write FILE (by default funsies.join), with which other machines join the server.

    It holds the address of the server with its password, the keys, and where large values are;
    whoever has it can run code as the workers. So only you can read it: copy it as you would
    copy a private key, by scp for example. FILE may be -, for standard output. A file that is
    there is not replaced.

    \b
    Example:
      funsies invite && scp funsies.join other:
      ssh other funsies join funsies.join --workers 8
      funsies invite - | ssh other funsies join -
    """
    with setting.session() as session:
        place = recorded_place(session.backend.graph.named)
        invitation = _invitation(session.server)
    if str(file) == "-":
        click.echo(encode_invitation(invitation), nl=False)
    else:
        write_invitation(file, invitation)
        note(f"wrote {file}; on another machine: funsies join {file.name}")
        note(f"or, for programs that only submit there: export FUNSIES_JOIN={file.name}")
    for line in _warnings(invitation, place):
        note(line)
    return Exit.OK


def _invitation(server: ResolvedServer) -> Invitation:
    jobs_url = server.jobs_url
    if server.directory is not None:
        record = Directory(server.directory).record()
        jobs_url = (record.network_url if record else None) or jobs_url
    if jobs_url.startswith("unix:"):
        raise ConfigurationError(_SOCKET_ONLY)
    return invitation_to(jobs_url, server.keys, server.data_url)


def _warnings(invitation: Invitation, place: DataPlace | None) -> list[str]:
    """What will not work elsewhere as it is."""
    lines = []
    if urlsplit(invitation.jobs_url).hostname in LOOPBACKS:
        shown = hide_secrets(invitation.jobs_url)
        lines.append(f"warning: {shown} leads to this machine only, but for a tunnel (ssh -L)")
    if invitation.key is None:
        lines.append("warning: there is no key, so workers run whatever is in the server")
    url = invitation.data_url or (place.url if place else "")
    if url.startswith("file:"):
        lines += [
            f"warning: large values are in {url}, which other machines need, too:",
            "share that directory (funsies --data file:///its/path/there join FILE), or begin",
            "again: funsies clean --all, funsies shutdown --all, start-funsies --no-disk ...",
        ]
    return lines
