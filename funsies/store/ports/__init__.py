"""The store as the rest of funsies sees it: three protocols.

:class:`GraphStore` keeps the graph and its state; every call is atomic and may be sent twice.
:class:`NamedRecords` keeps what is beside it: labels, runs, what a server says of itself.
:class:`DataStore` keeps the bytes of large values under their content digest.
"""

from .data import DataStore
from .execution import AnsweredStep, PendingStep
from .graph import GraphStore
from .named import NamedRecords
from .news import News, Subscription
from .reader import GraphReader
from .repair import Repair

__all__ = [
    "AnsweredStep",
    "DataStore",
    "GraphReader",
    "GraphStore",
    "NamedRecords",
    "News",
    "PendingStep",
    "Repair",
    "Subscription",
]
