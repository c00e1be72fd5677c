from typing import Any

from django.core.management.base import BaseCommand

from calloff.accounts import encryption_key
from calloff.kernel import clock
from calloff.kernel.formatting import pluralise


class Command(BaseCommand):
    help = (
        "Encrypt every secret again under CALLOFF_SECRET_KEY. First set the new key, and add the old one to "
        "CALLOFF_SECRET_KEY_FALLBACKS. Remove the old key a day later."
    )

    def handle(self, **options: Any) -> None:
        written, lost = encryption_key.re_encrypt_secrets(clock.now())
        self.stdout.write(f"{pluralise(written, 'secret')} encrypted under the new key.")
        if lost:
            self.stderr.write(
                f"{pluralise(lost, 'secret')} could not be read with any of the keys. If you still have the key that "
                "encrypted them, add it to CALLOFF_SECRET_KEY_FALLBACKS and run this again. Otherwise, reset "
                "the second step of the people who set up these secrets."
            )
