"""``funsies ui``: who may see the page, what it shows, and what it does."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest
from markupsafe import escape

from funsies.cli.main import main
from tests.acceptance.page.conftest import HOSTILE, Page, end_of


def first_step(page: Page, text: str, state: str = "") -> str:
    """Hash of a step that is listed."""
    listed = page.get(f"steps?text={quote(text)}&state={state}")
    found = re.search(r"/steps/([0-9a-f]{64})", listed)
    assert found, listed
    return found[1]


def press(page: Page, of: str, action: str) -> None:
    """Go to where an action asks, and say yes."""
    path = f"{of}/{action}"
    secret = re.search(r'name="form" value="([^"]+)"', page.get(path))
    assert secret
    said = {"Cookie": page.cookie(), "Origin": f"http://127.0.0.1:{page.port}"}
    assert page.ask(page.root + path, "POST", f"form={secret[1]}", **said)[0] == 303


@pytest.mark.slow
def test_nothing_is_shown_without_the_token(page: Page) -> None:
    step = first_step(page, "square")
    for path in (
        "",
        "steps",
        f"steps/{step}",
        "workers",
        "static/page.js",
        f"steps/{step}/run",
    ):
        for cookie in ("", "funsies=x"):
            status, headers, body = page.ask(page.root + path, Cookie=cookie)
            assert status == 403
            assert "square" not in body
            assert headers["Cache-Control"] == "no-store"


def test_it_listens_on_this_machine_only(page: Page) -> None:
    """Linux: who listens, /proc says; a number in hexadecimal, the last byte first."""
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    lines += Path("/proc/net/tcp6").read_text().splitlines()[1:]
    listening = [line.split()[1] for line in lines if line.split()[3] == "0A"]
    assert [each for each in listening if each.endswith(f":{page.port:04X}")] == [
        f"0100007F:{page.port:04X}"
    ]


def test_the_token_is_in_no_arguments(page: Page, shared_shell) -> None:
    token = page.address.partition("token=")[2]
    arguments = [line for line in shared_shell.processes() if "ui" in line]
    assert arguments
    assert not any(token in line for line in shared_shell.processes())


def test_no_other_name_leads_to_the_page(page: Page) -> None:
    status, _, _ = page.ask(page.root, Cookie=page.cookie(), Host="evil.example")
    assert status == 403


def test_tasks_are_counted_and_lead_to_their_steps(page: Page) -> None:
    body = page.get()
    row = re.search(r'<tr><th[^>]*><a href="([^"]*)">square</a>(.*?)</tr>', body, re.DOTALL)
    assert row
    assert '<td class="number">60</td>' in row[2]
    listed = page.get(unescape(row[1]).removeprefix(page.root))
    assert "fail" not in re.findall(r"steps/[0-9a-f]{64}\">([^<]*)<", listed)


def test_a_page_has_a_few_steps_and_leads_to_the_others(page: Page) -> None:
    assert "there is no such page" in page.ask(page.root + "no", Cookie=page.cookie())[2]
    found, path, pages = set(), "steps", 0
    while path:
        body = page.get(path)
        found |= set(re.findall(r"steps/([0-9a-f]{64})", body))
        more = re.search(r'rel="next" href="([^"]*)"', body)
        path = unescape(more[1]).removeprefix(page.root) if more else ""
        pages += 1
    assert len(found) == 67


def test_a_failed_step_shows_its_error_with_the_line_of_its_source(page: Page) -> None:
    body = unescape(page.get(f"steps/{first_step(page, 'fail', 'failed')}"))
    assert "raise ValueError(text)" in body
    assert f"ValueError: {HOSTILE}" in body


def test_a_step_of_a_function_shows_its_code_and_what_its_inputs_are_called(page: Page) -> None:
    body = page.get(f"steps/{first_step(page, 'square')}")
    assert '<th scope="row">number</th>' in body
    source = unescape(re.sub(r"</?span[^>]*>", "", body))
    assert "def square(number: int) -> int:" in source
    assert re.search(r"workflow\.py:[0-9]+</code>", body)
    assert f"square -&gt; HOSTILE</th><td>{escape(repr(HOSTILE))}" in body


def test_a_shell_step_shows_its_commands_and_where_they_printed(page: Page) -> None:
    body = page.get(f"steps/{first_step(page, 'files')}")
    assert f'aria-label="Command">cat *.txt # {escape(HOSTILE)}</pre>' in body
    assert "What its commands printed is among the outputs: stdout:0." in body
    assert "bash " in body


def test_the_line_that_failed_is_marked_in_the_source(page: Page) -> None:
    body = page.get(f"steps/{first_step(page, 'fail', 'failed')}")
    marked = re.findall(r'class="line marked" data-number="[0-9]+">(.*?)\n</span>', body)
    assert [re.sub(r"<[^>]*>", "", line).strip() for line in marked] == [
        "raise ValueError(text)"
    ]


def test_a_step_with_an_error_among_its_inputs_leads_to_where_it_is_from(page: Page) -> None:
    failed, last = first_step(page, "fail", "failed"), first_step(page, "last")
    body = page.get(f"steps/{last}")
    assert f"{page.root}steps/{failed}" in body
    assert f'<td><a href="{page.root}steps/{failed}">fail &lt;img' in body


def test_a_run_tells_who_asked_for_what_and_how_it_ended(page: Page) -> None:
    listed = page.get("runs")
    assert "workflow.py" in listed
    number = re.findall(r"/runs/([0-9]+)\"", listed)[-1]
    body = page.get(f"runs/{number}")
    assert 'class="state-failed">errors<' in body
    row = re.search(r">square</a></th>(.*?)</tr>", body, re.DOTALL)
    assert row
    assert re.findall(r">([0-9]+)</td>", row[1])[:2] == ["60", "0"]
    assert f"{page.root}graph?run={number}" in body


def test_it_says_why_a_step_ran(page: Page, shared_shell) -> None:
    """The function is edited, and run again: the page shows the lines that differ."""
    script = "import funsies as f\n@f.task\ndef edited(n: int) -> int:\n    return n + 1\n"
    script += "with f.Fun():\n    f.execute(edited(1)).wait()\n"
    shared_shell.script("edited.py", script)
    assert shared_shell.python("edited.py").code == 0
    shared_shell.script("edited.py", script.replace("n + 1", "n + 2 # <b>"))
    assert shared_shell.python("edited.py").code == 0
    number = max(int(each) for each in re.findall(r"/runs/([0-9]+)\"", page.get("runs")))
    told = unescape(page.get(f"runs/{number}/why"))
    assert "edited" in told
    step = re.search(r"steps/([0-9a-f]{64})", page.get(f"runs/{number}"))
    assert step
    told = page.get(f"steps/{step[1]}/why")
    assert "return n + 1" in told
    assert "return n + 2" in told
    assert "# <b>" not in told
    assert "not in run 1" in page.get(f"steps/{step[1]}/why?run=1")


def test_a_run_that_is_not_there_is_said(page: Page) -> None:
    for number in ("99", "x", "-1", "9" * 30):
        status, _, body = page.ask(f"{page.root}runs/{number}", Cookie=page.cookie())
        assert status == 404
        assert "there is no run" in body


def test_what_comes_from_a_workflow_is_escaped(page: Page) -> None:
    steps = [
        first_step(page, each) for each in ("fail", "files", "square", "manuscript", "table")
    ]
    for path in (
        "",
        "runs",
        "graph",
        "graph?run=1",
        "runs/1",
        "runs/1/cancel",
        "steps",
        "steps?task=" + quote(HOSTILE),
        *(f"steps/{it}" for it in steps),
    ):
        body = page.get(path)
        assert "<img src=x" not in body
        assert "<script>" not in body
        assert "<body onload" not in body


def test_a_value_is_saved_never_run(page: Page) -> None:
    step = page.get(f"steps/{first_step(page, 'manuscript')}")
    path = re.search(r'href="([^"]*/bytes)"', step)
    assert path
    status, headers, body = page.ask(path[1], Cookie=page.cookie())
    assert status == 200
    assert HOSTILE in body
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["Content-Disposition"].startswith("attachment")
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in headers["Content-Security-Policy"]


def test_a_step_is_not_reset_by_looking_or_by_a_form_from_elsewhere(page: Page) -> None:
    step = first_step(page, "table")
    path = f"{page.root}steps/{step}/reset"
    asked = page.get(f"steps/{step}/reset")
    secret = re.search(r'name="form" value="([^"]+)"', asked)
    assert secret
    origin, cookie = f"http://127.0.0.1:{page.port}", page.cookie()
    wrong = [
        ({"Cookie": cookie, "Origin": origin}, "form=x"),
        ({"Cookie": cookie, "Origin": "http://evil.example"}, f"form={secret[1]}"),
        ({"Cookie": cookie}, f"form={secret[1]}"),
        ({"Origin": origin}, f"form={secret[1]}"),
    ]
    for headers, body in wrong:
        for place in (path, f"{page.root}runs/1/cancel"):
            assert page.ask(place, "POST", body, **headers)[0] == 403
    assert 'class="state-done"' in page.get(f"steps/{step}")


def test_a_step_is_reset_and_run_again(page: Page, shared_shell) -> None:
    step = first_step(page, "table")
    press(page, f"steps/{step}", "reset")
    assert 'class="state-idle"' in page.get(f"steps/{step}")
    press(page, f"steps/{step}", "run")
    assert shared_shell.funsies("wait", step).code == 0
    assert 'class="state-done"' in page.get(f"steps/{step}")
    asked = json.loads(shared_shell.funsies("runs", "--json", "--limit", "1").text)[0]
    assert asked["arguments"] == ["ui", "--no-browser"]
    assert asked["outcome"] == "done"
    assert asked["ended"] is not None


def test_a_running_step_is_cancelled(page: Page, shared_shell) -> None:
    pipe = shared_shell.place / "never"
    os.mkfifo(pipe)
    shared_shell.script(
        "stays.py",
        "import funsies as f\nwith f.Fun():\n"
        f"    print(f.shell('cat {pipe}', name='stays').stdout.hash)\n",
    )
    step = shared_shell.python("stays.py").text.strip()
    assert shared_shell.funsies("execute", step).code == 0
    assert "Cancel…" in page.get(f"steps/{step}")
    press(page, f"steps/{step}", "cancel")
    waited = shared_shell.funsies("wait", step)
    assert waited.code == 1, waited.err
    assert "Cancelled" in page.get(f"steps/{step}")


def test_a_whole_run_is_cancelled(page: Page, shared_shell) -> None:
    pipe = shared_shell.place / "never either"
    os.mkfifo(pipe)
    shared_shell.script(
        "waits.py",
        "import sys\nimport funsies as f\nwith f.Fun():\n"
        f"    first = f.shell('cat \"{pipe}\"', name='waits')\n"
        "    last = f.reduce(len, first.stdout, name='waits too')\n"
        "    f.execute(last)\n"
        "    print(last.hash, flush=True)\n"
        "    f.wait_for(last)\n"
        "    print(f.take(last, strict=False).failure().kind)\n",
    )
    program = shared_shell.launch("run", "waits.py", "--workers", "0")
    assert program.stdout is not None
    program.stdout.readline()
    number = max(int(each) for each in re.findall(r"/runs/([0-9]+)\"", page.get("runs")))
    assert "Cancel…" in page.get(f"runs/{number}")
    assert "waits.py" in page.get(f"runs/{number}/cancel")
    press(page, f"runs/{number}", "cancel")
    told, noted = program.communicate(timeout=60)
    assert "Cancelled" in told, noted
    assert "Cancel…" not in page.get(f"runs/{number}")


def test_what_is_not_there_is_said(page: Page) -> None:
    status, _, body = page.ask(f"{page.root}steps/{64 * '0'}", Cookie=page.cookie())
    assert status == 404
    assert "nothing on the server has a hash" in body


def test_a_port_that_is_taken_is_named(page: Page, shared_shell) -> None:
    done = shared_shell.funsies("ui", "--no-browser", "--port", str(page.port))
    assert done.code == 2
    assert f"port {page.port} cannot be used" in done.err


def test_ctrl_c_ends_the_page_at_once_also_while_somebody_looks(
    page: Page, shared_shell
) -> None:
    process = shared_shell.launch("ui", "--no-browser")
    assert process.stdout is not None
    other = Page(process.stdout.readline().strip())
    import http.client  # noqa: PLC0415 - a stream, which is left open

    stream = http.client.HTTPConnection("127.0.0.1", other.port, timeout=30)
    stream.request(
        "GET", other.root, headers={"Accept": "text/event-stream", "Cookie": other.cookie()}
    )
    assert stream.getresponse().readline() == b"event: live\n"
    shared_shell.interrupt(process)
    assert end_of(process) == 0
    stream.close()


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_page_that_is_ended_leaves_nothing_behind(
    page: Page, shared_shell, tmp_path: Path, number: int
) -> None:
    """It has written a file from which a browser learns the address."""
    variables = {"TMPDIR": str(tmp_path), "BROWSER": "true"}
    process = replace(shared_shell, variables=variables).launch("ui")
    assert process.stdout is not None
    Page(process.stdout.readline().strip()).cookie()
    assert list(tmp_path.glob("funsies-ui-*/open.html"))
    process.send_signal(number)
    assert end_of(process) == 0
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert main(["ui"]) == 2
    assert "pip install 'funsies[ui]'" in capsys.readouterr().err


@pytest.mark.slow
def test_workers_are_told_of_as_by_top(page: Page, shared_shell) -> None:
    workers: list[dict[str, str]] = []
    # It may still be starting, or run what an earlier test has reset.
    while [each["state"] for each in workers] != ["idle"]:
        workers = json.loads(shared_shell.funsies("top", "--json").text)["workers"]
    (worker,) = workers
    body = page.get("workers")
    assert "Workers 1: 1 idle." in body
    assert f"{worker['host']}:{worker['pid']}</th>" in body
    assert f'<span class="state-{worker["state"]}">' in body
