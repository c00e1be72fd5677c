"""A progress bar on standard error."""

import sys
from typing import TextIO

BAR_WIDTH = 30


class ProgressBar:
    """A progress bar that shows the current step and how much of it is complete.

    The bar is shown only on a terminal. If the output goes elsewhere, for example to a log, one line is written at the
    start of each step.
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
        """End the progress bar's line, so that later output starts on a new line."""
        if self.drawn:
            self.stream.write("\n")
            self.stream.flush()
            self.drawn = ""
