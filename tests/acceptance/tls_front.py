"""TLS before a server that has none, with a certificate by an authority of our own."""

from __future__ import annotations

import asyncio
import socket
import ssl
import subprocess
import threading
from contextlib import suppress
from pathlib import Path

from tests.listener import Listener

KEY = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
NAMES = "subjectAltName=DNS:localhost,IP:127.0.0.1"


class Authority:
    """Signs certificates for this machine; needs ``openssl``.

    Attributes:
        certificate: its own, which clients are to trust.
    """

    def __init__(self, place: Path) -> None:
        place.mkdir()
        self._place = place
        self.certificate = place / "ca.pem"
        made = ["-keyout", "ca.key", "-out", "ca.pem", "-subj", f"/CN={place.name}"]
        self._openssl("req", "-x509", *KEY, *made)

    def _openssl(self, *words: str) -> None:
        subprocess.run(["openssl", *words], cwd=self._place, check=True, capture_output=True)

    def server_context(self) -> ssl.SSLContext:
        """Sign a certificate, for a server to show."""
        self._openssl("req", *KEY, "-keyout", "key", "-out", "asked", "-subj", "/CN=server")
        (self._place / "names").write_text(NAMES)
        signer = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-extfile", "names"]
        self._openssl("x509", "-req", "-in", "asked", "-out", "chain", *signer)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._place / "chain", self._place / "key")
        return context


class TlsFront:
    """Passes what clients send by TLS on to a port of this machine, and back.

    Attributes:
        port: where it listens.
    """

    def __init__(self, target: int, context: ssl.SSLContext) -> None:
        self._target, self._context = target, context
        self._open: list[asyncio.StreamWriter] = []
        place = socket.create_server(("127.0.0.1", 0))
        self.port: int = place.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(place), self._loop).result(30)

    async def _listen(self, place: socket.socket) -> None:
        self._listener = Listener(place, self._serve)

    async def _serve(self, accepted: socket.socket) -> None:
        with suppress(OSError):
            heard, said = await self._by_tls(accepted)
            answers, asks = await asyncio.open_connection("127.0.0.1", self._target)
            self._open.append(asks)
            await asyncio.gather(_pass(heard, asks), _pass(answers, said))

    async def _by_tls(
        self, accepted: socket.socket
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        heard = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(heard)
        transport, _ = await self._loop.connect_accepted_socket(
            lambda: protocol, accepted, ssl=self._context
        )
        said = asyncio.StreamWriter(transport, protocol, heard, self._loop)
        self._open.append(said)
        return heard, said

    def close(self) -> None:
        """Listen no more, and end what is connected."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        await self._listener.end()
        for each in self._open:
            each.transport.abort()
            with suppress(OSError):
                await each.wait_closed()


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(1 << 16):
            sink.write(data)
            await sink.drain()
    with suppress(OSError):
        sink.close()
