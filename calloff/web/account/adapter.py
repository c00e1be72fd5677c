"""Adapters that make allauth use our text and outbox, and our command to change an email address."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from cryptography.fernet import InvalidToken
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.shortcuts import render
from django.urls import reverse

from calloff.accounts import commands as accounts
from calloff.accounts import queries
from calloff.accounts.encryption_key import SECOND_FACTOR_PURPOSE
from calloff.kernel.encryption import cipher_for
from calloff.kernel.formatting import format_wait
from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import MAX_PERSON_NAME_LENGTH, clean_email, collapse_spaces, find_name_problem
from calloff.outbox.commands import MessageText, queue_message_to_address
from calloff.people.models import User
from calloff.rate_limits.callers import client_address
from calloff.rate_limits.counts import count_attempt
from calloff.rate_limits.limits import LimitName
from calloff.web.account import mailbox_codes, reset_codes, sign_in_tries, sso
from calloff.web.account.mailbox_codes import CONFIRMATION_PURPOSE
from calloff.web.permissions import has_proof_of_identity
from calloff.web.session import second_step

ACCOUNT_HOME_PATH, PASSWORD_RESET_PATH, ACCOUNT_SECURITY_PATH = "/account/", "/account/reset", "/account/security"
UNKNOWN_ACCOUNT_TEMPLATE = "account/email/unknown_account"
IF_NOT_YOU_TEXT = "If you did not do this, reset your password straight away and tell your organisation."

# The text of each email that allauth sends. {code} is replaced by the emailed code. Nothing is sent for
# UNSENT_TEMPLATES.
MESSAGES_BY_TEMPLATE = {
    "account/email/email_confirmation_signup": MessageText(
        "Your code to confirm your email address",
        "Your code is below. It expires in 15 minutes.\n\n{code}\n\n"
        "If you did not create a Calloff account, you can ignore this email.",
    ),
    "account/email/email_confirmation": MessageText(
        "Your code to confirm your email address",
        "Your code is below. It expires in 15 minutes.\n\n{code}\n\n"
        "If you did not ask for a code, you can ignore this email.",
    ),
    "account/email/password_reset_code": MessageText(
        "Your code to reset your password",
        "Your code is below. It expires in 15 minutes.\n\n{code}\n\n"
        "If you did not ask to reset your password, you can ignore this email. Your password has not changed.",
    ),
    "account/email/account_already_exists": MessageText(
        "You already have a Calloff account",
        "Someone tried to create an account with this email address. You already have an account, so sign in or reset "
        "your password.",
        PASSWORD_RESET_PATH,
    ),
    UNKNOWN_ACCOUNT_TEMPLATE: MessageText(
        "There is no Calloff account for this address",
        "Someone asked to reset a password for this email address, but no account uses it. If this was you, try "
        "another address.",
    ),
    "account/email/password_changed": MessageText("Your password was changed", "Your Calloff password has just been "
                                        f"changed. {IF_NOT_YOU_TEXT}", ACCOUNT_HOME_PATH),
    "account/email/password_set": MessageText("Your password was set",
        f"You can now sign in to Calloff with your new password. {IF_NOT_YOU_TEXT}", ACCOUNT_HOME_PATH),
    "account/email/password_reset": MessageText("Your password was reset",
        f"You can now sign in to Calloff with your new password. {IF_NOT_YOU_TEXT}", ACCOUNT_HOME_PATH),
    "socialaccount/email/account_connected": MessageText(
        "Your organisation’s sign-in was linked to your account",
        f"You can now sign in to Calloff through your organisation. {IF_NOT_YOU_TEXT}", ACCOUNT_SECURITY_PATH
    ),
    "socialaccount/email/account_disconnected": MessageText(
        "Your organisation’s sign-in was unlinked from your account",
        f"You can no longer sign in to Calloff through your organisation. {IF_NOT_YOU_TEXT}", ACCOUNT_SECURITY_PATH
    ),
    "mfa/email/totp_activated": MessageText(
        "An authenticator app was added", "You now need a code from your app to sign in to Calloff. "
                                        f"{IF_NOT_YOU_TEXT}", ACCOUNT_SECURITY_PATH
    ),
    "mfa/email/totp_deactivated": MessageText(
        "The authenticator app was removed", "You no longer need a code from an app to sign in to "
                                        f"Calloff. {IF_NOT_YOU_TEXT}", ACCOUNT_SECURITY_PATH
    ),
    "mfa/email/webauthn_added": MessageText(
        "A security key was added", f"A security key can now be used to sign in to your account. {IF_NOT_YOU_TEXT}",
        ACCOUNT_SECURITY_PATH
    ),
    "mfa/email/webauthn_removed": MessageText(
        "A security key was removed", f"A security key was removed from your account. {IF_NOT_YOU_TEXT}",
        ACCOUNT_SECURITY_PATH
    ),
    "mfa/email/recovery_codes_generated": MessageText("New recovery codes were created",
        f"Your earlier recovery codes no longer work. {IF_NOT_YOU_TEXT}", ACCOUNT_SECURITY_PATH),
}  # fmt: skip
ACCOUNT_CHANGED_MESSAGE = MessageText(
    "Your account was changed",
    f"Your sign-in details for Calloff have been changed. {IF_NOT_YOU_TEXT}",
    ACCOUNT_SECURITY_PATH,
)
CONFIRMATION_TEMPLATES = (
    "account/email/email_confirmation_signup",
    "account/email/email_confirmation",
    "account/email/account_already_exists",
)
# our commands send their own messages in these cases
UNSENT_TEMPLATES = ("account/email/email_changed", "account/email/email_confirm", "account/email/email_deleted")

NOTICES_BY_TEMPLATE = {
    "socialaccount/messages/account_connected.txt": "You can now sign in through your organisation.",
    "socialaccount/messages/account_connected_updated.txt": "You can already sign in through your organisation.",
    "socialaccount/messages/account_connected_other.txt": "Another Calloff account is already linked to this sign-in. "
    "Sign in to that account to unlink it.",
    "socialaccount/messages/account_disconnected.txt": "You can no longer sign in through your organisation.",
    "account/messages/password_changed.txt": "Password changed",
    "account/messages/password_set.txt": "Password set",
    "account/messages/email_confirmed.txt": "Email address confirmed",
    "mfa/messages/totp_activated.txt": "Authenticator app set up",
    "mfa/messages/totp_deactivated.txt": "Authenticator app removed",
    "mfa/messages/webauthn_added.txt": "Security key added",
    "mfa/messages/webauthn_removed.txt": "Security key removed",
    "mfa/messages/recovery_codes_generated.txt": "Your new recovery codes are ready. The old ones no longer work.",
}
PASSWORD_ERROR_MESSAGES = {
    "password_too_short": "Password must be 12 characters or more",
    "password_too_common": "Choose a password that other people would not choose",
    "password_too_similar": "Choose a password that is not like your name or email address",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account has been closed.",
        "same_as_current": "This is the address we sent the code to. Enter a different address.",
        "duplicate_email": "This is already your address. Enter a different address.",
        "email_password_mismatch": "The email address or password is wrong",
        "email_taken": "An account already uses this address. Enter a different address.",
        "enter_current_password": "This is not your current password",
        "incorrect_code": "The code is wrong. Check it and enter it again.",
        "incorrect_password": "This is not your password",
        "too_many_passwords": "There were too many wrong passwords. Wait {wait}, then try again.",
        # allauth's name for the error on the sign-in page after three wrong codes
        "too_many_login_attempts": "There were too many wrong codes. Sign in or reset your password to get a new code.",
        "too_many_at_account": "There were too many wrong passwords for this account. Sign in with a browser you have "
        "used before, or reset your password.",
        "too_many_codes": "There were too many wrong codes. Wait {wait}, then try again.",
    }
    tries: sign_in_tries.CountedTries = ()

    def pre_authenticate(self, request: Any, **credentials: Any) -> None:
        self.tries = sign_in_tries.limits_of_try(request, credentials.get("email") or "")
        refused = sign_in_tries.hold_try(self.tries, request.now)
        if refused and refused.name == LimitName.WRONG_PASSWORD_ACCOUNT:
            raise self.validation_error("too_many_at_account")
        if refused:
            words = str(self.error_messages["too_many_passwords"]).format(wait=format_wait(refused.resets_in))
            raise forms.ValidationError(words, code="too_many_passwords")

    def _rollback_login_failed_rl_usage(self) -> None:
        sign_in_tries.forget_try(self.tries)

    def authentication_failed(self, request: Any, **credentials: Any) -> None:
        sign_in_tries.count_try(self.tries)

    def _delete_login_attempts_cached_email(self, request: Any, **credentials: Any) -> None:
        sign_in_tries.forget_tries(request, credentials.get("email") or "")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if template_prefix in UNSENT_TEMPLATES or not reset_codes.is_reset_email_sent(self.request):
            return
        if template_prefix == "account/email/email_confirmation" and self._is_another(email):
            self._ask_email_change(email)
        if template_prefix in CONFIRMATION_TEMPLATES and not self._is_confirmation_sent(email.lower()):
            return
        if template_prefix == UNKNOWN_ACCOUNT_TEMPLATE and not self._is_unknown_told(email):
            return
        words = MESSAGES_BY_TEMPLATE.get(template_prefix, ACCOUNT_CHANGED_MESSAGE)
        code = context.get("code")
        if code and template_prefix in CONFIRMATION_TEMPLATES:
            mailbox_codes.remember_code(CONFIRMATION_PURPOSE, email, str(code))
        if code:
            words = words._replace(body=words.body.replace("{code}", str(code)))
        queue_message_to_address(words, address=email, sender="", at=self.request.now, secret=bool(code))

    def generate_password_reset_code(self) -> str:
        return reset_codes.reset_code_for(self.request, super().generate_password_reset_code())

    def _is_confirmation_sent(self, address: str) -> bool:
        """Count a code for this network address and in total, because a stranger might have typed the address.

        Returns False if a limit has been exceeded. Then no code is sent, and the last code stays valid
        (`forms.ConfirmEmailForm`).
        """
        mailbox = mailbox_codes.counted_mailbox(address)
        here = f"{mailbox} from {client_address(self.request)}"
        counted = ((LimitName.CONFIRMATION_CODE, here), (LimitName.CONFIRMATION_CODE_MAILBOX, mailbox))
        return all(count_attempt(limit, who, at=self.request.now).allowed for limit, who in counted)

    def _is_unknown_told(self, email: str) -> bool:
        """Count an email about an unknown address. By varying the spelling, a stranger could trigger many of them."""
        mailbox = mailbox_codes.counted_mailbox(email)
        return count_attempt(LimitName.RESET_UNKNOWN_MAILBOX, mailbox, at=self.request.now).allowed

    def _ask_email_change(self, email: str) -> None:
        person = self.request.user
        try:
            accounts.ask_email_change(person, new=email, by=person, at=self.request.now)
        except Refused as refusal:
            page = {"sentences": [str(refusal)], "back": ("Back", ACCOUNT_SECURITY_PATH)}
            response = render(self.request, "layouts/refused.html", page, status=429)
            raise ImmediateHttpResponse(response) from refusal

    def _is_another(self, email: str) -> bool:
        """Return whether the code goes to an address that will replace the signed-in person's address."""
        person = self.request.user
        return bool(person.is_authenticated) and person.email.lower() != email.lower()

    def add_message(  # noqa: PLR0917  (allauth defines these parameters)
        self,
        request: Any,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        words = NOTICES_BY_TEMPLATE.get(message_template or "", message)
        if words:
            is_success = message_template and level < messages.WARNING
            messages.add_message(request, messages.SUCCESS if is_success else messages.INFO, str(words))

    def login(self, request: Any, user: User) -> None:
        super().login(request, user)
        accounts.note_confirmed(user)
        second_step.signed_in_here(request, user)

    def post_login(self, request: Any, user: User, **kwargs: Any) -> Any:
        response = super().post_login(request, user, **kwargs)
        second_step.send_first_code(request)
        return response

    def get_login_stages(self) -> list[str]:
        """Ask for the second step in our own sign-in stage, which also carries out resets."""
        own_stages = {"allauth.mfa.stages.AuthenticateStage": "calloff.web.account.stages.SecondStepStage"}
        return [own_stages.get(stage, stage) for stage in super().get_login_stages()]

    def send_notification_mail(self, template_prefix: str, user: User, *args: Any, **kwargs: Any) -> None:
        """Tell the person about a change, and end the sessions that must end. allauth calls this once per change."""
        super().send_notification_mail(template_prefix, user, *args, **kwargs)
        if template_prefix == "account/email/password_reset":
            accounts.record_password_reset(user, at=self.request.now)
        elif template_prefix in {"account/email/password_changed", "account/email/password_set"}:
            accounts.record_password_change(user, session_key=self.request.session.session_key or "")

    def save_user(self, request: Any, user: User, form: Any, commit: bool = True) -> User:
        user.name, user.unconfirmed_since = form.cleaned_data["name"], request.now
        return super().save_user(request, user, form, commit)  # type: ignore[no-any-return]

    def confirm_email(self, request: Any, email_address: EmailAddress) -> bool:
        """Confirm an address.

        If it replaces another, the person's roles are suspended and the old address gets an email. Returns False, with
        a message, if another account uses the address or the change was stopped.
        """
        person, new = email_address.user, email_address.email
        old = person.email
        if old.lower() == new.lower():
            return self._confirm_own(request, email_address)
        if User.objects.filter(email__iexact=new).exclude(pk=person.pk).exists():
            messages.info(request, "You cannot use this email address. Your email address has not been changed.")
            return False
        change = accounts.open_email_change(person, new)
        if change is None:
            messages.info(request, accounts.CHANGE_STOPPED_REFUSAL)
            return False
        try:
            with transaction.atomic():
                done = bool(super().confirm_email(request, email_address))
                if done:
                    accounts.make_email_change(change, by=person, at=request.now)
                return done
        except Refused:  # someone stopped the change a moment ago
            messages.info(request, accounts.CHANGE_STOPPED_REFUSAL)
            return False

    def _confirm_own(self, request: Any, email_address: EmailAddress) -> bool:
        done = bool(super().confirm_email(request, email_address))
        if done:
            accounts.note_confirmed(email_address.user)
        return done

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Return whether to ask for the password or second step again, by the same rule as on our own pages."""
        required = super().is_reauthentication_required(app=app, **kwargs)
        return bool(required) and not has_proof_of_identity(self.request)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Offer sign-on servers to people without a password or second step."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if methods or not user.is_authenticated:
            return methods
        linked = [server for server in sso.linked_servers(user) if server["link"]]
        return [
            {
                "id": "sign_on",
                "description": server["name"],
                "url": reverse("openid_connect_login", args=[server["id"]]),
            }
            for server in linked
        ]

    def clean_email(self, email: str) -> str:
        """Check an address by our own rules, because one with an invisible character is a different mailbox."""
        try:
            return clean_email(email)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def clean_password(self, password: str, user: User | None = None) -> str:
        try:
            validate_password(password, user)
        except forms.ValidationError as refused:
            words = [PASSWORD_ERROR_MESSAGES.get(str(error.code), str(error.message)) for error in refused.error_list]
            raise forms.ValidationError(words) from refused
        return password


class SignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Sign-on through an organisation's own server, which provides the person's name."""

    error_messages = DefaultSocialAccountAdapter.error_messages | {
        "no_password": "Set a password first. Without a password you would have no other way to sign in to Calloff.",
        "no_verified_email": "Confirm your email address first",
    }

    def pre_social_login(self, request: Any, sociallogin: Any) -> None:
        sso.offer_to_link(request, sociallogin)

    def get_connect_redirect_url(self, request: Any, socialaccount: Any) -> str:
        return ACCOUNT_SECURITY_PATH

    def save_user(self, request: Any, sociallogin: Any, form: Any = None) -> User:
        sociallogin.user.unconfirmed_since = request.now  # unconfirmed until the sign-in is complete
        user: User = super().save_user(request, sociallogin, form)
        return user

    def populate_user(self, request: Any, sociallogin: Any, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        parts = (str(data.get(part) or "") for part in ("first_name", "last_name"))
        name = str(data.get("name") or " ".join(filter(None, parts)))
        user.name = (
            user.email[:100] if find_name_problem(name, longest=MAX_PERSON_NAME_LENGTH) else collapse_spaces(name)
        )
        return user


class SecretKeyLost(forms.ValidationError):
    """Raised if a secret was encrypted with a key that this installation no longer has."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = DefaultMFAAdapter.error_messages | {
        "cannot_delete_authenticator": "Your role needs a second step for signing in. Add another second step first.",
        "cannot_generate_recovery_codes": "Set up an authenticator app or a security key first",
        "incorrect_code": "The code is wrong. Check it and enter it again.",
        "key_lost": "Calloff can no longer check your codes, because its encryption key was changed. "
        "Ask your system administrator to restore the earlier key, or ask a colleague to reset your second step.",
        "unverified_email": "Confirm your email address first",
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep a person's last second step if they need one, unless their organisations allow emailed codes."""
        person, at = authenticator.user, self.request.now
        if settings.SECOND_STEP_WAIVED or not queries.needs_second_step(person, at):
            return True
        kinds = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
        others = Authenticator.objects.filter(user=person, type__in=kinds).exclude(pk=authenticator.pk)
        return bool(others.exists()) or queries.may_use_email_codes(person, at)

    def get_totp_label(self, user: User) -> str:
        return user.email

    def encrypt(self, text: str) -> str:
        """Encrypt the secrets of authenticator apps, so that a copy of the table cannot produce codes."""
        return cipher_for(SECOND_FACTOR_PURPOSE).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Decrypt a secret. Raises SecretKeyLost, which forms show as an error, if another key encrypted it."""
        try:
            return cipher_for(SECOND_FACTOR_PURPOSE).decrypt(encrypted_text.encode()).decode()
        except InvalidToken:
            raise SecretKeyLost(self.error_messages["key_lost"]) from None
