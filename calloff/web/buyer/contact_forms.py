"""Questions about a contact: who they are, the limits on contact with them, and their views."""

from typing import Any, cast

from django import forms

from calloff.kernel import clock
from calloff.kernel.clock import local_day
from calloff.pupils.commands.contacts import MAX_CONTACTS, find_contact_problems
from calloff.pupils.models import AddressWithholding, ContactAnswer, PupilContact
from calloff.web.forms_ui.edit_conflicts import ConcurrentEditForm
from calloff.web.forms_ui.field_errors import email_errors, text_errors
from calloff.web.forms_ui.forms import textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput, PostcodeInput, TelephoneInput

AUTOCOMPLETE_OFF = {"autocomplete": "off"}
CALL_ORDER_WORDS = ("first", "second", "third", "fourth", "fifth", "sixth")[:MAX_CONTACTS]
CALL_POSITION_CHOICES = [
    ("", "No change"),
    *((str(at), f"Call {word}") for at, word in enumerate(CALL_ORDER_WORDS, start=1)),
]


def _text(label: str, field: str, longest: int, hint: str = "", *, required: str = "") -> forms.CharField:
    """Return a one-line text field.

    `field` is its name in the error about the text's length. `required` is the error if it is empty.
    """
    return forms.CharField(
        label=label, max_length=longest, help_text=hint, required=bool(required),
        widget=forms.TextInput(AUTOCOMPLETE_OFF),
        error_messages={"max_length": f"{field} must be {longest} characters or fewer", "required": required},
    )  # fmt: skip


def _asked(label: str, choices: list[Any], hint: str, sentence: str) -> forms.ChoiceField:
    """Return a question without a default answer."""
    errors = {"required": sentence, "invalid_choice": sentence}
    return forms.ChoiceField(
        label=label, choices=choices, help_text=hint, widget=forms.RadioSelect, error_messages=errors
    )


class ContactForm(ConcurrentEditForm):
    """One contact. The four questions with radio buttons have no default answer."""

    marks_optional = False

    name = _text("Name", "Name", 100, required="Enter the contact’s name")
    relation = _text(
        "Relationship to the pupil", "Relationship to the pupil", 50,
        "For example, mother, foster carer or social worker",
        required="Enter how the contact is related to the pupil",
    )  # fmt: skip
    telephone = forms.CharField(
        label="Telephone number", max_length=30, required=False, widget=TelephoneInput(AUTOCOMPLETE_OFF),
        help_text="Enter a telephone number, an email address or both. You do not need either for someone who must not "
                  "be contacted.",
        error_messages={"max_length": "Telephone number must be 30 characters or fewer"},
    )  # fmt: skip
    email = forms.EmailField(max_length=254,
        label="Email address", required=False, widget=forms.EmailInput(AUTOCOMPLETE_OFF),
        error_messages=email_errors(),
    )  # fmt: skip
    responsibility = _asked(
        "Does this person have parental responsibility?", ContactAnswer.choices,
        "Ask, and check any court order. If you cannot find out, select “Not known”. This person "
        "cannot be given a copy of the record until you know.",
        "Select whether this person has parental responsibility",
    )  # fmt: skip
    lives_with_child = _asked(
        "Does the pupil live with this person?",
        ContactAnswer.choices,
        "",
        "Select whether the pupil lives with this person",
    )
    address = forms.CharField(
        label="Address, if different from the pupil’s home address", max_length=500, required=False,
        help_text="Providers and other contacts will not see this", widget=forms.Textarea({"rows": 3,
            **AUTOCOMPLETE_OFF}),
        error_messages={"max_length": "Address must be 500 characters or fewer"},
    )  # fmt: skip
    postcode = forms.CharField(
        label="Postcode", max_length=10, required=False, widget=PostcodeInput(AUTOCOMPLETE_OFF),
        error_messages={"max_length": "Enter a full postcode, like BN11 1AA"},
    )  # fmt: skip
    address_withheld = _asked(
        "Must this person’s address be withheld?", AddressWithholding.choices,
        "If the pupil lives with this person, this also withholds the pupil’s home address",
        "Select whether this person’s address must be withheld",
    )  # fmt: skip
    order = _asked(
        "Is there a court order that limits this person’s contact?", ContactAnswer.choices,
        "For example, a child arrangements, prohibited steps or non-molestation order",
        "Select whether a court order limits this person’s contact",
    )  # fmt: skip
    order_who = _text(
        "Who does the order protect?",
        "Who the order protects",
        200,
        "For example, the pupil, or the pupil and their mother",
    )
    order_what = forms.CharField(
        label="What does the order not allow?", max_length=500, required=False, widget=forms.Textarea({"rows": 3}),
        error_messages={"max_length": "Restrictions in the order must be 500 characters or fewer"},
    )  # fmt: skip
    order_until = forms.DateField(
        label="Last day of the order", required=False, widget=DatePartsInput,
        help_text="Leave this empty if the order has no end date. For example, 27 11 2027.",
        error_messages={"invalid": "Last day of the order must be a real date, like 27 11 2027"},
    )  # fmt: skip
    do_not_contact = forms.BooleanField(
        label="Do not contact this person", required=False,
        help_text="Providers will see this person’s name and a warning not to call. They will not see the "
                  "telephone number.",
    )  # fmt: skip
    do_not_contact_reason = _text(
        "Why must this person not be contacted?",
        "The reason",
        300,
        "Only people who can change this record will see this",
    )
    told_on = forms.DateField(
        label="When did you tell this person what information you share, and why you share it?",
        required=False, widget=DatePartsInput,
        help_text="You must tell parents and ask for their views. You do not need their consent.",
        error_messages={"invalid": "The date you told this person must be a real date, like 27 11 2026"},
    )  # fmt: skip
    views = textarea_field(
        "What are this person’s views?",
        "No other contact will see this",
        rows=4,
        errors=text_errors("This person’s views"),
    )
    position = forms.ChoiceField(
        label="This person’s position in the call order", choices=CALL_POSITION_CHOICES, required=False,
        error_messages={"invalid_choice": "Select this person’s position in the call order"},
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.initial:  # for a new contact
            position = cast(forms.ChoiceField, self.fields["position"])
            position.choices = [("", "After the other contacts"), *CALL_POSITION_CHOICES[1:]]

    def clean(self) -> dict[str, Any]:
        """Ask the command for any other problems, so that all errors appear together."""
        facts = {name: value for name, value in self.cleaned_data.items() if name != "position"}
        unread = {"telephone", "email"} & set(self.errors)  # the person typed both of these, so neither is missing
        for sentence, field in find_contact_problems(facts, local_day(clock.now())):
            if field in self.fields and field not in self.errors and not (field == "telephone" and unread):
                self.add_error(field, sentence)
        return self.cleaned_data | {"position": int(self.cleaned_data.get("position") or 0)}

    @staticmethod
    def known(contact: PupilContact | None) -> dict[str, Any]:
        """Return the form's initial answers, which are empty for a new contact."""
        if contact is None:
            return {}
        names = (name for name in ContactForm.base_fields if name != "position")
        return {name: getattr(contact, name) for name in names}
