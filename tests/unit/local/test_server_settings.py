"""The server's settings: safe by default, and nothing unsafe without being told."""

from __future__ import annotations

import ast
import os
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from funsies.config import ConfigurationError
from funsies.local.server_settings import ServerSettings, configuration


def written(settings: ServerSettings, directory: str = "/d") -> list[str]:
    text = configuration(settings, directory=Path(directory), socket="/d/s", password="pw")
    return text.splitlines()


def test_by_default_nothing_but_the_socket_of_the_owner_is_open() -> None:
    lines = written(ServerSettings())
    assert "port 0" in lines
    assert "unixsocketperm 700" in lines
    assert 'requirepass "pw"' in lines


def test_nothing_is_lost_and_no_key_is_evicted() -> None:
    lines = written(ServerSettings())
    assert "appendonly yes" in lines
    assert "appendfsync everysec" in lines
    assert "maxmemory-policy noeviction" in lines


def test_a_port_is_open_to_this_machine_only() -> None:
    settings = ServerSettings(port=7000)
    settings.check()
    assert 'bind "127.0.0.1"' in written(settings)


@pytest.mark.parametrize(
    ("settings", "remedy"),
    [
        (ServerSettings(port=7000, bind="192.0.2.7"), "--insecure"),
        (ServerSettings(port=7000, bind="192.0.2.7", has_password=False), "--no-pw"),
        (
            ServerSettings(port=7000, bind="::", has_password=False, is_insecure=True),
            "--no-pw",
        ),
        (ServerSettings(port=7000, has_password=False), "--insecure"),
        (ServerSettings(bind="192.0.2.7"), "--port"),
        (ServerSettings(port=0), "1 to 65535"),
        (ServerSettings(port=70000), "1 to 65535"),
    ],
)
def test_what_would_let_others_in_is_refused_with_a_remedy(
    settings: ServerSettings, remedy: str
) -> None:
    with pytest.raises(ConfigurationError, match=remedy):
        settings.check()


def test_another_interface_is_possible_with_a_password_and_an_explicit_word() -> None:
    ServerSettings(port=7000, bind="192.0.2.7", is_insecure=True).check()


@given(name=st.binary().filter(lambda name: b"\0" not in name))
@example(name=b"d\nprotected-mode no")
@example(name=b"\xff")
def test_any_directory_name_is_one_word_of_the_file(name: bytes) -> None:
    """A line break in it cannot smuggle in a setting."""
    directory = Path("/d") / os.fsdecode(name)
    first = configuration(
        ServerSettings(), directory=directory, socket="/s", password=None
    ).split("\n")[0]
    word = first.removeprefix('dir "').removesuffix('"')
    assert ast.literal_eval(f'b"{word}"') == os.fsencode(directory)
