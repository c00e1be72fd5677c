"""What is wrong with a file that is to be imported: every fault, by file, line and column."""

from typing import NoReturn

from calloff.kernel.lifecycles import Problem, Refused

MAX_FAULTS_SHOWN = 50
MAX_QUOTE_LENGTH = 40


class ImportFaults:
    """The faults found so far. All are counted; the first fifty are kept to be shown."""

    def __init__(self) -> None:
        self.count = 0
        self.first: list[Problem] = []

    def add(self, file: str, line: int, column: str, sentence: str) -> None:
        self.count += 1
        if len(self.first) < MAX_FAULTS_SHOWN:
            where = f"{file}, line {line}" + (f", column {column}" if column else "")
            self.first.append(Problem(f"{where}: {sentence}", where))

    def refuse(self, rest: str) -> NoReturn:
        """Refuse the whole import: each fault, how many more there are, and what the rest would have done."""
        more = self.count - len(self.first)
        unshown = [Problem(f"And {more:,} more {'faults' if more > 1 else 'fault'}.")] if more else []
        raise Refused.because([*self.first, *unshown, Problem(f"Nothing was imported. {rest}".strip())])


def quote_cell(text: str) -> str:
    """Quote what a file says, cut short, without what cannot be shown."""
    short = text if len(text) <= MAX_QUOTE_LENGTH else f"{text[:MAX_QUOTE_LENGTH]}…"
    return f"“{short.encode('ascii', 'backslashreplace').decode() if not short.isprintable() else short}”"
