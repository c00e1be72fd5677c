"""Generated files for the inspection: files that must be refused, with words of the sentence, and good files."""

from typing import NamedTuple


class CorpusFile(NamedTuple):
    """A file and its name. If it must be refused, also words of the sentence that says why."""

    title: str
    name: str
    data: bytes
    words: str = ""
