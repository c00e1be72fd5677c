"""The files from which a digital seal is made, and the result of verifying one."""

from dataclasses import dataclass
from datetime import datetime

# The names of the files in the folder of a seal.
KEY_FILE, CERTIFICATE_FILE, ROOT_CERTIFICATE_FILE = "key.pem", "certificate.pem", "root.pem"


@dataclass(frozen=True)
class SealVerification:
    """The result of verifying the seal on a PDF."""

    sound: bool  # it is our seal, and the file has not changed since
    problem: str = ""  # a sentence that says what is wrong, if anything is
    by: str = ""  # the name in the certificate
    at: datetime | None = None  # when the document was sealed, as stated in the seal
    reason: str = ""
    stamped: datetime | None = None  # the time in the time stamp, if there is one
