"""Factories for files and evidence, with each of their statuses."""

from datetime import date
from hashlib import sha256
from uuid import uuid4

import factory
from factory.django import DjangoModelFactory

from calloff.documents.models import FileKind, ScanResult, StoredFile
from calloff.evidence.models import Evidence, EvidenceReliance
from calloff.evidence.states import EvidenceStatus
from tests.factories import NOW, AuthorityFactory, ProviderFactory, StatusFactory


class StoredFileFactory(DjangoModelFactory):
    """A row without the content of a file, to which other records can refer."""

    class Meta:
        model = StoredFile

    class Params:
        waiting = factory.Trait(scan=ScanResult.WAITING, scanned_at=None)
        infected = factory.Trait(scan=ScanResult.INFECTED)

    name = factory.Sequence("document-{}.pdf".format)
    kind = FileKind.PDF
    size = 1000
    sha256 = factory.LazyFunction(lambda: sha256(uuid4().bytes).hexdigest())
    uploaded_at = NOW
    scan = ScanResult.CLEAN
    scanned_at = NOW


class EvidenceFactory(StatusFactory):
    class Meta:
        model = Evidence

    class Params:
        expired = factory.Trait(issued_on=date(2025, 2, 1), expires_on=date(2026, 1, 31))
        withdrawn = factory.Trait(status=EvidenceStatus.WITHDRAWN)
        superseded = factory.Trait(status=EvidenceStatus.SUPERSEDED)

    reference = factory.Sequence("EV-BCD{}".format)
    provider = factory.SubFactory(ProviderFactory)
    kind = "public_liability"
    kind_label = "Public liability insurance"
    title = "Policy of Felpersham Mutual"
    file = factory.SubFactory(StoredFileFactory)
    issued_on = date(2025, 9, 1)
    expires_on = date(2026, 8, 31)
    details = factory.LazyFunction(lambda: {"insurer": "Felpersham Mutual", "cover": "5000000.00"})
    added_at = NOW
    status = EvidenceStatus.HELD


class EvidenceRelianceFactory(DjangoModelFactory):
    class Meta:
        model = EvidenceReliance

    evidence = factory.SubFactory(EvidenceFactory)
    authority = factory.SubFactory(AuthorityFactory)
    purpose = "IAP-A-0042"
    stage = EvidenceReliance.Stage.APPLICATION
    starts_at = NOW
