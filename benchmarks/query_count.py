"""Count the SQL statements for each response of the web server that is measured, and report the count in a header."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse

from benchmarks import runner


def count_queries(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Report how many statements each response took, counted as in `runner.statements_in`.

    This must be the outermost middleware.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        sent = 0

        def listen(execute: Any, query: str, parameters: Any, many: bool, context: Any) -> Any:
            nonlocal sent
            sent += not query.startswith(runner.SAVEPOINT_STATEMENTS)
            return execute(query, parameters, many, context)

        with connection.execute_wrapper(listen):
            response = get_response(request)
        response[runner.QUERIES] = str(sent)
        return response

    return middleware
