"""``dict[str, bytes]`` as a directory of files: an archive, written and read as a stream.

An ordinary ``dict[str, bytes]`` is JSON. What shell steps make of several files, and take as a
directory, is too large for that: see :mod:`funsies.core.archive`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from funsies.core.archive import pack, unpacked
from funsies.core.encoding.mappings import TextDictNode
from funsies.core.encoding.marks import Mark
from funsies.core.encoding.node import Refused
from funsies.core.encoding.scalars import BytesNode, StrNode
from funsies.core.errors import FileNameError
from funsies.core.file_names import validate_file_name, validate_file_names

if TYPE_CHECKING:
    from funsies.core.encoding.describe import Scope

WIRE: Final = "files"
"""How such values are called where they are stored."""


Files = Annotated[dict[str, bytes], Mark.FILES]
"""Files by their names, stored as an archive."""


class FilesNode(TextDictNode):
    """A dict of files; inside of other values an ordinary dict."""

    def __init__(self) -> None:
        super().__init__(StrNode(), BytesNode())

    def to_bytes(self, value: object) -> bytes:
        """Write an archive."""
        self.encode(value)  # refuses what is no dict of bytes
        assert isinstance(value, dict)  # noqa: S101 - for the type checker
        try:
            for name in value:  # a slash at the end is for outputs and inputs of steps
                validate_file_name(name)
            validate_file_names(value)
        except FileNameError as problem:
            raise Refused(str(problem)) from None
        return pack(value)

    def from_bytes(self, data: bytes) -> dict[str, bytes]:
        """Read an archive."""
        return unpacked(data)

    def describe(self, scope: Scope) -> str:
        """Write the type, and how it is stored."""
        return f"{super().describe(scope)} as files"
