"""Agreements at each stage, which commands make, and the people who act on them."""

from calloff.agreements import commands
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import AgreementFactory

SIAN = {"name": "Sian Bevan", "role": "Chair of trustees", "authority": "Resolution of 3 February"}
OLIVIA = {"name": "Olivia Marsh", "role": "Head of contracts", "authority": "Scheme of delegation 4.2"}


def sian(agreement):
    return person(Role.PROVIDER_SIGNATORY, at=agreement.provider)


def olivia(agreement):
    return person(Role.CONTRACTS_OFFICER, at=agreement.authority)


def code_for(agreement, somebody, at=NOW):
    """Send a signing code, and return it as the email contains it."""
    commands.send_code(agreement, by=somebody, at=at)
    letter = Message.objects.filter(address=somebody.email, secret=True).order_by("pk").last()
    return letter.body.split()[1]


def sign(agreement, *, by=None, code=None, at=NOW, **words):
    by = by or sian(agreement)
    code = code_for(agreement, by, at) if code is None else code
    return commands.sign(agreement, by=by, at=at, code=code, **{**SIAN, **words})


def countersign(agreement, *, by=None, code=None, at=NOW, **words):
    by = by or olivia(agreement)
    code = code_for(agreement, by, at) if code is None else code
    return commands.countersign(agreement, by=by, at=at, code=code, **{**OLIVIA, **words})


def signed():
    return sign(AgreementFactory(unsigned=True))
