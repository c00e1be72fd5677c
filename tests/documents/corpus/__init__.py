"""Generated files for the inspection: harmful files, each with words from its error, and good files."""

from typing import NamedTuple


class CorpusFile(NamedTuple):
    """A file and its name. A file that must be refused also has some words from its error."""

    title: str
    name: str
    data: bytes
    words: str = ""
