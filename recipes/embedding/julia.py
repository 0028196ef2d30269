"""A web application that draws Julia sets, with funsies inside.

Usage: python recipes/embedding/julia.py [--port 8000] [--workers 2] [--directory DIRECTORY]

Then open http://127.0.0.1:8000/julia.png?real=-0.8&imaginary=0.156
"""

import argparse
import json
import signal
import struct
import sys
import zlib
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

from returns.result import Failure, Success

import funsies as f
from funsies.session import Session

SIZE = 256
BANDS = 8
ITERATIONS = 80
SECONDS = 60.0


@f.task
def draw_band(real: float, imaginary: float, band: int) -> bytes:
    """Draw some of the rows: a byte for each point, brighter the later it escapes."""
    constant = complex(real, imaginary)
    rows = range(band * SIZE // BANDS, (band + 1) * SIZE // BANDS)
    return bytes(
        _brightness(complex(3 * x / SIZE - 1.5, 3 * y / SIZE - 1.5), constant)
        for y in rows
        for x in range(SIZE)
    )


def _brightness(point: complex, constant: complex) -> int:
    for iteration in range(ITERATIONS):
        if abs(point) > 2:  # noqa: PLR2004 - from here on it escapes
            return 255 * iteration // ITERATIONS
        point = point * point + constant
    return 255


@f.task
def as_png(*bands: bytes) -> bytes:
    """Write the rows as a picture in shades of grey."""
    points = b"".join(bands)
    rows = b"".join(b"\0" + points[at : at + SIZE] for at in range(0, len(points), SIZE))
    header = struct.pack(">IIBBBBB", SIZE, SIZE, 8, 0, 0, 0, 0)
    parts = [(b"IHDR", header), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, data) for kind, data in parts)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + data))
    return struct.pack(">I", len(data)) + kind + data + checksum


def julia(real: float, imaginary: float) -> f.Artefact[bytes]:
    """Build the steps of a picture; nothing is computed here."""
    return as_png(*(draw_band(real, imaginary, band) for band in range(BANDS)))


class Application(ThreadingHTTPServer):
    """The web server. Each request has a thread of its own; all use one session."""

    daemon_threads = True

    def __init__(self, port: int, session: Session) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.session = session


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    server: Application

    def do_GET(self) -> None:
        """Answer with a picture, or with the reason why there is none."""
        address = urlsplit(self.path)
        if address.path != "/julia.png":
            return self._answer_text(HTTPStatus.NOT_FOUND, "there is /julia.png")
        try:
            given = dict(parse_qsl(address.query))
            picture = julia(float(given["real"]), float(given["imaginary"]))
        except (KeyError, ValueError):
            return self._answer_text(HTTPStatus.BAD_REQUEST, "give ?real=...&imaginary=...")
        return self._answer_picture(picture)

    def _answer_picture(self, picture: f.Artefact[bytes]) -> None:
        session = self.server.session
        handle = f.execute(picture, connection=session)
        try:
            handle.wait(SECONDS)
        except TimeoutError:
            return self._answer_text(HTTPStatus.SERVICE_UNAVAILABLE, "it takes long; ask again")
        match f.take(picture, strict=False, connection=session):
            case Success(png):
                steps = {"X-Steps-Computed": str(len(handle.operations))}
                return self._answer(HTTPStatus.OK, "image/png", png, steps)
            case Failure(error):
                said = json.dumps({"kind": error.kind, "task": error.task})
                return self._answer_text(HTTPStatus.INTERNAL_SERVER_ERROR, said)

    def _answer_text(self, status: HTTPStatus, text: str) -> None:
        self._answer(status, "text/plain; charset=utf-8", f"{text}\n".encode(), {})

    def _answer(self, status: HTTPStatus, kind: str, body: bytes, more: dict[str, str]) -> None:
        self.send_response(status)
        lengths = {"Content-Type": kind, "Content-Length": str(len(body))}
        for name, value in (lengths | more).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    """Serve until Ctrl-C or SIGTERM; the workers end with the application."""
    parser = argparse.ArgumentParser(description="Draw Julia sets.")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--directory", help="keep pictures here, in .funsies")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (
        f.ManagedFun(nworkers=given.workers, directory=given.directory) as session,
        Application(given.port, session) as application,
    ):
        host, port = application.server_address[:2]
        print(f"serving http://{host!s}:{port}/julia.png", flush=True)
        application.serve_forever()


if __name__ == "__main__":
    main()
