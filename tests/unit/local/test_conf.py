"""The server's settings: safe by default, and nothing unsafe without being told."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.config import ConfigurationError
from funsies.local.conf import ServerSettings, configuration


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


@given(name=st.text(st.characters(exclude_characters="\n\0", exclude_categories=["Cs"])))
def test_any_directory_name_is_one_word_of_the_file(name: str) -> None:
    first = configuration(
        ServerSettings(), directory=Path(f"/d/{name}"), socket="/s", password=None
    ).split("\n")[0]
    assert first.startswith('dir "/')
    assert first.endswith('"')


def test_a_line_break_cannot_smuggle_in_a_setting() -> None:
    with pytest.raises(ConfigurationError, match="line break"):
        written(ServerSettings(), directory="/d\nprotected-mode no")
