"""Where the bytes of large values live: Redis, a directory, or this process's memory."""

from .address import open_data_store
from .chunks import CHUNK_BYTES, FileChunks, copy_to_file, write_file
from .disk import DiskDataStore
from .memory import MemoryDataStore
from .partial import partial_beside
from .redis import RedisDataStore
from .sharing import digest_of
from .trees import ArchiveChunks, is_executable, make_executable, unpack, walk
from .verify import corrupted, fault_of, is_good, missing

__all__ = [
    "CHUNK_BYTES",
    "ArchiveChunks",
    "DiskDataStore",
    "FileChunks",
    "MemoryDataStore",
    "RedisDataStore",
    "copy_to_file",
    "corrupted",
    "digest_of",
    "fault_of",
    "is_executable",
    "is_good",
    "make_executable",
    "missing",
    "open_data_store",
    "partial_beside",
    "unpack",
    "walk",
    "write_file",
]
