"""Registering a provider under a name of its own: not that of a school or a council of the register of schools."""

from datetime import datetime

from calloff.kernel.lifecycles import Refused
from calloff.kernel.names import collapse_spaces, lookalike_key
from calloff.people import commands as people
from calloff.people.models import Organisation, User
from calloff.registers import queries as registers

COUNCIL_NAME_FORMS = ("{}", "{} council", "{} county council", "{} city council", "{} borough council",
    "{} metropolitan "
            "borough council", "london borough of {}", "royal borough of {}", "council of the {}")  # fmt: skip


def register(
    *, name: str, form: str, by: User, at: datetime, **given: str | bool | Organisation | None
) -> Organisation:
    """Register a new provider, as `people.register` does; the person becomes its lead and its signatory.

    Raises Refused for a name that the register of schools has for a school or an authority, too: mail and pages would
    speak in its name. A school that offers places to others registers under its own name as what it is.
    """
    if form != Organisation.Form.SCHOOL and registers.open_school_named(collapse_spaces(name)):
        raise Refused(
            "This is the name of a school. If you act for the school, join it instead. If not, enter the full legal "
            "name of your organisation.", "name",
        )  # fmt: skip
    read_as = lookalike_key(name)
    for authority in registers.authority_names():
        if read_as in {lookalike_key(form_of.format(authority)) for form_of in COUNCIL_NAME_FORMS}:
            raise Refused("This is the name of a council. Enter the full legal name of your own organisation.", "name")
    return people.register(name=name, form=form, by=by, at=at, **given)  # type: ignore[arg-type]
