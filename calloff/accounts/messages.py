"""What we tell people about how they sign in."""

from calloff.outbox.commands import Words
from calloff.people.models import User

SECURITY = "/account/security"
NOT_YOU = "If this was not you, reset your password straight away and tell your organisation."


def second_step_code(digits: str) -> Words:
    return Words(
        "Your code to sign in to Calloff",
        f"Your code is below. It expires in 10 minutes.\n\n{digits}\n\n"
        "If you did not try to sign in, someone knows your password. Reset it straight away, and tell your "
        "organisation.",
    )


def new_device(device: str) -> Words:
    return Words(
        "Someone signed in to your Calloff account on a new device",
        f"Someone signed in to your account on {device}. If this was you, you do not need to do "
        f"anything. {NOT_YOU} You can see where you are signed in, and sign out anywhere else, under "
        "“Signing in and security”.",
        SECURITY,
    )


def email_change_asked(person: User, token: str) -> Words:
    return Words(
        "Someone has asked to change the email address of your Calloff account",
        f"The account of {person.name} is to use another email address. It changes when the code that we sent to that "
        "address is entered.\n\n"
        "If you asked for this, you do not need to do anything. If you did not, someone knows your password. Stop the "
        "change on this page. You do not need to sign in.",
        f"/account/email/stop?key={token}",
    )


def email_changed_old(person: User, token: str) -> Words:
    return Words(
        "Your Calloff email address was changed",
        f"The account of {person.name} now uses another email address. Its roles have stopped until someone at each "
        "organisation approves them again.\n\n"
        "If you did not do this, undo the change on this page within 7 days, and tell your organisation. You do not "
        "need to sign in.",
        f"/account/email/stop?key={token}",
    )


def email_changed_new() -> Words:
    return Words(
        "Your Calloff account now uses this email address",
        "Sign in with this address from now on. Your roles have stopped until someone at each organisation approves "
        "them again. For 7 days the change can be undone from your old address.",
        SECURITY,
    )


def reset_asked(person: User, token: str) -> Words:
    return Words(
        "Someone has asked to reset your second step for signing in to Calloff",
        "A person at your organisation has told us that you lost your authenticator app or security key. When a second "
        "person has confirmed this, and 24 hours have passed, you can sign in with your password and set up a new "
        "one.\n\n"
        "If you have not lost it, use this link to stop the reset. You do not need to sign in.",
        f"/account/second-step/stop?key={token}",
    )


def reset_to_confirm(organisation: str) -> Words:
    return Words(
        f"A colleague’s second step needs to be reset: confirm or cancel ({organisation})",
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
        "You can no longer sign in. Your name will stay on records you made or signed, because other "
        "people rely on them.",
    )
