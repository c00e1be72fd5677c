"""Factories for changes that wait for approval, requests for price increases, and pictures of services."""

from datetime import date
from decimal import Decimal
from io import BytesIO

import factory
from factory.django import DjangoModelFactory
from PIL import Image

from calloff.directory.models import Picture, ServiceChange, Synonym, Uplift
from calloff.directory.states import ServiceChangeStatus, SynonymStatus, UpliftStatus
from calloff.documents.commands import InspectedUpload, save_inspected
from calloff.documents.models import FileKind
from calloff.people.permissions import Role
from tests.factories import NOW, AuthorityFactory, StatusFactory, person
from tests.factories_markets import MemberFactory, ServiceFactory

INDEXED_PRICES_RULE = {"moves": "indexed", "index": "Consumer Prices Index, 12 months", "cap": "5", "month": 4}


def photograph(size=(40, 30), colour="green", kind="JPEG"):
    """Return a picture whose metadata contains a location."""
    exif = Image.Exif()
    exif[0x010E] = "the school gate"
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind, exif=exif)
    return out.getvalue()


class ServiceChangeFactory(StatusFactory):
    """A request from a provider to accept younger children."""

    class Meta:
        model = ServiceChange

    service = factory.SubFactory(ServiceFactory)
    authority = factory.SelfAttribute("service.authority")
    provider = factory.SelfAttribute("service.provider")
    before = factory.LazyAttribute(lambda made: {"age_from": made.service.age_from})
    after = factory.LazyFunction(lambda: {"age_from": 6})
    proposed_by = factory.LazyAttribute(lambda made: person(Role.PROVIDER_LEAD, at=made.provider))
    proposed_at = NOW
    status = ServiceChangeStatus.WAITING


class SynonymFactory(StatusFactory):
    """A row in an authority's table of synonyms."""

    class Meta:
        model = Synonym

    authority = factory.SubFactory(AuthorityFactory)
    phrases = factory.Sequence(lambda number: [f"EOTAS {number}", f"education otherwise {number}"])
    finds = factory.LazyFunction(list)
    status = SynonymStatus.IN_USE


class UpliftFactory(StatusFactory):
    """A request from a member to increase prices by 3.4% from April."""

    class Meta:
        model = Uplift

    member = factory.SubFactory(MemberFactory)
    authority = factory.SelfAttribute("member.authority")
    provider = factory.SelfAttribute("member.provider")
    percent = Decimal("3.40")
    index = INDEXED_PRICES_RULE["index"]
    index_on = date(2026, 2, 18)
    cap = Decimal("5.00")
    starts_on = date(2026, 4, 1)
    asked_by = factory.LazyAttribute(lambda made: person(Role.PROVIDER_LEAD, at=made.provider))
    asked_at = NOW
    status = UpliftStatus.ASKED


class PictureFactory(DjangoModelFactory):
    class Meta:
        model = Picture

    service = factory.SubFactory(ServiceFactory)
    authority = factory.SelfAttribute("service.authority")
    provider = factory.SelfAttribute("service.provider")
    file = factory.LazyAttribute(
        lambda made: save_inspected(
            InspectedUpload(FileKind.JPEG, "goat.jpg", photograph()),
            by=person(Role.PROVIDER_LEAD, at=made.provider),
            at=NOW,
        )
    )
    words = "A goat by a gate"
    place = factory.LazyAttribute(lambda made: made.service.pictures.count() + 1)
    added_at = NOW
