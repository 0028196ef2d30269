"""What is wrong with a server, its workers and its state, from what was seen of them."""

from .finding import Finding, Level, unseen
from .machines import DataSeen, WorkerSeen, find_in_data, find_in_server, find_in_workers
from .stored import StateSeen, find_damage, find_in_state

__all__ = [
    "DataSeen",
    "Finding",
    "Level",
    "StateSeen",
    "WorkerSeen",
    "find_damage",
    "find_in_data",
    "find_in_server",
    "find_in_state",
    "find_in_workers",
    "unseen",
]
