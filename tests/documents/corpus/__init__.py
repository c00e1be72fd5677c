"""Generated files for the inspection: files that must be refused, each with words from the message, and good files."""

from typing import NamedTuple


class CorpusFile(NamedTuple):
    """A file and its name. If it must be refused, also some words from the message that says why."""

    title: str
    name: str
    data: bytes
    words: str = ""
