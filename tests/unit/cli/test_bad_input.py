"""Whatever addresses, names and numbers a command is given: one line and a stable exit code."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from funsies.cli.exits import Exit
from funsies.cli.main import main

PASSWORD = "hunter2"

COMMANDS = (
    ("cat", "abc"),
    ("clean", "--yes"),
    ("debug", "abc"),
    ("execute", "abc"),
    ("graph",),
    ("logs", "abc"),
    ("ls",),
    ("parametric", "list"),
    ("replay", "abc"),
    ("reset", "abc"),
    ("run", __file__),
    ("shutdown",),
    ("status",),
    ("tree", "abc"),
    ("wait", "abc"),
    ("worker",),
    ("worker", "--workers", "2"),
)

NO_SERVERS = (
    "redis://",
    "redis://:6379",
    f"redis://:{PASSWORD}@:6379",
    f"redis://{'a' * 64}:1",
    f"redis://{'é' * 64}.example:1",
    "redis://a..b:1",
    "redis://a b:1",
    "redis://[::1:1",
    "redis://[zz]:1",
    "redis://::1:6379",
    "redis://host:0",
    "redis://host:65536",
    "redis://host:-1",
    f"redis://:{PASSWORD}%zz@host",
    f"redis://:{PASSWORD}%ff@host",
    f"redis://:{PASSWORD}#@host",
    "redis://ho%00st:1",
    "redis://host\n:1",
    "redis://h\udcffst:1",
    "REDIS://host",
    "redis://host/abc",
    "redis://host/-1",
    f"redis://host/{'9' * 5000}",
    "unix://relative",
    "unix:///",
    "unix:///tmp",
    f"unix://{__file__}",
    "unix:///tmp/a%00b",
    f"unix:///{'a' * 200}",
    *(
        f"redis://127.0.0.1:1/0?{query}"
        for query in (
            "db=abc",
            "db=-1",
            "db=",
            "db=1&db=2",
            "protocol=9",
            "protocol=3",
            "decode_responses=true",
            "encoding=utf-16",
            "max_connections=x",
            "connection_class=foo",
            "parser_class=x",
            "socket_timeout=foo",
            "socket_timeout=nan",
            "socket_timeout=-1",
            "socket_timeout=1e400",
            "socket_connect_timeout=1e10",
            "socket_keepalive=maybe",
            "socket_read_size=x",
            "health_check_interval=x",
            "retry=3",
            "host=other",
            "p%61ssword=hunter2",
            "ssl_cert_reqs=none",
            "nonsense",
        )
    ),
    *(
        f"rediss://127.0.0.1:1/0?{query}"
        for query in (
            "ssl_min_version=9",
            "ssl_cert_reqs=perhaps",
            "ssl_check_hostname=7",
            "ssl_ca_certs=/no/such/file",
            "ssl_ca_path=/no/such/directory",
            "ssl_keyfile=/tmp",
            "ssl_ciphers=x",
        )
    ),
    "unix:///run/none?socket_keepalive=true",
)


def assert_one_line(given: Sequence[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Run a command that must be refused; return what it said."""
    code = main(list(given))
    said = capsys.readouterr()
    assert code == Exit.USAGE, said.err
    assert said.out == ""
    assert said.err.startswith("funsies: ")
    assert said.err.count("\n") == 1
    assert PASSWORD not in said.err
    return said.err


@pytest.fixture(autouse=True)
def elsewhere(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No directory has a server, nor has the environment."""
    monkeypatch.chdir(tmp_path)
    for name in ("FUNSIES_JOBS", "FUNSIES_URL", "FUNSIES_DATA", "FUNSIES_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("join", "file", "--data", "file:///x"), "funsies --data ... join"),
        (("worker", "-d", "file:///x"), "funsies -d ... worker"),
        (("ls", "--jobs", "redis://x"), "funsies --jobs ... ls"),
        (("run", "--jobs", "redis://x", "a.py"), "funsies --jobs ... run"),
        (("parametric", "list", "--log", "info"), "funsies --log ... parametric list"),
    ],
)
def test_an_option_of_all_commands_is_said_to_go_before_them(
    given: Sequence[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert f"goes before the command: {words}\n" in assert_one_line(given, capsys)


@pytest.mark.parametrize("url", NO_SERVERS, ids=lambda url: ascii(url)[:50])
def test_an_address_that_cannot_be_one_is_refused_by_every_command(
    url: str, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in COMMANDS:
        assert_one_line(["--jobs", url, *command], capsys)


@pytest.mark.parametrize("url", NO_SERVERS[::7], ids=lambda url: ascii(url)[:50])
def test_so_it_is_in_the_environment_and_as_the_place_of_values(
    url: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_one_line(["--data", url, "status"], capsys)
    monkeypatch.setenv("FUNSIES_JOBS", url)
    assert "FUNSIES_JOBS" in assert_one_line(["status"], capsys)


def test_an_unknown_parameter_is_named_with_those_that_there_are(
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = assert_one_line(["--jobs", "redis://h?decode_responses=true", "ls"], capsys)
    assert "'decode_responses', which is unknown; there are db, username, password" in said


NAMES = ("", " ", "a@b", "a b", "a\nb", "a\tb", "\x1b[31m", "a\u00a0b", "q" * 101, "\udcff")


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_of_queues_and_workers_are_looked_at(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_one_line(["worker", "--", name], capsys)
    assert_one_line(["execute", "--queue", name, "abc"], capsys)
    if name != "a@b":
        assert_one_line(["worker", "--name", name], capsys)


NUMBERS = ("-1", "nan", "inf", "-inf", "1e400", "x", "", "1_0x", "9" * 5000)


@pytest.mark.parametrize("number", NUMBERS, ids=lambda text: text[:10])
@pytest.mark.parametrize(
    "command",
    [
        ("wait", "abc", "--timeout"),
        ("execute", "abc", "--timeout"),
        ("parametric", "run", "name", "--timeout"),
        ("worker", "--walltime"),
        ("worker", "--workers"),
        ("worker", "--lock-descriptor"),
        ("run", __file__, "--workers"),
        ("ls", "--limit"),
        ("tree", "abc", "--depth"),
    ],
    ids=lambda words: " ".join(words[:1] + words[-1:]),
)
def test_numbers_that_make_no_sense_are_refused(
    command: Sequence[str], number: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_one_line([*command, number], capsys)


@pytest.mark.parametrize("count", ["1001", "1000000000000"])
def test_nobody_starts_a_million_workers_by_a_slip(
    count: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert_one_line(["worker", "--workers", count], capsys)


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("flow", "File 'flow' does not exist; do you mean flow.py?"),
        ("flwo.py", "File 'flwo.py' does not exist; do you mean flow.py?"),
        ("./flo", "File './flo' does not exist; do you mean flow.py?"),
        ("package/", "File 'package/' is a directory; run a package with -m package"),
        ("../package", "File '../package' does not exist"),
        ("elsewhere/flow.py", "File 'elsewhere/flow.py' does not exist"),
        (".", "File '.' is a directory"),
        ("analysis.py", "File 'analysis.py' does not exist"),
    ],
)
def test_a_script_that_is_not_there_is_told_with_what_is_meant(
    tmp_path, monkeypatch, capsys, typed, told
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "flow.py").touch()
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "__main__.py").touch()
    assert main(["run", typed]) == Exit.USAGE
    assert f": {told} (see funsies run --help)" in capsys.readouterr().err
