"""Serve API requests: parse the query and body, run the operation, and respond in JSON.

The response contains either the result, with an ETag, or an error.
"""

import hashlib
import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from django.contrib.auth.decorators import login_not_required
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, DataError, IntegrityError, OperationalError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_cache_control, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.csrf import csrf_exempt

from calloff.api import field_errors
from calloff.api.authentication import ANY_SCOPE, ApiCaller, identify_caller, require_scope
from calloff.api.operations import Operation, RecordNotFound
from calloff.api.rejections import ApiRejection
from calloff.directory import result_cache
from calloff.history import once_keys
from calloff.history.constraint_errors import http_status_and_message
from calloff.kernel.conditional_requests import unchanged_response
from calloff.kernel.connection_errors import is_connection_error
from calloff.kernel.lifecycles import Refused
from calloff.people.view_access import ViewAccess
from calloff.rate_limits.headers import set_rate_limit_headers

StructToRead = TypeVar("StructToRead", bound=msgspec.Struct)
MAX_BODY_BYTES = 10_000  # the maximum size of a request body, in bytes
MAX_NUMBER_DIGITS = 12  # the maximum number of digits in a Content-Length header
JSON_CONTENT_TYPE = "application/json"
IDEMPOTENCY_KEY_HEADER = "Idempotency-Key"
IDEMPOTENCY_KEY_PATTERN = re.compile("[!-~]{1,100}")
MAX_LOCK_WAIT_SECONDS = 10  # how many seconds to wait for an earlier request with the same key
AWAY = (
    "Calloff is not available at the moment. We cannot tell whether your request was carried out, so check before you "
    "send it again."
)
DATABASE_IS_BACK_IN = 60  # seconds
RETRY_AFTER_SECONDS = 5  # how many seconds a client must wait while another request changes the same record
RECORD_BUSY_SENTENCE = (
    "Someone else is changing this record at the moment, so nothing was changed. Try again in a few seconds."
)


class ApiProblem(msgspec.Struct):
    """An error in the request, explained in one sentence."""

    problem: str


def operations_view(operations: Sequence[Operation]) -> Callable[..., HttpResponse]:
    """Make the view for one URL from its operations. There is one operation for each method.

    The view accepts API keys and ignores sessions.
    """
    by_method = {operation.method: operation for operation in operations}
    if "GET" in by_method:
        by_method["HEAD"] = by_method["GET"]

    def view(request: Any, **arguments: str) -> HttpResponse:
        try:
            caller = identify_caller(request)
            operation = by_method.get(str(request.method))
            if operation is None:
                raise ApiRejection(
                    405,
                    f"You cannot use {request.method} here. Use {' or '.join(sorted(by_method))}.",
                    Allow=", ".join(by_method),
                )
            response = _answer_once(request, operation, caller, arguments)
        except ApiRejection as rejection:
            response = _problem_response(rejection.status, rejection.sentence, rejection.headers)
        except RecordNotFound as not_found:
            response = _problem_response(404, str(not_found))
        except Refused as refusal:
            response = _problem_response(400, " ".join(problem.sentence for problem in refusal.problems))
        except PermissionDenied:
            response = _problem_response(403, "The person who created this key does not have permission to do that.")
        except (DataError, IntegrityError, OperationalError) as error:
            response = _database_error_response(error, request.path)
        if limit := getattr(request, "taken", None):
            set_rate_limit_headers(response, limit)
        patch_vary_headers(response, ["Authorization"])
        return response

    view.access = ViewAccess("public", before_second_factor=True)  # type: ignore[attr-defined]
    # The view needs no CSRF check, because another site cannot make a browser send the Authorization header.
    return csrf_exempt(login_not_required(view))


def _database_error_response(error: DatabaseError, path: str) -> HttpResponse:
    if not isinstance(error, OperationalError):
        return _problem_response(*http_status_and_message(error, path=path))
    if once_keys.is_lock_time_out(error) or once_keys.is_deadlock(error):
        return _problem_response(409, RECORD_BUSY_SENTENCE, {"Retry-After": str(RETRY_AFTER_SECONDS)})
    if is_connection_error(error):
        return _problem_response(503, AWAY, {"Retry-After": str(DATABASE_IS_BACK_IN)})
    raise error


def json_not_found(request: Any, **arguments: str) -> HttpResponse:
    """Return an error in JSON if there is no operation at a URL."""
    return _problem_response(404, "There is nothing at this address. For a list of addresses, see /api/v1/openapi.json")


json_not_found.access = ViewAccess("public", before_second_factor=True)  # type: ignore[attr-defined]
json_not_found = csrf_exempt(login_not_required(json_not_found))


def read_query(query: type[StructToRead], sent: Mapping[str, str]) -> StructToRead:
    """Parse the query parameters. Raises Refused with a sentence for each parameter that is not valid."""
    unknown = [name for name in sent if name not in query.__struct_fields__]
    if unknown:
        raise Refused.because([field_errors.unknown_name_problem(name, query, "parameter") for name in unknown])
    values = {name: value for name, value in sent.items() if value}
    parsed = field_errors.read_struct(values, query, strict=False)
    for name, value in sent.items():
        if value and getattr(parsed, name) is None:  # In a query string, the text “null” does not count as a value.
            raise Refused(f"“{value[:50]}” is not a valid value for “{name}”. Leave “{name}” out to get everything.")
    return parsed


