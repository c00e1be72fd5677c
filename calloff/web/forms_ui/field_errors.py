"""Errors of fields: what to do if the answer is missing, and what the answer must be if it is wrong.

Each form passes its own instruction (“Enter the start date”) and the name of the answer (“Start date”). No error is
made from a label, because a label can be a question: “Enter when was it held” is not English.
"""

ErrorMessages = dict[str, str]


def choice_errors(sentence: str) -> ErrorMessages:
    """Return the errors of a choice field, which are the same for no choice and for a choice that is not in the
    list.
    """
    return {"required": sentence, "invalid_choice": sentence, "invalid_list": sentence}


def text_errors(name: str, empty: str = "") -> ErrorMessages:
    """Return the errors of a text field. `name` is the start of the sentence about the length of the text."""
    return _if_asked(empty) | {"max_length": f"{name} must be %(limit_value)d characters or fewer"}


def date_errors(name: str, empty: str = "") -> ErrorMessages:
    """Return the errors of a date field.

    `name` is also the start of the errors about a missing part and about a wrong year.
    """
    return _if_asked(empty) | {"invalid": f"{name} must be a real date, like 27 11 2026"}


def whole_number_errors(name: str, lowest: int, highest: int, empty: str = "") -> ErrorMessages:
    """Return the errors of a field for a whole number from `lowest` to `highest`."""
    between = f"{name} must be a whole number between {lowest:,} and {highest:,}"
    return _if_asked(empty) | dict.fromkeys(("invalid", "min_value", "max_value"), between)


def amount_errors(name: str, highest: str, empty: str = "") -> ErrorMessages:
    """Return the errors of a field for an amount in pounds that must be less than `highest`, such as “£1 million”."""
    return _if_asked(empty) | {
        "invalid": f"{name} must be an amount, like 250 or 250.50",
        "min_value": f"{name} must be £0 or more",
        "max_decimal_places": f"{name} must be in pounds and pence, like 250.50",
        **dict.fromkeys(("max_digits", "max_whole_digits"), f"{name} must be less than {highest}"),
    }


def decimal_errors(name: str, lowest: str, highest: str, places: str, empty: str = "") -> ErrorMessages:
    """Return the errors of a field for a decimal number.

    `places` is the number of decimal places that is allowed, such as “one decimal place”.
    """
    between = f"{name} must be a number between {lowest} and {highest}"
    return _if_asked(empty) | {
        **dict.fromkeys(("invalid", "min_value", "max_value", "max_digits", "max_whole_digits"), between),
        "max_decimal_places": f"{name} must have {places} or fewer",
    }


def email_errors(empty: str = "") -> ErrorMessages:
    """Return the errors of a field for an email address."""
    return _if_asked(empty) | {
        "invalid": "Enter an email address in the correct format, like name@example.com",
        "max_length": "Email address must be %(limit_value)d characters or fewer",
    }


def web_address_errors(name: str, empty: str = "") -> ErrorMessages:
    """Return the errors of a field for a web address."""
    return _if_asked(empty) | {
        "invalid": f"{name} must be a web address, like https://example.com",
        "max_length": f"{name} must be %(limit_value)d characters or fewer",
    }


def file_errors(name: str, sentence: str) -> ErrorMessages:
    """Return the errors of a file field, which are the same for no file and for something that is not a file."""
    return dict.fromkeys(("required", "invalid", "missing"), sentence) | {"empty": f"{name} must not be an empty file"}


def _if_asked(empty: str) -> ErrorMessages:
    return {"required": empty} if empty else {}
