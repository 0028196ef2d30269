"""Addresses: wrong ones are refused with a remedy, and no password is ever shown."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.config.urls import (
    ConfigurationError,
    check_data_url,
    check_jobs_url,
    tcp_url,
    unix_url,
)
from funsies.store.server_address import hide_secrets

PASSWORDS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Z"]), min_size=8, max_size=40
).filter(lambda text: text not in "redis://***@host:6379")


@given(password=PASSWORDS)
def test_no_password_survives_hiding(password: str) -> None:
    shown = hide_secrets(f"cannot reach {tcp_url('host', 6379, password)}, sorry")
    assert password not in shown
    assert shown == "cannot reach redis://***@host:6379, sorry"


@given(password=PASSWORDS)
def test_a_password_typed_without_escapes_is_hidden_as_well(password: str) -> None:
    assert password not in hide_secrets(f"redis://:{password}@host:6379")


@given(password=PASSWORDS)
def test_of_a_socket_the_path_is_shown_and_nothing_else(password: str) -> None:
    for url in (unix_url("/run/socket", password), f"unix://me:{password}@/run/socket"):
        assert hide_secrets(f"no {url}") == "no unix:///run/socket"


def test_a_password_given_as_a_parameter_is_hidden() -> None:
    assert (
        hide_secrets("redis://h:1/0?password=secret&db=1") == "redis://h:1/0?password=***&db=1"
    )


def test_paths_with_an_at_sign_are_shown_as_they_are() -> None:
    assert hide_secrets("unix:///home/me@work/s") == "unix:///home/me@work/s"


def test_any_path_can_hold_a_socket() -> None:
    assert unix_url("/run/a b%c#d?e", None) == "unix:///run/a%20b%25c%23d%3Fe"


@pytest.mark.parametrize("url", ["", "localhost:6379", "http://x", "redis:/x", "://", "redis"])
def test_what_is_no_address_of_a_server_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"--jobs.*redis://"):
        check_jobs_url(url, "--jobs")


def test_a_bad_port_is_refused_without_showing_the_password() -> None:
    with pytest.raises(ConfigurationError) as caught:
        check_jobs_url("redis://:sec/ret@host:6379", "FUNSIES_JOBS")
    assert "sec" not in str(caught.value)
    assert "ret" not in str(caught.value)
    assert caught.value.__context__ is None  # the parser's message quotes the password


@pytest.mark.parametrize("url", ["data", "/scratch/data", ""])
def test_what_is_no_address_of_a_data_store_is_refused(url: str) -> None:
    with pytest.raises(ConfigurationError, match="file:///"):
        check_data_url(url, "--data")


@pytest.mark.parametrize("url", ["redis://h", "rediss://h:1", "unix:///s", "memory://"])
def test_addresses_of_all_kinds_of_servers_are_taken(url: str) -> None:
    assert check_jobs_url(url, "--jobs") == url
