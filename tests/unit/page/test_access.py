"""Who is let in to the page: nobody without its token, by another name, or from elsewhere."""

from __future__ import annotations

import asyncio

import pytest
from starlette.responses import PlainTextResponse

from funsies.page.access import COOKIE, HEADERS, Access, AccessMiddleware

PORT = 8000
HERE = f"127.0.0.1:{PORT}"


@pytest.fixture
def given() -> Access:
    return Access(PORT)


@pytest.fixture
def ask(given: Access):
    """Send a request to a door, and return status, headers and body."""
    door = AccessMiddleware(PlainTextResponse("inside"), given)

    def ask(path: str, method: str = "GET", **headers: str):
        sent: list[dict] = []
        plain, _, query = path.partition("?")
        said = {"host": HERE} | headers
        scope = {
            "type": "http",
            "method": method,
            "path": plain,
            "query_string": query.encode(),
            "headers": [(name.encode(), value.encode()) for name, value in said.items()],
        }

        async def receive() -> dict:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: dict) -> None:
            sent.append(message)

        asyncio.run(door(scope, receive, send))
        answered = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], answered, b"".join(each.get("body", b"") for each in sent)

    return ask


def cookie_of(given: Access) -> str:
    return f"{COOKIE}={given.visit}"


def test_nothing_is_shown_without_the_token(ask, given: Access) -> None:
    for path in ("/", given.root, f"{given.root}steps", f"{given.root}static/page.css"):
        status, _, body = ask(path)
        assert status == 403
        assert b"inside" not in body


def test_a_wrong_token_is_refused_and_gives_no_cookie(ask, given: Access) -> None:
    for wrong in ("", "x", given.token[:-1], given.token + "x", given.visit, given.form):
        status, headers, _ = ask(f"{given.root}?token={wrong}")
        assert status == 403
        assert "set-cookie" not in headers


def test_the_token_gives_a_cookie_that_scripts_and_other_sites_do_not_have(
    ask, given: Access
) -> None:
    status, headers, body = ask(f"{given.root}?token={given.token}")
    assert status == 200
    assert b"inside" not in body
    parts = headers["set-cookie"].lower()
    assert given.visit in headers["set-cookie"]
    assert given.token not in headers["set-cookie"]
    for part in ("httponly", "samesite=strict", f"path={given.root.lower()}"):
        assert part in parts


def test_the_cookie_lets_in(ask, given: Access) -> None:
    assert ask(f"{given.root}steps", cookie=cookie_of(given))[2] == b"inside"


@pytest.mark.parametrize("wrong", ["", "x", "token", "form"])
def test_a_wrong_cookie_does_not(ask, given: Access, wrong: str) -> None:
    value = getattr(given, wrong, wrong)
    assert ask(f"{given.root}steps", cookie=f"{COOKIE}={value}")[0] == 403


@pytest.mark.parametrize(
    "host", ["evil.example", f"evil.example:{PORT}", "127.0.0.1", "127.0.0.1:1", f"{HERE}.x"]
)
def test_a_name_that_points_here_is_not_ours(ask, given: Access, host: str) -> None:
    """A page of ``evil.example`` may let that name point to this machine (DNS rebinding)."""
    answer = ask(f"{given.root}steps", cookie=cookie_of(given), host=host)
    assert answer[0] == 403
    assert ask(f"{given.root}?token={given.token}", host=host)[0] == 403


@pytest.mark.parametrize("origin", [None, "null", "http://evil.example", "http://127.0.0.1:1"])
def test_a_form_of_another_site_is_refused(ask, given: Access, origin: str | None) -> None:
    said = {"cookie": cookie_of(given)} | ({"origin": origin} if origin else {})
    assert ask(f"{given.root}steps/0/reset", "POST", **said)[0] == 403


def test_a_form_of_ours_is_not(ask, given: Access) -> None:
    said = {"cookie": cookie_of(given), "origin": f"http://{HERE}"}
    assert ask(f"{given.root}steps/0/reset", "POST", **said)[0] == 200


def test_every_answer_says_what_a_browser_may_do_with_it(ask, given: Access) -> None:
    refused, welcome = ask("/"), ask(f"{given.root}?token={given.token}")
    inside = ask(f"{given.root}steps", cookie=cookie_of(given))
    for _, headers, _ in (refused, welcome, inside):
        assert {
            name.lower(): value for name, value in HEADERS.items()
        }.items() <= headers.items()
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in HEADERS["Content-Security-Policy"]


def test_secrets_differ_each_time_and_are_not_shown_by_chance(given: Access) -> None:
    other = Access(PORT)
    assert len({given.token, given.visit, given.form, other.token, other.visit}) == 5
    for secret in (given.token, given.visit, given.form):
        assert secret not in repr(given)
