"""The event loop that asyncio keeps for a thread: one step may have closed that of another."""

from __future__ import annotations

import asyncio

from typing_extensions import override

from .settings import Setting


class _Policy(asyncio.DefaultEventLoopPolicy):
    """The usual policy, which takes note when a loop is set: looking for it costs nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.was_used = False

    @override
    def set_event_loop(self, loop: asyncio.AbstractEventLoop | None) -> None:
        self.was_used = True
        super().set_event_loop(loop)


def event_loops() -> Setting:
    """The policy and the loop of this thread; a policy of somebody else is left as it is."""
    policy = asyncio.get_event_loop_policy()
    if type(policy) is not asyncio.DefaultEventLoopPolicy and not _is_unused(policy):
        return Setting(asyncio.get_event_loop_policy, asyncio.set_event_loop_policy)
    _renew()
    return Setting(lambda: _is_unused(asyncio.get_event_loop_policy()), _renew)


def _is_unused(policy: asyncio.AbstractEventLoopPolicy) -> bool:
    return isinstance(policy, _Policy) and not policy.was_used


def _renew(_: object = None) -> None:
    asyncio.set_event_loop_policy(_Policy())
