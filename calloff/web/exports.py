"""A list as a file to save. Whoever calls has narrowed the rows as the page does, so that it holds exactly those."""

import csv
from collections.abc import Iterable

from django.http import HttpResponse

from calloff.questions.answers import neutral


def as_csv(name: str, header: Iterable[str], rows: Iterable[Iterable[object]]) -> HttpResponse:
    """Answer with rows as CSV in which no cell is a formula, whatever was typed into it. Nothing (None) is empty."""
    answer = HttpResponse(content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    sheet = csv.writer(answer)
    sheet.writerow(header)
    sheet.writerows(["" if cell is None else neutral(str(cell)) for cell in row] for row in rows)
    return answer
