"""The store as the rest of funsies sees it: two protocols.

:class:`GraphStore` keeps the graph and its state; every call is atomic and may be sent twice.
:class:`DataStore` keeps the bytes of large values under their content digest.
"""

from .data import DataStore
from .graph import GraphStore, Subscription
from .running import AnsweredStep, PendingStep

__all__ = ["AnsweredStep", "DataStore", "GraphStore", "PendingStep", "Subscription"]
