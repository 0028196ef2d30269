"""What is changed from the page: each asks first, and needs a form of this very page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from funsies.client.execution import execute
from funsies.client.forgetting import forget
from funsies.client.lookup import stored_artefact
from funsies.client.requests import affected_by, affected_by_run, withdraw
from funsies.core.digest import Digest, short_hash
from funsies.core.options import Options
from funsies.report.runs import program_of

from .access import is_same
from .runs import run_of
from .site import Site
from .steps import step_of

LARGEST_FORM_BYTES: Final = 10_000


@dataclass(frozen=True, slots=True)
class Question:
    """Something that may be done, and what is to be known before.

    Attributes:
        title: what the button says.
        about: what it is done to.
        told: what it does.
        back: where to go on, below the address of the page.
        perform: does it.
    """

    title: str
    about: str
    told: str
    back: str
    perform: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Action:
    """Something that is done to a step.

    Attributes:
        title: what the button says.
        explained: what it does.
        perform: does it.
    """

    title: str
    explained: str
    perform: Callable[[Site, Digest], object]


def _reset(site: Site, step: Digest) -> None:
    forget(site.backend.graph, [step])


def _run(site: Site, step: Digest) -> None:
    """Ask for a step as it was built, on the queue that it had; others keep what they are."""
    known = site.definitions.step(site.backend, step)
    if known.state.status.is_pending:
        return
    forget(site.backend.graph, [step])
    queue = known.state.queue.rpartition("@")[0]
    options = Options(queue=queue) if queue else Options()
    artefact = stored_artefact(site.backend, known.row.outputs[0])
    with site.session() as session:
        execute(artefact, connection=session, options=options)


def _cancel(site: Site, step: Digest) -> None:
    graph = site.backend.graph
    withdraw(graph, affected_by(graph, [step]))


ACTIONS: Final = {
    "cancel": Action(
        "Cancel",
        "It ends, with all that waits for it, for everybody who has asked for it. The error in "
        "its place is not remembered: who executes it again starts it again.",
        _cancel,
    ),
    "run": Action(
        "Run again",
        "Its result is forgotten, with those of all steps that depend on it, and it is asked "
        "for anew. The others run when somebody executes them.",
        _run,
    ),
    "reset": Action(
        "Reset",
        "Its result is forgotten, with those of all steps that depend on it. They run again "
        "when somebody executes them.",
        _reset,
    ),
}


def about_step(site: Site, request: Request) -> Question | None:
    """What may be done to a step; None if there is no such action."""
    action = ACTIONS.get(request.path_params["action"])
    if action is None:
        return None
    step = step_of(site.backend, request)
    known = site.definitions.step(site.backend, step)
    return Question(
        action.title,
        site.naming.labels([step]).of(step, known.row.task_name),
        f"The step {short_hash(step)} is {known.state.status.value}. {action.explained}",
        f"steps/{step.hex()}",
        lambda: action.perform(site, step),
    )


def about_run(site: Site, request: Request) -> Question:
    """The cancellation of a run. Its steps are only looked at when that is meant."""
    backend = site.backend
    run = run_of(backend, request.path_params["number"])
    return Question(
        "Cancel",
        f"run {run.number}",
        f"All steps end that {program_of(run)} of {run.user} on {run.host} has asked for and "
        "that run or wait; what another run wants goes on. The errors in their place are not "
        "remembered: who executes them again starts them again.",
        f"runs/{run.number}",
        lambda: withdraw(backend.graph, affected_by_run(backend, run)),
    )


class Asking:
    """Asks whether something is to be done, and does it when the answer is sent.

    Args:
        site: what the pages share.
        question: says what is asked; None if there is nothing of that name.
    """

    def __init__(
        self, site: Site, question: Callable[[Site, Request], Question | None]
    ) -> None:
        self._site = site
        self._question = question

    async def answer(self, request: Request) -> Response:
        """Answer a request."""
        if request.method == "POST" and not await self._is_ours(request):
            return PlainTextResponse("this form is not of this page\n", status_code=403)
        return await run_in_threadpool(self._answer, request)

    async def _is_ours(self, request: Request) -> bool:
        """True if the form has the secret that only our own pages know."""
        body = b""
        async for piece in request.stream():
            body += piece
            if len(body) > LARGEST_FORM_BYTES:
                return False
        given = parse_qs(body.decode("utf-8", "replace")).get("form", [""])[0]
        return is_same(given, self._site.access.form)

    def _answer(self, request: Request) -> Response:
        asked = self._question(self._site, request)
        if asked is None:
            return PlainTextResponse("there is no such action\n", status_code=404)
        if request.method == "POST":
            asked.perform()
            return RedirectResponse(f"{self._site.access.root}{asked.back}", status_code=303)
        return HTMLResponse(self._site.page("asking", {"asked": asked}))
