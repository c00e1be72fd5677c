"""Tests for pictures on a service's page: they are redrawn, described, limited in number and put in order."""

from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from PIL import Image

from calloff.directory.commands import add_picture, amend_picture, remove_picture, take_down_picture, withdraw
from calloff.directory.models import Picture
from calloff.documents.queries import open_clean_file
from calloff.history.models import Event
from calloff.kernel.lifecycles import Refused
from calloff.outbox.models import Message
from calloff.people.permissions import Role
from tests.documents.sample_files import pdf, upload
from tests.factories import NOW, AuthorityFactory, ProviderFactory, person
from tests.factories_directory import photograph
from tests.factories_markets import ServiceFactory

pytestmark = pytest.mark.django_db


def added(service, words="A goat by a gate", data=None, name="goat.jpg", by=None):
    by = by or person(Role.PROVIDER_LEAD, at=service.provider)
    return add_picture(service, file=upload(name, data or photograph()), words=words, may_publish=True, by=by, at=NOW)


def test_only_the_pixels_of_a_picture_are_stored_and_only_up_to_a_maximum_size():
    picture = added(ServiceFactory(), data=photograph((3200, 800)))
    with open_clean_file(picture.file) as file:
        kept = file.read()
    assert b"school gate" not in kept
    assert Image.open(BytesIO(kept)).size == (1600, 400)


def test_a_smaller_copy_is_stored_for_cards():
    with open_clean_file(added(ServiceFactory(), data=photograph((3200, 800))).card_file) as file:
        small = file.read()
    assert b"school gate" not in small
    assert Image.open(BytesIO(small)).size == (640, 160)


def test_a_provider_must_confirm_that_it_may_publish_a_picture():
    service = ServiceFactory()
    by = person(Role.PROVIDER_LEAD, at=service.provider)
    with pytest.raises(Refused, match="Confirm that you can publish this picture"):
        add_picture(service, file=upload("a.jpg", photograph()), words="A goat", may_publish=False, by=by, at=NOW)
    assert not Picture.objects.exists()


def test_an_officer_can_remove_a_picture_and_the_provider_is_told_why():
    service = ServiceFactory()
    lead = person(Role.PROVIDER_LEAD, at=service.provider)
    one = added(service, "One", by=lead)
    two = added(service, "Two", by=lead, data=photograph((800, 500)))
    officer = person(Role.QUALITY_OFFICER, at=service.authority)
    with pytest.raises(Refused, match="Select why the picture must be removed"):
        take_down_picture(one, fault="ugly", by=officer, at=NOW)
    take_down_picture(one, fault="child", by=officer, at=NOW)
    assert list(service.pictures.values_list("pk", "place")) == [(two.pk, 1)]
    sent = Message.objects.get()
    assert sent.to == lead
    assert "A child" not in sent.body
    assert Event.objects.get(verb="take_down_picture").changes == {"reason": [None, "A child could be recognised"]}
    with pytest.raises(Refused, match="already been removed"):
        take_down_picture(one, fault="child", by=officer, at=NOW)
    assert Message.objects.count() == 1


def test_a_picture_that_an_officer_removed_cannot_be_added_again():
    service, other = ServiceFactory(), ServiceFactory()
    sibling = ServiceFactory(member=service.member)
    officer = person(Role.QUALITY_OFFICER, at=service.authority)
    take_down_picture(added(service), fault="child", by=officer, at=NOW)
    for again in (service, sibling):
        with pytest.raises(Refused, match="The council has removed this picture") as refused:
            added(again, name="renamed.jpg")
        assert refused.value.problems[0].where == "file"
    added(service, data=photograph((800, 500)))
    added(other)  # the council has not seen the picture of this other provider


def test_a_picture_that_an_officer_removes_is_removed_from_all_services_of_the_provider():
    service, other = ServiceFactory(), ServiceFactory()
    sibling = ServiceFactory(member=service.member)
    first, copy = added(service), added(sibling)
    added(service)
    added(sibling)
    different, elsewhere = added(sibling, data=photograph((800, 500))), added(other)
    officer = person(Role.QUALITY_OFFICER, at=service.authority)
    take_down_picture(first, fault="child", by=officer, at=NOW)
    assert set(Picture.objects.all()) == {different, elsewhere}
    assert sibling.pictures.get().place == 1
    event = Event.objects.get(verb="take_down_picture")
    assert set(event.subjects.values_list("record_id", flat=True)) == {service.pk, sibling.pk}
    assert Message.objects.filter(subject__startswith="The council has removed a picture").count() == 2
    with pytest.raises(Refused, match="already been removed"):
        take_down_picture(copy, fault="child", by=officer, at=NOW)


