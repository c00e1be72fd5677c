"""Files made as they are needed: those that must be refused, with words of the sentence, and good ones."""

from typing import NamedTuple


class CorpusFile(NamedTuple):
    """A file, what it is called, and, where it must be refused, words of the sentence that says why."""

    title: str
    name: str
    data: bytes
    words: str = ""
