"""What is wrong with a server, its workers and its state, from what was seen of them."""

from .damage import find_damage
from .data import DataSeen, find_in_data
from .finding import Finding, Level, unseen
from .server import find_in_server
from .state import StateSeen, find_in_state
from .workers import WorkerSeen, find_in_workers

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
