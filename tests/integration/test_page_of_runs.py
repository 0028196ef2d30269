"""What the pages of runs are told of, and when."""

from __future__ import annotations

import pytest
from starlette.requests import Request

import funsies as f
from funsies.page.access import Access
from funsies.page.runs import RunPages, look_at_runs, run_pulse, runs_pulse
from funsies.page.site import Site


def half(number: float) -> float:
    return number / 2


@pytest.mark.usefixtures("_labels_are_waited_for")
@pytest.mark.parametrize(
    ("name", "pulse", "look"),
    [("run", run_pulse, RunPages().look), ("runs", runs_pulse, look_at_runs)],
)
def test_the_end_of_a_program_is_seen_though_no_step_changes(name, pulse, look) -> None:
    request = Request({"type": "http", "path_params": {"number": "1"}})
    with f.Fun(f.Server("memory://")) as session:
        f.execute(f.reduce(half, 1.0)).wait()
        site = Site(session.server, session.backend, Access(0))
        before = pulse(site, request)
        assert pulse(site, request) == before
        assert "running" in site.live(name, look(site, request))
    assert pulse(site, request) != before
    assert "done" in site.live(name, look(site, request))
