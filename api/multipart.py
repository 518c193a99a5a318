"""Bodies that hold several files: `multipart/form-data`, each part with a media type of its own.

Reads [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578#section-4) with the parser that the
framework reads forms with, which keeps the media type of files only.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.errors import BadParameter

FORM_DATA: Final = "multipart/form-data"
MAX_PARTS: Final = 1000


@dataclass
class Part:
    """One part of a body; `media_type` and `file_name` are "" where the part does not say."""

    name: str = ""
    file_name: str = ""
    media_type: str = ""
    content: bytes = b""


@dataclass
class _Reading:
    """The parts read so far, and the one that is being read."""

    parts: list[Part] = field(default_factory=list)
    blocks: list[bytes] = field(default_factory=list)
    field_name: bytes = b""
    field_value: bytes = b""

    def begin(self) -> None:
        if len(self.parts) >= MAX_PARTS:
            raise BadParameter("body", f"has more than {MAX_PARTS} parts")
        self.parts.append(Part())
        self.blocks = []

    def end_header(self) -> None:
        name, value = self.field_name.strip().lower(), self.field_value
        self.field_name = self.field_value = b""
        part = self.parts[-1]
        if name == b"content-type":
            part.media_type = value.decode("latin-1")
        elif name == b"content-disposition":
            _, options = parse_options_header(value)
            part.name = options.get(b"name", b"").decode("utf-8", "replace")
            part.file_name = options.get(b"filename", b"").decode("utf-8", "replace")

    def end(self) -> None:
        self.parts[-1].content = b"".join(self.blocks)


def read_parts(body: bytes, content_type: str) -> list[Part]:
    """Return the parts of a body, in order.

    Args:
        body: the whole body.
        content_type: the request's header, which names the boundary.

    Raises:
        BadParameter: there is no boundary, or the body does not follow it.
    """
    _, options = parse_options_header(content_type)
    boundary = options.get(b"boundary")
    if not boundary:
        raise BadParameter("Content-Type", "multipart/form-data needs a boundary")
    reading = _Reading()

    def add_name(data: bytes, start: int, end: int) -> None:
        reading.field_name += data[start:end]

    def add_value(data: bytes, start: int, end: int) -> None:
        reading.field_value += data[start:end]

    def add_content(data: bytes, start: int, end: int) -> None:
        reading.blocks.append(data[start:end])

    ended: list[bool] = []
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": reading.begin,
            "on_header_field": add_name,
            "on_header_value": add_value,
            "on_header_end": reading.end_header,
            "on_part_data": add_content,
            "on_part_end": reading.end,
            "on_end": lambda: ended.append(True),
        },
    )
    try:
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        raise BadParameter("body", f"is not multipart/form-data: {error}") from error
    if not ended:
        raise BadParameter("body", "ends before its last boundary")
    return reading.parts
