"""Other engines that do the same work: each in its own environment, by a small adapter."""

from .environments import REQUIREMENTS, default_directory
from .measure import CASES, measure_peer

__all__ = ["CASES", "REQUIREMENTS", "default_directory", "measure_peer"]
