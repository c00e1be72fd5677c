"""A progress bar on the error output."""

import sys
from typing import TextIO

BAR_WIDTH = 30


class ProgressBar:
    """Show the current step and how much of it is complete. The bar appears only on a terminal.

    Otherwise, for example in a log, it writes one line when each step starts.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self.stream = stream or sys.stderr
        self.drawn = ""
        self.step = ""

    def __call__(self, step: str, share: float) -> None:
        if self.stream.isatty():
            full = round(share * BAR_WIDTH)
            drawn = f"{step} [{'#' * full}{'.' * (BAR_WIDTH - full)}] {share:4.0%}"
            if drawn != self.drawn:
                self.stream.write(f"\r\033[K{drawn}")
                self.stream.flush()
                self.drawn = drawn
        elif step != self.step:
            self.stream.write(f"{step} ...\n")
        self.step = step

    def close(self) -> None:
        """End the line of the bar, so that the next output starts below it."""
        if self.drawn:
            self.stream.write("\n")
            self.stream.flush()
            self.drawn = ""
