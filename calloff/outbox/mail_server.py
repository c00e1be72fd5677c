"""Why the mail server refuses messages, for the people who run the service, without anyone's address."""

import re
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import get_connection

WITHIN = 5  # seconds
ADDRESS = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
LONGEST = 300  # letters of what a server says


def trouble() -> str:
    """Greet the mail server as a message would: TLS, name and password. Return why that fails, or an empty text."""
    try:
        with get_connection(timeout=WITHIN):
            return ""
    except (SMTPException, OSError) as problem:
        return reason_of(problem)


def reason_of(problem: Exception) -> str:
    """Say what kind of failure it is, and what the server said. Addresses are taken out, whoever wrote them."""
    if isinstance(problem, SMTPRecipientsRefused):
        told = "; ".join(sorted({f"{code} {_text(words)}" for code, words in problem.recipients.values()}))
    elif isinstance(problem, SMTPResponseException):
        told = f"{problem.smtp_code} {_text(problem.smtp_error)}"
    elif isinstance(problem, OSError):
        told = problem.strerror or _text(str(problem))
    else:
        told = _text(str(problem))
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    return f"{server}, {type(problem).__name__}: {ADDRESS.sub('(an address)', told)[:LONGEST]}".rstrip(": .")


def _text(words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return " ".join(text.split())
