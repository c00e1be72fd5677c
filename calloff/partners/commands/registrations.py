"""Register a provider, after checking that its name is not that of a school or a council in the register."""

from datetime import datetime

from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import collapse_spaces, lookalike_key
from calloff.people import commands as people
from calloff.people.models import Organisation, User
from calloff.registers import queries as registers

__all__ = ["register"]

COUNCIL_NAME_FORMS = ("{}", "{} council", "{} county council", "{} city council", "{} borough council",
    "{} metropolitan "
            "borough council", "london borough of {}", "royal borough of {}", "council of the {}")  # fmt: skip


def register(
    *, name: str, form: str, by: User, at: datetime, **details: str | bool | Organisation | None
) -> Organisation:
    """Register a new provider, as `people.register` does. The person becomes a lead and a signatory there.

    Raises Refused for the name of a school or an authority in the schools register, because emails and pages of the
    provider would seem to come from that school or authority. A school that offers places registers under its own name,
    with the form SCHOOL.
    """
    if form != Organisation.Form.SCHOOL and registers.open_school_named(collapse_spaces(name)):
        raise Refused(
            "This is the name of a school. If you act for the school, join it instead. If not, enter the full legal "
            "name of your organisation.", "name",
        )  # fmt: skip
    name_key = lookalike_key(name)
    for authority in registers.authority_names():
        if name_key in {lookalike_key(name_form.format(authority)) for name_form in COUNCIL_NAME_FORMS}:
            raise Refused("This is the name of a council. Enter the full legal name of your own organisation.", "name")
    return people.register(name=name, form=form, by=by, at=at, **details)  # type: ignore[arg-type]
