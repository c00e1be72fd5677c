"""Forms for the second step of signing in: codes from an app, security keys, emailed codes and PINs."""

from allauth.mfa.base import forms as mfa
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm
from django import forms

from calloff.web.account.forms import WordedFormMixin
from calloff.web.account.sign_in_tries import CountedCodeMixin
from calloff.web.forms_ui.forms import PageForm
from calloff.web.forms_ui.widgets import CodeInput

SECOND_FACTOR_EMPTY_ERROR = "Enter the code from your app, or a recovery code"


class SecondFactorForm(WordedFormMixin, CountedCodeMixin, mfa.AuthenticateForm):  # type: ignore[misc]
    labels = {"code": "Code"}
    errors_of = {"code": {"required": SECOND_FACTOR_EMPTY_ERROR}}
    hints = {"code": "The 6-digit code from your authenticator app, or one of your recovery codes."}


class SecondFactorAgainForm(WordedFormMixin, CountedCodeMixin, mfa.ReauthenticateForm):  # type: ignore[misc]
    labels = {"code": "Code"}
    errors_of = {"code": {"required": SECOND_FACTOR_EMPTY_ERROR}}
    hints = {"code": "The 6-digit code from your authenticator app, or one of your recovery codes."}


class ActivateAuthenticatorForm(WordedFormMixin, CountedCodeMixin, ActivateTOTPForm):  # type: ignore[misc]
    labels = {"code": "Code"}
    errors_of = {"code": {"required": "Enter the code your app shows"}}
    hints = {"code": "The 6-digit code shown in your authenticator app."}


class AddSecurityKeyForm(WordedFormMixin, AddWebAuthnForm):  # type: ignore[misc]
    labels = {"name": "Name of the key"}
    hints = {"name": "To help you tell your keys apart. For example, “blue key on my key ring”."}


class EnterCodeForm(PageForm):
    code = forms.CharField(
        label="Code",
        help_text="The 6 digits in the email we have just sent you.",
        max_length=20,
        widget=CodeInput,
        error_messages={"required": "Enter the code", "max_length": "Code must be 6 digits"},
    )


class EnterPinForm(PageForm):
    pin = forms.CharField(
        label="PIN",
        help_text="The 6 digits you chose for this device.",
        max_length=20,
        widget=CodeInput({"autocomplete": "off"}),
        error_messages={"required": "Enter your PIN", "max_length": "PIN must be 6 digits"},
    )


class SetPinForm(PageForm):
    pin = forms.CharField(
        label="PIN",
        help_text="6 digits. Choose digits other people would not guess.",
        max_length=20,
        widget=CodeInput({"autocomplete": "off"}),
        error_messages={"required": "Enter a PIN", "max_length": "PIN must be 6 digits"},
    )
