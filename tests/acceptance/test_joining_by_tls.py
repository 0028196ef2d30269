"""Another machine joins a server behind TLS, for which only its own authority vouches."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from funsies.config import Directory
from tests.ports import free_port

from .conftest import Shell
from .tls_front import Authority, TlsFront

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="needs openssl")

SUBMIT = "import funsies as f\nwith f.Fun():\n f.execute(f.shell('true'))\n"


@pytest.fixture
def front() -> Iterator[Callable[[int, Authority], int]]:
    """Puts TLS before a port of a server; returns the port that clients use."""
    with ExitStack() as stack:
        yield (
            lambda port, by: (
                stack.enter_context(closing(TlsFront(port, by.server_context()))).port
            )
        )


@pytest.fixture
def plain(shell: Shell) -> str:
    """Address of a server without TLS."""
    assert shell.start_funsies("--port", str(free_port()), "--no-disk").code == 0
    record = Directory(shell.place / ".funsies").record()
    assert record is not None
    return str(record.network_url)


def invitation(file: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads(file.read_text())
    return found


@pytest.mark.slow
def test_a_machine_joins_by_tls_and_believes_no_other_server(shell, plain, front, tmp_path):
    """The invitation brings the authority's certificate; the file it was in is not needed."""
    ours, others = Authority(tmp_path / "ours"), Authority(tmp_path / "others")
    port, password = urlsplit(plain).port, urlsplit(plain).password
    here, there = shell.elsewhere(tmp_path / "here"), shell.elsewhere(tmp_path / "there")
    place = f"rediss://:{password}@127.0.0.1:{front(port, ours)}/"
    here.variables["FUNSIES_JOBS"] = f"{place}?ssl_ca_certs={ours.certificate}"
    here.variables["FUNSIES_KEY"] = Directory(shell.place / ".funsies").keys().keys[0].hex()
    assert here.python(here.script("submit.py", SUBMIT)).code == 0
    invited = here.funsies("invite", str(there.place / "file"))
    assert invited.code == 0, invited.err
    ours.certificate.unlink()

    joined = there.funsies("join", "file", "--burst")
    assert (joined.code, joined.out) == (0, b""), joined.err
    there.variables["FUNSIES_JOIN"] = "file"
    assert '"done":1' in there.funsies("status", "--json").text.replace(" ", "")

    trap = str(front(port, others))
    for name, url in {
        "trapped": invitation(there.place / "file")["jobs_url"],
        "untold": place,
    }.items():
        said = invitation(there.place / "file")
        said["jobs_url"] = url.replace(str(urlsplit(url).port), trap)
        (there.place / name).write_text(json.dumps(said))
        (there.place / name).chmod(0o600)
        refused = there.funsies("join", name, "--burst")
        assert (refused.code, "certificate" in refused.err) == (3, True), refused.err
        assert password not in refused.err
