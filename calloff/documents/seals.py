"""The files in the folder of a digital seal, and the result of verifying a seal."""

from dataclasses import dataclass
from datetime import datetime

# The names of the files in the folder of a seal.
KEY_FILE, CERTIFICATE_FILE, ROOT_CERTIFICATE_FILE = "key.pem", "certificate.pem", "root.pem"


@dataclass(frozen=True)
class SealVerification:
    """The result of verifying the seal of a PDF."""

    sound: bool  # whether it is our seal and the file has not been changed since
    problem: str = ""  # a sentence that says what is wrong, or empty if nothing is wrong
    by: str = ""  # the name in the seal's certificate
    at: datetime | None = None  # when the document was sealed, according to the seal
    reason: str = ""
    stamped: datetime | None = None  # the time in the time stamp, or None if there is none
