"""A server and workers on this machine, started when they are needed."""

from .managed import ManagedFun

__all__ = ["ManagedFun"]
