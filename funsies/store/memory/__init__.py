"""The store in the memory of one process: reference model, and what ``memory://`` gives."""

from .store import MemoryStore

__all__ = ["MemoryStore"]
