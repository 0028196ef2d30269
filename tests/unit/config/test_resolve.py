"""Which server is used: explicit, environment, nearest live directory, default."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from funsies.config import (
    ConfigurationError,
    Directory,
    ResolvedServer,
    Server,
    ServerRecord,
    resolve,
)
from funsies.config.directory import decode_server_record, encode_server_record
from funsies.core.keyring import Keyring

KEY = "00" * 32


@pytest.fixture
def listening(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Path of a socket on which somebody listens."""
    place = tmp_path_factory.mktemp("s") / "s"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(place))
        server.listen()
        yield str(place)


@pytest.fixture
def project(tmp_path: Path, listening: str) -> Directory:
    """A directory with a live server and a key."""
    directory = Directory(tmp_path / ".funsies")
    directory.create()
    directory.ensure_keys()
    directory.write_record(
        ServerRecord(
            pid=1,
            host=socket.gethostname(),
            socket=listening,
            password="pw",
        )
    )
    return directory


def test_without_anything_the_local_redis_is_used(tmp_path: Path) -> None:
    found = resolve(start=tmp_path, environment={})
    assert found.jobs_url == "redis://localhost:6379"
    assert found.data_url is None
    assert found.is_default
    assert not found.keys


def test_the_live_server_of_a_directory_above_is_found(project: Directory) -> None:
    below = project.path.parent / "a" / "b"
    below.mkdir(parents=True)
    found = resolve(start=below, environment={})
    record = project.record()
    assert record is not None
    assert found.jobs_url == record.jobs_url
    assert found.data_url is None, "the server says where large values are"
    assert found.keys == project.keys()
    assert found.directory == project.path
    assert not found.is_default


def test_a_directory_without_a_live_server_is_passed_over(project: Directory) -> None:
    nearer = Directory(project.path.parent / "near" / ".funsies")
    nearer.path.parent.mkdir()
    nearer.create()
    nearer.write_record(ServerRecord(pid=1, host=socket.gethostname(), socket="/nowhere"))
    assert resolve(start=nearer.path.parent, environment={}).directory == project.path


def test_the_environment_goes_before_a_directory(project: Directory) -> None:
    variables = {"FUNSIES_JOBS": "redis://cluster:1", "FUNSIES_DATA": "file:///scratch"}
    found = resolve(start=project.path.parent, environment=variables)
    assert (found.jobs_url, found.data_url) == ("redis://cluster:1", "file:///scratch")
    assert found.directory is None
    assert not found.keys


def test_the_variable_of_older_versions_is_understood(tmp_path: Path) -> None:
    variables = {"FUNSIES_URL": "redis://old:1"}
    assert resolve(start=tmp_path, environment=variables).jobs_url == "redis://old:1"


def test_what_is_said_explicitly_goes_before_everything(project: Directory) -> None:
    variables = {"FUNSIES_JOBS": "redis://env:1", "FUNSIES_DATA": "redis://env:1"}
    said = Server("redis://said:1", "file:///said")
    found = resolve(said, start=project.path.parent, environment=variables)
    assert (found.jobs_url, found.data_url) == ("redis://said:1", "file:///said")


def test_what_is_tried_out_in_memory_stays_there(tmp_path: Path) -> None:
    variables = {"FUNSIES_DATA": "file:///precious"}
    found = resolve(Server("memory://"), start=tmp_path, environment=variables)
    assert found.data_url is None


def test_the_key_of_a_directory_serves_whoever_names_its_server(project: Directory) -> None:
    record = project.record()
    assert record is not None
    variables = {"FUNSIES_JOBS": record.jobs_url}
    assert resolve(start=project.path, environment=variables).keys == project.keys()


def test_the_key_of_the_environment_goes_before_that_of_a_directory(project: Directory) -> None:
    found = resolve(start=project.path.parent, environment={"FUNSIES_KEY": KEY})
    assert found.keys == Keyring((bytes(32),))


@pytest.mark.parametrize(
    "text", ["short", "zz" * 32, "00" * 8, "00" * 15, "", " ", f"{KEY},", f"{KEY},00"]
)
def test_a_key_that_is_none_is_refused_and_not_repeated(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigurationError, match="openssl rand") as caught:
        resolve(start=tmp_path, environment={"FUNSIES_KEY": text})
    assert not text.strip() or text not in str(caught.value)


def test_several_keys_are_valid_while_they_rotate() -> None:
    found = resolve(environment={"FUNSIES_KEY": f"{KEY}, {'ab' * 16}"})
    assert found.keys == Keyring((bytes(32), b"\xab" * 16))
    assert resolve(environment=found.environment()).keys == found.keys


def test_a_resolved_server_stays_what_it_is() -> None:
    server = ResolvedServer("redis://h:1", "redis://h:1", Keyring((b"k",)))
    assert resolve(server, environment={"FUNSIES_JOBS": "redis://other:1"}) is server


def test_another_process_finds_the_same_server_by_its_environment(project: Directory) -> None:
    found = resolve(start=project.path.parent, environment={})
    again = resolve(start=Path("/"), environment=found.environment())
    assert (again.jobs_url, again.data_url) == (found.jobs_url, found.data_url)
    assert again.keys == found.keys


def test_a_directory_that_others_may_write_to_is_left_out(project: Directory) -> None:
    project.path.chmod(0o770)
    assert resolve(start=project.path.parent, environment={}).is_default


def test_a_directory_of_somebody_else_is_left_out(
    project: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 12345)
    assert resolve(start=project.path.parent, environment={}).is_default


def test_a_current_directory_that_is_gone_is_said_to_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    with pytest.raises(ConfigurationError, match="change to another"):
        resolve(environment={})


def test_the_files_of_a_directory_are_for_their_owner_only(project: Directory) -> None:
    assert project.path.stat().st_mode & 0o777 == 0o700
    for file in (project.record_path, project.key_path):
        assert file.stat().st_mode & 0o777 == 0o600


def test_the_key_is_made_once(project: Directory) -> None:
    assert project.ensure_keys() == project.ensure_keys()
    assert [len(key) for key in project.ensure_keys().keys] == [32]


def test_git_does_not_see_the_directory(project: Directory) -> None:
    assert (project.path / ".gitignore").read_text() == "*\n"


def test_nothing_shows_the_password_or_the_key(project: Directory) -> None:
    found = resolve(start=project.path.parent, environment={})
    record = project.record()
    assert found.keys
    for shown in (repr(found), repr(record), repr(Server("redis://:pw@h")), found.shown):
        assert "pw" not in shown
        assert found.keys.keys[0].hex() not in shown


def test_a_record_that_was_cut_short_counts_as_none(project: Directory) -> None:
    record = project.record()
    assert record is not None
    data = encode_server_record(record)
    assert decode_server_record(data) == record
    assert decode_server_record(data[:-5]) is None
    assert decode_server_record(b'{"pid": "x"}') is None


def test_a_server_on_another_machine_is_reached_by_its_port_only() -> None:
    local = ServerRecord(pid=1, host="elsewhere.invalid", socket="/s", port=7, password="p")
    assert not local.answers()
    shared = ServerRecord(
        pid=1, host="elsewhere.invalid", socket="/s", port=7, bind="::", password="p"
    )
    assert shared.jobs_url == "redis://:p@elsewhere.invalid:7"
