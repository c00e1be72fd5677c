import pytest
from django.db import DatabaseError, transaction

from calloff.agreements import commands
from calloff.agreements.models import AgreementText
from calloff.kernel.lifecycles import Refused
from tests.concurrency import all_at_once

WORDS = {"title": "Agreement", "source": "Invented", "body": "1. Be good."}


def keep(version=1, **changes):
    return commands.keep_text(key="a-text", version=version, **{**WORDS, **changes})


@pytest.mark.django_db
def test_an_identical_text_is_stored_as_the_same_version():
    assert keep() == keep()
    assert AgreementText.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("change", [{"body": "1. Be better."}, {"title": "Contract"}, {"source": "Somebody"}])
def test_a_changed_text_needs_a_new_version_number(change):
    first = keep()
    with pytest.raises(Refused, match="Give the new text another version number"):
        keep(**change)
    second = keep(version=2, **change)
    assert {first.pk, second.pk} == set(AgreementText.objects.values_list("pk", flat=True))
    assert AgreementText.objects.get(pk=first.pk).body == "1. Be good."


@pytest.mark.django_db
def test_the_database_refuses_changes_to_a_stored_text():
    text = keep()
    for attempt in (lambda: AgreementText.objects.update(body="Other"), text.delete):
        with pytest.raises(DatabaseError, match="pgtrigger: Cannot"), transaction.atomic():
            attempt()


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_only_one_of_many_simultaneous_identical_texts_is_stored():
    assert set(all_at_once(keep, times=4)) == {"done"}
    assert AgreementText.objects.count() == 1
