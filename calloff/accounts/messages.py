"""What we tell people about how they sign in."""

from calloff.outbox.commands import Words
from calloff.people.models import User

SECURITY = "/account/security"
NOT_YOU = "If this was not you, reset your password straight away and tell your organisation."


def second_step_code(digits: str) -> Words:
    return Words(
        "Your code to sign in to Calloff",
        f"Enter this code on the page that asked for it, within 10 minutes:\n\n{digits}\n\n"
        "If you did not try to sign in, someone knows your password. Reset it straight away, and tell your "
        "organisation.",
    )


def new_device(device: str) -> Words:
    return Words(
        "Someone signed in to your Calloff account on a new device",
        f"The device was: {device}. {NOT_YOU} You can see where you are signed in, and sign out anywhere else, under "
        "“Signing in and security”.",
        SECURITY,
    )


def reset_asked(person: User, token: str) -> Words:
    return Words(
        "Someone has asked to reset your second step for signing in to Calloff",
        "A person at your organisation has told us that you lost your authenticator app or security key. When a second "
        "person has confirmed this, and 24 hours have passed, you can sign in with your password and set up a new "
        "one.\n\n"
        "If you have not lost it, stop the reset on this page. You do not need to sign in.",
        f"/account/second-step/stop?key={token}",
    )


def reset_to_confirm(organisation: str) -> Words:
    return Words(
        f"Confirm a reset of a second step at {organisation}",
        "Someone has asked to reset a colleague’s second step for signing in. Call the colleague to check that they "
        "lost it. Then sign in to confirm or cancel the reset.",
        "/account/",
    )


def reset_confirmed(works_from: str) -> Words:
    return Words(
        "Your second step for signing in to Calloff will be reset",
        f"Two people have confirmed the reset. From {works_from} you can sign in with your password and set up a new "
        "second step. If you did not want this, use the link in our earlier email to stop it.",
    )


def account_closed() -> Words:
    return Words(
        "Your Calloff account has been closed",
        "You can no longer sign in. Records that you made or signed still show your name, because others rely on them.",
    )
