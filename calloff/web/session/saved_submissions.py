"""Submissions that were sent after a person had been signed out.

They are encrypted, stored for 24 hours, and shown again as the person typed them, but never submitted automatically.
Passwords, codes and anything from the account pages are never saved. The encryption key depends on SECRET_KEY and on
the person, so no one can read a copy of the table without SECRET_KEY.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.db.models import Func, IntegerField, Sum
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict

from calloff.kernel.encryption import cipher_for
from calloff.web.models import LateSubmission

SAVED_PARAMETER = "kept"  # the query parameter that contains the token of a saved submission
SAVED_TOKEN_PATTERN = re.compile(r"[A-Za-z0-9_-]{32}")  # 24 random bytes in base64
SAVED_FOR = timedelta(hours=24)
# The maximum size of all files together, in bytes. If they are larger, only the answers are saved.
MAX_SUBMISSION_BYTES = 25 * 1024 * 1024
# This does not read the saved form itself.
SEALED_SIZE = Func("sealed", function="octet_length", output_field=IntegerField())
SECRET_FIELD = re.compile(r"password|csrf|credential|(^|[-_])(code|otp|pin|secret|token)($|[-_])", re.IGNORECASE)
MAX_PATH_LENGTH = 500
# The fields of these pages include passwords, codes and addresses that are being confirmed.
EXCLUDED_PATH = "/account/"


class SealedSubmission(msgspec.Struct):
    """The content that is encrypted."""

    answers: dict[str, list[str]]
    files: list[tuple[str, str, str, bytes]]  # for each file: field, name, content type, content


@dataclass
class SavedSubmission:
    """A restored submission, with its answers and files as they would have arrived the first time."""

    row: LateSubmission
    answers: QueryDict
    files: MultiValueDict[str, Any]

    def forget(self) -> None:
        self.row.delete()


def save_submission(request: Any, *, person: int, path: str = "") -> str:
    """Encrypt and save what a person typed, and return a token with which it can be restored.

    The token is "" if the submission cannot be saved. It is restored on the page to which it was submitted, or on
    `path`. Submissions to pages that ask for secrets are never saved.
    """
    path = path or request.path
    if path.startswith(EXCLUDED_PATH) or len(path) > MAX_PATH_LENGTH:
        return ""
    answers = {name: values for name, values in request.POST.lists() if not SECRET_FIELD.search(name)}
    files = []
    if sum(file.size or 0 for _, uploads in request.FILES.lists() for file in uploads) <= MAX_SUBMISSION_BYTES:
        for name, uploads in request.FILES.lists():
            files += [(name, file.name or "", file.content_type or "", file.read()) for file in uploads]
    sealed = cipher_for(f"kept post {person}").encrypt(msgspec.msgpack.encode(SealedSubmission(answers, files)))
    if len(sealed) > settings.KEPT_POSTS_BYTES_A_PERSON:
        return ""
    token = secrets.token_urlsafe(24)
    new = {"token": token, "sealed": sealed, "kept_at": request.now}
    with transaction.atomic():
        delete_expired_submissions(request.now)
        list(get_user_model().objects.select_for_update(no_key=True).filter(pk=person).values_list("pk"))
        if not _make_room(person, path, len(sealed)):
            return ""
        LateSubmission.objects.update_or_create(person_id=person, path=path, defaults=new)
    request.kept = None  # The restored submission has been saved again, so it must not be deleted.
    return token


def _make_room(person: int, path: str, size: int) -> bool:
    """Delete the oldest submissions of a person to make room for a new one.

    Returns False if the limit for all people together has been reached, because all submissions share the same disk
    space. A person who submits too much after being signed out loses only their own oldest submissions.
    """
    others = LateSubmission.objects.exclude(person_id=person, path=path).annotate(size=SEALED_SIZE)
    all_of_them = others.aggregate(total=Sum("size"))["total"] or 0
    mine = list(others.filter(person_id=person).order_by("-kept_at", "-pk").values_list("pk", "size"))
    left, past, freed = settings.KEPT_POSTS_BYTES_A_PERSON - size, [], 0
    for place, (pk, stored_size) in enumerate(mine, start=2):
        left -= stored_size
        if left < 0 or place > settings.KEPT_POSTS_A_PERSON:
            past.append(pk)
            freed += stored_size
    if all_of_them - freed + size > settings.KEPT_POSTS_BYTES_IN_ALL:
        return False
    LateSubmission.objects.filter(pk__in=past).delete()
    return True


def address_with_saved(request: Any, path: str, **more: str) -> str:
    """Save what a person has typed on a page when they select a button that leads to another page.

    Returns the URL of `path` with the token that restores it.
    """
    typed = any(value for name, value in request.POST.items() if not SECRET_FIELD.search(name))
    token = save_submission(request, person=request.user.pk, path=path) if typed else ""
    parameters = more | ({SAVED_PARAMETER: token} if token else {})
    return f"{path}?{urlencode(parameters)}" if parameters else path


def find_saved_submission(request: Any) -> SavedSubmission | None:
    """Return the submission to this page that the signed-in person saved, if its token is in the query string, or
    None.
    """
    token = request.GET.get(SAVED_PARAMETER, "")
    if not SAVED_TOKEN_PATTERN.fullmatch(token):
        return None
    row = LateSubmission.objects.filter(
        token=token, person=request.user, path=request.path, kept_at__gt=request.now - SAVED_FOR
    ).first()
    if row is None:
        return None
    try:
        content = msgspec.msgpack.decode(
            cipher_for(f"kept post {row.person_id}").decrypt(bytes(row.sealed)), type=SealedSubmission
        )
    except InvalidToken:  # The secret key has changed since then.
        return None
    answers = QueryDict(mutable=True)
    for name, values in content.answers.items():
        answers.setlist(name, values)
    files: MultiValueDict[str, Any] = MultiValueDict()
    for field, name, kind, data in content.files:
        files.appendlist(field, SimpleUploadedFile(name, data, kind))
    return SavedSubmission(row, answers, files)


def delete_expired_submissions(at: datetime) -> int:
    """Delete the submissions that no one has restored within a day. Return how many there were."""
    return LateSubmission.objects.filter(kept_at__lte=at - SAVED_FOR).delete()[0]
