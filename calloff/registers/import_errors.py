"""Faults in a file that is being imported, by file, row and column."""

from typing import NoReturn

from calloff.kernel.lifecycles import Problem, Refused

MAX_FAULTS_SHOWN = 50
MAX_QUOTE_LENGTH = 40


class ImportFaults:
    """The faults found during an import.

    All faults are counted, but only the first `MAX_FAULTS_SHOWN` are stored with their text.
    """

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Problem] = []

    def add(self, file: str, line: int, column: str, sentence: str) -> None:
        self.count += 1
        if len(self.first) < MAX_FAULTS_SHOWN:
            location = f"{file}, line {line}" + (f", column {column}" if column else "")
            self.first.append(Problem(f"{location}: {sentence}", location))

    def refuse(self, rest: str) -> NoReturn:
        """Raise Refused for the whole import.

        The error gives the first faults, the number of other faults, and `rest` as the final sentence.
        """
        more = self.count - len(self.first)
        unshown = [Problem(f"And {more:,} more {'faults' if more > 1 else 'fault'}.")] if more else []
        raise Refused.because([*self.first, *unshown, Problem(f"Nothing was imported. {rest}".strip())])


def quote_cell(text: str) -> str:
    """Return the text of a cell in quotation marks, shortened and with unprintable characters escaped."""
    short = text if len(text) <= MAX_QUOTE_LENGTH else f"{text[:MAX_QUOTE_LENGTH]}…"
    return f"“{short.encode('ascii', 'backslashreplace').decode() if not short.isprintable() else short}”"
