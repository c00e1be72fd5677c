"""The texts of emails about signing in and about accounts."""

from calloff.accounts.models import FactorReset, NameChange
from calloff.outbox.commands import MessageText
from calloff.people.models import Organisation, User

SECURITY_PAGE_PATH = "/account/security"
NOT_YOU_ADVICE = "If this was not you, reset your password straight away and tell your organisation."


def second_step_code(digits: str) -> MessageText:
    return MessageText(
        "Your code to sign in to Calloff",
        f"Your code is below. It expires in 10 minutes.\n\n{digits}\n\n"
        "If you did not try to sign in, someone knows your password. Reset it straight away, and tell your "
        "organisation.",
    )


def email_codes_allowed(organisation: Organisation, by: User) -> MessageText:
    return MessageText(
        f"People at {organisation} can now sign in with codes sent by email",
        f"{by.name} has changed the sign-in rules for {organisation}. People there can now use a code sent by email as "
        "their second step. If you do not agree, sign in and change the rule back.",
        SECURITY_PAGE_PATH,
    )


def new_device(device: str) -> MessageText:
    return MessageText(
        "Someone signed in to your Calloff account on a new device",
        f"Someone signed in to your account on {device}. If this was you, you do not need to do "
        f"anything. {NOT_YOU_ADVICE} You can see where you are signed in, and sign out anywhere else, under "
        "“Signing in and security”.",
        SECURITY_PAGE_PATH,
    )


def calendar_feed_made() -> MessageText:
    return MessageText(
        "A calendar address was created for your Calloff account",
        "Anyone who knows this secret address can read your calendar, which shows references and dates but no names. "
        f"If you created it, you do not need to do anything. {NOT_YOU_ADVICE} You can stop the address under "
        "“Notifications and calendar”.",
        "/account/notifications",
    )


def email_change_asked(person: User, token: str) -> MessageText:
    return MessageText(
        "Someone has asked to change the email address of your Calloff account",
        f"Someone has asked us to use another email address for {person.name}’s account. The address will change when "
        "someone enters the code we sent to the new address.\n\n"
        "If you requested this change, you do not need to do anything. If you did not, someone knows your password. "
        "Use this link to stop the change. You do not need to sign in.",
        f"/account/email/stop?key={token}",
    )


def email_changed_old(person: User, token: str) -> MessageText:
    return MessageText(
        "Your Calloff email address was changed",
        f"{person.name}’s account now uses another email address. You cannot use your roles until someone at each "
        "organisation approves them again.\n\nIf you did not do this, tell your organisation straight away and use "
        "this link within 7 days to undo the change. You do not need to sign in.",
        f"/account/email/stop?key={token}",
    )


def email_changed_new() -> MessageText:
    return MessageText(
        "Your Calloff account now uses this email address",
        "Sign in with this address from now on. You cannot use your roles until someone at each organisation approves "
        "them again. For 7 days, the change can be undone from your old address.",
        SECURITY_PAGE_PATH,
    )


def name_changed(change: NameChange, organisation: Organisation) -> MessageText:
    """Write to the people administrators of an organisation, who know the person by their earlier name."""
    return MessageText(
        f"A person who acts for {organisation} has changed their name",
        f"{change.old} has changed their name on Calloff to {change.new}. Their roles have not changed. If you did not "
        "expect this, call the person on a number you know.",
        "/account/",
    )


def reset_asked(reset: FactorReset, token: str) -> MessageText:
    """Write to the owner of an account about a reset that someone has requested. This email is sent immediately.

    It names the organisation that requested the reset: the person's own organisation, or the council that is its host.
    """
    return MessageText(
        "Someone has asked to reset your second step for signing in to Calloff",
        f"{reset.asking} has told us that you have lost your authenticator app or security key. A second person must "
        "confirm this. 24 hours after that, you can sign in with your password and set up a new second step.\n\n"
        "If you have not lost your app or key, use this link to stop the reset. You do not need to sign in.",
        f"/account/second-step/stop?key={token}",
    )


def reset_to_confirm(reset: FactorReset) -> MessageText:
    """Write to the people who can confirm a reset, with a link to the page on which they can do so."""
    return MessageText(
        f"Confirm or cancel a second step reset ({reset.organisation})",
        f"{reset.asking} has asked to reset the second step for a person who acts for {reset.organisation}. Sign in "
        f"to see who it is. Before you confirm, call the person on a number you know and check that they have lost "
        f"their authenticator app or security key.",
        f"{_sign_in(reset.confirming)}/resets/{reset.pk}/confirm",
    )


def reset_elsewhere(reset: FactorReset, there: str, recipient: Organisation, works_from: str = "") -> MessageText:
    """Write to another organisation that a reset affects. `works_from` is empty until someone confirms the reset.

    `recipient` is the organisation that gets the email, which is either `there` or its host.
    """
    person, organisation = reset.person, reset.organisation
    when = (
        f"Two people at {organisation} have confirmed the reset. It can be used from {works_from}."
        if works_from
        else f"A second person at {organisation} must confirm the reset. It can be used 24 hours after that."
    )
    return MessageText(
        f"Check that your colleague asked to reset their second step for signing in ({there})",
        f"{organisation} has asked to reset {person.name}’s second step for signing in. {person.name} also has a role "
        f"at {there} that needs a second step. {when}\n\n"
        f"Call {person.name} on a number you know. If they did not ask for this, sign in and stop the reset.",
        _sign_in(recipient),
    )


def reset_refused(person: User, by: str) -> MessageText:
    return MessageText(
        "The reset you requested has been stopped",
        f"{by} has stopped the reset of {person.name}’s second step for signing in. {person.name} also has a role at "
        f"{by}. Call {by} before you ask for another reset.",
    )


def reset_confirmed(works_from: str, works_until: str) -> MessageText:
    return MessageText(
        "Your second step for signing in to Calloff will be reset",
        f"A second person has confirmed the reset. From {works_from} until {works_until} you can sign in with your "
        "password and set up a new second step. After that you need to ask for another reset.\n\n"
        "If you did not want this, use the link in our earlier email to stop it.",
    )


def account_closed() -> MessageText:
    return MessageText(
        "Your Calloff account has been closed",
        "You can no longer sign in. Your name will stay on records you made or signed, because other "
        "people rely on them.",
    )


def _sign_in(organisation: Organisation) -> str:
    """Return the path of the page about an organisation's sign-in rules."""
    among = {Organisation.Kind.PROVIDER: "providers", Organisation.Kind.AUTHORITY: "authorities"}
    return f"/{among.get(Organisation.Kind(organisation.kind), 'buyers')}/{organisation.slug}/sign-in"
