"""A server can be used from a directory with any name."""

from __future__ import annotations

from pathlib import Path

from funsies.local.socket_place import choose_socket, remove_socket


def test_a_socket_has_no_space_in_its_path(tmp_path: Path) -> None:
    """The server lists its clients by it, and divides what it says of each by spaces."""
    directory = tmp_path / "my project"
    directory.mkdir()
    chosen = choose_socket(directory)
    assert " " not in chosen
    remove_socket(chosen)
    assert not Path(chosen).parent.exists()
