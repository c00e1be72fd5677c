"""Text tables for a terminal.

We do not use `rich`, because it wraps or cuts cells to fit the width of the terminal, or 80 columns in a file. People
cannot copy a URL that is wrapped, or compare totals that are.
"""

from collections.abc import Iterable, Sequence


def format_table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Format rows as aligned columns with headings."""
    lines = [list(head), *([str(cell) for cell in row] for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    lines.insert(1, ["-" * width for width in widths])
    return (
        "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
        )
        + "\n"
    )