def read_body(request: HttpRequest, body: type[StructToRead]) -> StructToRead:
    """Parse the body of a JSON request.

    Raises Refused if the JSON is not valid, and for each field that is not valid.
    """
    content = _body(request)
    try:
        received = msgspec.json.decode(content)
        # This check is needed because msgspec accepts a repeated name without an error.
        json.loads(content, object_pairs_hook=_each_name_once)
    except RecursionError as error:
        raise Refused("The request body cannot be read as JSON. It has too many nested levels.") from error
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise Refused(f"The request body cannot be read as JSON. {error}.") from error
    if not isinstance(received, dict):
        raise Refused("The request body must be a JSON object.")
    values = {
        name: int(value) if isinstance(value, float) and value.is_integer() else value
        for name, value in received.items()
    }
    return field_errors.read_struct(values, body, strict=True)  # In JSON, 4.0 is a whole number.


def _each_name_once(pairs: list[tuple[str, Any]]) -> None:
    """Refuse a name that appears twice in one object, because another parser might use the other value."""
    seen = set()
    for name, _ in pairs:
        if name in seen:
            raise Refused(f"“{name[:50]}” is in the request body twice. Send it only once.")
        seen.add(name)


def _answer_once(request: Any, operation: Operation, caller: ApiCaller, arguments: Mapping[str, str]) -> HttpResponse:
    """Make a change only once for each Idempotency-Key, and give every retry the first response.

    This follows the draft of the IETF HTTPAPI working group (draft-ietf-httpapi-idempotency-key-header). Raises
    ApiRejection: 400 for a malformed key, 422 if the key was used with another body, and 409 while the first request
    is still running.
    """
    key_header = request.headers.get(IDEMPOTENCY_KEY_HEADER)
    if key_header is None or operation.method == "GET":
        return _answer(request, operation, caller, arguments)
    key = key_header.strip().removeprefix('"').removesuffix('"')
    if not IDEMPOTENCY_KEY_PATTERN.fullmatch(key):
        raise ApiRejection(
            400, "An Idempotency-Key must be 1 to 100 visible characters. Use a new random key for each change."
        )
    api_key = require_scope(caller, operation.needs or ANY_SCOPE)
    digest = once_keys.digest_once_key(f"api key {api_key.pk}", operation.method, request.path, key)
    body = once_keys.digest_once_key(request.META.get("QUERY_STRING", ""), _body(request))
    with transaction.atomic():
        try:
            first = once_keys.claim_once_key(digest, body_digest=body, at=caller.at, waits_for=MAX_LOCK_WAIT_SECONDS)
        except once_keys.RequestInProgress as in_progress:
            raise ApiRejection(
                409,
                "The first request with this Idempotency-Key has not finished yet. Try again in a few seconds.",
                Retry_After=str(RETRY_AFTER_SECONDS),
            ) from in_progress
        if first is None:
            response = _answer(request, operation, caller, arguments)
            once_keys.record_response(digest, status=response.status_code, answer=response.content)
            return response
    if first.body_digest != body:
        raise ApiRejection(
            422, "This Idempotency-Key has already been used with a different body. Use a new key for a new change."
        )
    return _with_cache_headers(
        HttpResponse(bytes(first.answer), content_type=JSON_CONTENT_TYPE, status=first.http_status), "", caller
    )


def _body(request: HttpRequest) -> bytes:
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdigit()):
        raise Refused("The Content-Length of the request must be a whole number.")
    if len(length) > MAX_NUMBER_DIGITS or int(length) > MAX_BODY_BYTES:
        raise Refused(f"The request body is larger than {MAX_BODY_BYTES:,} bytes.")
    return request.body


def _answer(request: Any, operation: Operation, caller: ApiCaller, arguments: Mapping[str, str]) -> HttpResponse:
    if operation.needs:
        require_scope(caller, operation.needs)
    query = read_query(operation.query, request.GET.dict())
    keyword_arguments: dict[str, Any] = dict(arguments)
    if operation.body:
        keyword_arguments["body"] = read_body(request, operation.body)
    etag = operation.validator(caller, **arguments) if operation.validator else None
    if etag and (not_modified := unchanged_response(request, quote_etag(etag))):
        return _with_cache_headers(not_modified, etag, caller)
    response = _render(operation, query, caller, keyword_arguments, etag)
    if operation.method != "GET":
        return _with_cache_headers(response, "", caller)
    etag = etag or hashlib.sha256(response.content).hexdigest()[:32]
    response = _with_cache_headers(response, etag, caller)
    return get_conditional_response(request, quote_etag(etag), response=response) or response


def _render(
    operation: Operation, query: Any, caller: ApiCaller, keyword_arguments: Mapping[str, Any], etag: str | None
) -> HttpResponse:
    """Run an operation and render its response.

    A response that is the same for all callers without a key is cached.
    """

    def render() -> bytes:
        return msgspec.json.encode(operation.does(query, caller, **keyword_arguments))

    if caller.key or not (etag or operation.told_once):
        content: Any = render()
    elif etag:
        content = caches["drawn"].get_or_set(f"api-{etag}", render)
    else:
        key = f"api {operation.name} {query} {sorted(keyword_arguments.items())}"
        content = result_cache.cached_until_change(key, caller.at, render)
    return HttpResponse(content, content_type=JSON_CONTENT_TYPE)


def _with_cache_headers(response: HttpResponse, etag: str, caller: ApiCaller) -> HttpResponse:
    """Set the ETag and the cache headers.

    Clients must revalidate a response each time, because a suspension takes effect immediately.
    """
    if etag:
        response.headers["ETag"] = quote_etag(etag)
    patch_cache_control(response, no_cache=True, **({"private": True} if caller.key else {"public": True}))
    return response


def _problem_response(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> HttpResponse:
    response = HttpResponse(
        msgspec.json.encode(ApiProblem(sentence)), content_type=JSON_CONTENT_TYPE, status=status, headers=headers
    )
    patch_cache_control(response, no_store=True)
    return response
