"""A buyer's forms after asking providers: ask more of them, make an offer, answer a question or close."""

from collections.abc import Iterable
from typing import Any

from django import forms

from calloff.members.models import Member
from calloff.web.buyer.referral_forms import REASON_IS_TOO_LONG, TIME_CHOICES, day_field, london_instant
from calloff.web.forms_ui.field_errors import choice_errors, text_errors
from calloff.web.forms_ui.forms import PageForm, UnmarkedForm, textarea_field


class AskMoreForm(PageForm):
    """Ask more providers, or give more time."""

    members = forms.MultipleChoiceField(
        label="Which other providers do you want to ask?", required=False, widget=forms.CheckboxSelectMultiple,
        error_messages=choice_errors("Select providers from the list"),
    )  # fmt: skip
    reply_by = day_field(
        "Last day to reply",
        "The new deadline cannot be earlier than the deadline you first gave providers",
        name="date to reply by",
    )
    clock = forms.ChoiceField(
        label="Latest time to reply",
        choices=TIME_CHOICES,
        error_messages=choice_errors("Select the latest time to reply"),
    )
    reason = textarea_field(
        "Why are you asking a provider that might not suit the pupil?",
        "We keep your reason for audit. Providers will not read it.",
        rows=3,
        errors=REASON_IS_TOO_LONG,
    )

    marks_optional = False

    def __init__(
        self, *args: Any, members: Iterable[tuple[Member, str]], asks_why: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        if not asks_why:
            del self.fields["reason"]
        self.by_key = {str(member.pk): member for member, _ in members}
        choose: Any = self.fields["members"]
        choose.choices = [(str(member.pk), f"{member.provider}{words}") for member, words in members]
        if not choose.choices:
            del self.fields["members"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        chosen = [self.by_key[key] for key in given.get("members", ())]
        until = london_instant(given["reply_by"], given["clock"])
        return {"members": chosen, "reply_by": until, "reason": given.get("reason", "")}


class MakeOfferForm(PageForm):
    reason = textarea_field(
        "Why are you choosing this provider?", "The market’s rules require a reason. We keep it for audit.",
        errors=REASON_IS_TOO_LONG,
    )  # fmt: skip
    fit_reason = textarea_field(
        "Why does this service suit the pupil?", "We keep your reason for audit. The provider will not read it.",
        rows=3, errors=REASON_IS_TOO_LONG,
    )  # fmt: skip
    thanks = textarea_field(
        "What should we tell the "
        "other providers?", "Explain why you did not choose them. Do not say who you chose.", rows=3,
        errors=text_errors("Message to the other providers"),
    )  # fmt: skip
    urgent_reason = textarea_field(
        "Why can you not wait until replies close?",
        "Answer this only if providers can still reply. The providers you asked will read your answer, "
        "so do not name the pupil.",
        rows=3,
        errors=REASON_IS_TOO_LONG,
    )
    confirm_by = day_field(
        "When must the provider confirm by?", "Give the provider time to meet the pupil.", name="date to confirm by"
    )
    clock = forms.ChoiceField(
        label="Latest time to confirm",
        choices=TIME_CHOICES,
        error_messages=choice_errors("Select the latest time to confirm"),
    )

    marks_optional = False

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if self.errors:
            return given
        until = london_instant(given["confirm_by"], given.pop("clock"))
        return given | {"confirm_by": until}


class AnswerQuestionForm(UnmarkedForm):
    answer = textarea_field(
        "Your answer", "Every provider you asked will read your answer.",
        errors=text_errors("Answer"),
    )  # fmt: skip
    restated = textarea_field(
        "The question in your own words", "Use this only if the provider’s words could show who asked or who the "
                                        "pupil is.", rows=2,
        errors=text_errors("Question"),
    )  # fmt: skip


class CloseReferralForm(UnmarkedForm):
    reason = textarea_field(
        "Why?", "We will save your reason with the referral. Providers cannot read it.", errors=REASON_IS_TOO_LONG
    )


class TakeBackOfferForm(UnmarkedForm):
    reason = textarea_field("Why?", "The provider will read your reason.", errors=REASON_IS_TOO_LONG)