def test_a_picture_that_does_not_show_one_service_can_be_added_to_another():
    service = ServiceFactory()
    sibling = ServiceFactory(member=service.member)
    officer = person(Role.QUALITY_OFFICER, at=service.authority)
    take_down_picture(added(service), fault="misleading", by=officer, at=NOW)
    added(sibling)
    with pytest.raises(Refused, match="The council has removed this picture"):
        added(service)


def test_a_picture_that_the_provider_removed_can_be_added_again():
    service = ServiceFactory()
    picture = added(service)
    remove_picture(picture, by=person(Role.PROVIDER_LEAD, at=service.provider), at=NOW)
    assert added(service).pk != picture.pk


def test_only_officers_who_check_services_can_remove_the_picture_of_a_provider():
    picture = added(ServiceFactory())
    for somebody in (
        person(Role.PROVIDER_LEAD, at=picture.provider),
        person(Role.QUALITY_OFFICER, at=AuthorityFactory()),
        person(Role.EVALUATOR, at=picture.authority),
    ):
        with pytest.raises(PermissionDenied):
            take_down_picture(picture, fault="child", by=somebody, at=NOW)


def test_a_picture_must_be_an_image_file_and_have_a_description():
    service = ServiceFactory()
    with pytest.raises(Refused, match="Upload a PNG or JPEG picture"):
        added(service, data=pdf(), name="goat.pdf")
    with pytest.raises(Refused, match="what the picture shows"):
        added(service, words="  ")
    with pytest.raises(Refused, match=r"ends in .png"):
        added(service, name="goat.png")
    assert not Picture.objects.exists()


def test_a_service_can_have_up_to_four_pictures():
    service = ServiceFactory()
    for _ in range(4):
        added(service)
    with pytest.raises(Refused, match="up to 4 pictures"):
        added(service)
    with pytest.raises(IntegrityError), transaction.atomic():
        last = service.pictures.order_by("place").last()
        last.pk, last.place = None, 5
        last.save()


def test_pictures_can_be_reordered_redescribed_and_removed():
    service = ServiceFactory()
    one, two, three = (added(service, words) for words in ("One", "Two", "Three"))
    by = person(Role.PROVIDER_STAFF, at=service.provider)
    amend_picture(three, words="The third", place=1, by=by, at=NOW)
    assert list(service.pictures.order_by("place").values_list("words", flat=True)) == ["The third", "One", "Two"]
    with pytest.raises(Refused, match="Position must be between 1 and 3"):
        amend_picture(two, words="Two", place=4, by=by, at=NOW)
    remove_picture(one, by=by, at=NOW)
    remove_picture(one, by=by, at=NOW)
    assert list(service.pictures.order_by("place").values_list("place", "words")) == [(1, "The third"), (2, "Two")]
    with pytest.raises(Refused, match="removed this picture"):
        amend_picture(one, words="One", place=1, by=by, at=NOW)


def test_a_picture_of_a_withdrawn_service_can_still_be_removed():
    service = ServiceFactory()
    picture, by = added(service), person(Role.PROVIDER_STAFF, at=service.provider)
    withdraw(service, by=by, at=NOW)
    remove_picture(picture, by=by, at=NOW)
    assert not service.pictures.exists()


def test_only_people_at_the_provider_can_change_its_pictures():
    service = ServiceFactory()
    picture = added(service)
    for somebody in (
        person(Role.PROVIDER_LEAD, at=ProviderFactory()),
        person(Role.QUALITY_OFFICER, at=service.authority),
    ):
        with pytest.raises(PermissionDenied):
            remove_picture(picture, by=somebody, at=NOW)
        with pytest.raises(PermissionDenied):
            amend_picture(picture, words="Ours", place=1, by=somebody, at=NOW)
        with pytest.raises(PermissionDenied):
            added(service, words="Ours", by=somebody)
