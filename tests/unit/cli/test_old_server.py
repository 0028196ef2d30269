"""A server that is too old is refused at the start, by every command."""

from __future__ import annotations

import socketserver
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import hiredis
import pytest

import funsies as f
from funsies.cli.main import main
from funsies.cli.start import main as start
from funsies.config import Directory
from funsies.core.errors import ServerError
from funsies.local.daemons import is_locked
from funsies.store.server_connection import refuse_unusable

INFO = "# Server\r\nredis_version:{}\r\nmaxmemory_policy:noeviction\r\n"

COMMANDS = [
    ["status"],
    ["ls"],
    ["graph"],
    ["worker"],
    ["worker", "--workers", "2"],
    ["shutdown"],
    ["clean", "--yes"],
    ["cat", "abc"],
    ["execute", "abc"],
    ["reset", "abc"],
    ["run", __file__],
    ["run", "--dry-run", __file__],
    ["wait"],
    ["wait", "abc"],
    ["doctor"],
    ["doctor", "--repair"],
    ["fsck", "--repair"],
    *([name] for name in ("why", "tree", "logs", "runs", "report", "trace", "invite")),
    *([name, "abc"] for name in ("debug", "replay", "cancel", "why", "logs")),
    ["top", "--once"],
    ["ui", "--no-browser"],
    ["diff", "1", "2"],
    ["parametric", "list"],
]


class OldServer(socketserver.StreamRequestHandler):
    """Says who it is when asked, and OK to all else."""

    def handle(self) -> None:
        reader = hiredis.Reader()
        while data := self.request.recv(4096):
            reader.feed(data)
            while (command := reader.gets()) is not False:
                self.wfile.write(self.answer(command[0].upper()))

    def answer(self, command: bytes) -> bytes:
        text = INFO.format("6.2.14").encode()
        said = {
            b"HELLO": b"%1\r\n$5\r\nproto\r\n:3\r\n",
            b"INFO": b"$%d\r\n%s\r\n" % (len(text), text),
            b"PING": b"+PONG\r\n",
        }
        return said.get(command, b"+OK\r\n")


@pytest.fixture(scope="module")
def old_url() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), OldServer) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"redis://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_command_names_both_versions_and_ends_with_3(command, old_url, capsys, tmp_path):
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path)
        assert main(["--jobs", old_url, *command]) == 3
    message = capsys.readouterr().err
    assert "is Redis 6.2.14" in message
    assert "needs Redis 7" in message


def test_fun_refuses_it_too(old_url):
    refusal = pytest.raises(ServerError, match=r"is Redis 6\.2\.14; funsies needs Redis 7")
    with refusal, f.Fun(f.Server(old_url)):
        pass


PROGRAM = """#!{python}
import sys
sys.path.insert(0, {place!r})
from test_old_server import OldServer, socketserver
lines = sys.stdin.read().splitlines()
socket = next(line for line in lines if line.startswith("unixsocket ")).split('"')[1]
with socketserver.ThreadingUnixStreamServer(socket, OldServer) as server:
    server.serve_forever()
"""


def test_a_program_that_is_too_old_is_started_for_nothing_and_ended(tmp_path, capsys):
    program = tmp_path / "redis-server"
    here = str(Path(__file__).parent)
    program.write_text(PROGRAM.format(python=sys.executable, place=here))
    program.chmod(0o700)
    directory = Directory(tmp_path / ".funsies")
    assert start([str(tmp_path), "--server-program", str(program)]) == 3
    assert "is Redis 6.2.14; funsies needs Redis 7" in capsys.readouterr().err
    assert not is_locked(directory.path / "server.lock"), "it does not run on"
    assert directory.record() is None


@pytest.mark.parametrize("version", ["7.0.0", "7.2.4", "10.0.1", "255.255.255"])
def test_newer_ones_are_welcome(version):
    refuse_unusable(INFO.format(version), "here")
