"""Find out why the mail server does not accept messages, without revealing anyone's email address."""

import re
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from django.conf import settings
from django.core.mail import get_connection

SMTP_TIMEOUT_SECONDS = 5  # seconds
EMAIL_ADDRESS_PATTERN = re.compile(r"<?[^\s<>]+@[^\s<>]+>?")
MAX_SMTP_REASON_LENGTH = 300  # the maximum number of characters of a server's reply that we show


def find_mail_server_problem() -> str:
    """Return why the mail server cannot be used, or an empty string if it works.

    This connects to the server as if to send a message (TLS, user name, password).
    """
    try:
        with get_connection(timeout=SMTP_TIMEOUT_SECONDS):
            return ""
    except (SMTPException, OSError) as problem:
        return describe_mail_error(problem)


def describe_mail_error(problem: Exception) -> str:
    """Return the kind of failure and the server's reply, with all email addresses removed."""
    if isinstance(problem, SMTPRecipientsRefused):
        told = "; ".join(sorted({f"{code} {_text(words)}" for code, words in problem.recipients.values()}))
    elif isinstance(problem, SMTPResponseException):
        told = f"{problem.smtp_code} {_text(problem.smtp_error)}"
    elif isinstance(problem, OSError):
        told = problem.strerror or _text(str(problem))
    else:
        told = _text(str(problem))
    server = f"{settings.EMAIL_HOST}:{settings.EMAIL_PORT}"
    reason = EMAIL_ADDRESS_PATTERN.sub("(an address)", told)[:MAX_SMTP_REASON_LENGTH]
    return f"{server}, {type(problem).__name__}: {reason}".rstrip(": .")


def _text(words: bytes | str) -> str:
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return " ".join(text.split())
