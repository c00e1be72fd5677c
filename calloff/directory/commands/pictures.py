"""Add, change and remove the pictures of a service. The council can also remove a picture."""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from calloff.directory import messages
from calloff.directory.commands.changes import service_editors
from calloff.directory.models import MAX_PICTURES, Picture, PictureFault, RemovedPicture, Service
from calloff.documents import commands as documents
from calloff.documents import storage
from calloff.history.transitions import record_change, transition
from calloff.kernel.lifecycles import Refused
from calloff.outbox.commands import queue_message
from calloff.people.conflicts import require_no_role_at
from calloff.people.models import User

__all__ = ["add_picture", "amend_picture", "remove_picture", "take_down_picture"]

# The longest side in pixels. This is large enough for a wide screen, and small enough to load on a phone.
MAX_PICTURE_SIDE = 1600
# A card on a phone is up to 345 CSS pixels wide, and the screen has 2 pixels for each of these.
MAX_CARD_PICTURE_SIDE = 640


def add_picture(
    service: Service, *, file: documents.Upload, words: str, may_publish: bool, by: User, at: datetime
) -> Picture:
    """Add a picture after a service's other pictures.

    Two files are stored: a smaller copy without metadata, and an even smaller copy for cards. The picture is shown only
    after it has been scanned for viruses. Raises Refused if the file is not a picture, if it has no description, if the
    provider does not confirm that it is allowed to publish the picture, if the council has removed this picture, or if
    the service already has `MAX_PICTURES`.
    """
    _require_description(words)
    if not may_publish:
        raise Refused("Confirm that you can publish this picture", "may_publish")
    # This comes before anything is locked.
    inspected = documents.inspect_picture(file, longest=MAX_PICTURE_SIDE, by=by, at=at)
    _require_never_removed(service, inspected.data)
    for_card = documents.shrink_picture(inspected, longest=MAX_CARD_PICTURE_SIDE, by=by)
    with transition(service, "add_picture", by=by, at=at) as locked:
        picture_count = locked.pictures.count()
        if picture_count >= MAX_PICTURES:
            raise Refused(f"A service can have up to {MAX_PICTURES} pictures. Remove a picture first.", "file")
        stored_file, card_file = (documents.save_inspected(each, by=by, at=at) for each in (inspected, for_card))
        picture = Picture.objects.create(
            authority=locked.authority,
            provider=locked.provider,
            service=locked,
            file=stored_file,
            card_file=card_file,
            words=words.strip(),
            place=picture_count + 1,
            added_at=at,
        )
    return picture


def amend_picture(picture: Picture, *, words: str, place: int, by: User, at: datetime) -> Picture:
    """Change a picture's description, or its position in the order.

    Raises Refused if the picture has been removed.
    """
    _require_description(words)
    with transition(picture.service, "amend_picture", by=by, at=at) as locked:
        pictures: list[Picture] = list(locked.pictures.order_by("place"))
        moved = next((other_picture for other_picture in pictures if other_picture.pk == picture.pk), None)
        if moved is None:
            raise Refused(
                "A colleague removed this picture while you were changing it. Add it again if you want to show it."
            )
        if not 1 <= place <= len(pictures):
            raise Refused(f"Position must be between 1 and {len(pictures)}", "place")
        moved.words = words.strip()
        pictures.remove(moved)
        pictures.insert(place - 1, moved)
        _save_order(pictures)
    return moved


def remove_picture(picture: Picture, *, by: User, at: datetime) -> Service:
    """Remove a picture, and delete its files if nothing else uses them.

    It does no harm to remove a picture twice.
    """
    with transition(picture.service, "remove_picture", by=by, at=at) as locked:
        _delete(locked, picture)
    return locked


def take_down_picture(picture: Picture, *, fault: str, by: User, at: datetime) -> Service:
    """Remove a picture for the authority, and tell the provider why. The provider cannot add the same picture again.

    The same picture on the provider's other services is removed too, unless the fault is that it does not show this
    service. Raises Refused if the picture has been removed already, if no fault is given, and for an officer with a
    role at the provider.
    """
    if fault not in PictureFault:
        raise Refused("Select why the picture must be removed", "fault")
    copies = [] if fault == PictureFault.MISLEADING else _copies_of(picture)
    others = {copy.service_id: copy.service for copy in copies if copy.service_id != picture.service_id}
    with transition(picture.service, "take_down_picture", by=by, at=at, along=others.values()) as locked:
        require_no_role_at(locked.provider, by=by, at=at)
        if not _take_down(locked, [picture, *copies], fault, at):
            raise Refused("This picture has already been removed. You do not need to do anything.")
        record_change("reason", None, PictureFault(fault).label)
        for service in others.values():
            with transition(service, "take_down_picture", by=by, at=at) as other:
                _take_down(other, copies, fault, at)
    return locked


def _copies_of(picture: Picture) -> list[Picture]:
    """Return the provider's other pictures with the same content, on services that the same authority checks."""
    same = Picture.objects.filter(
        provider=picture.provider_id, authority=picture.authority_id, file__sha256=picture.file.sha256
    )
    return list(same.exclude(pk=picture.pk).select_related("file", "service").order_by("service", "pk"))


def _take_down(service: Service, pictures: Iterable[Picture], fault: str, at: datetime) -> bool:
    """Delete pictures of a locked service, keep their digest and tell the provider.

    Returns whether any was still there.
    """
    gone = [picture for picture in pictures if picture.service_id == service.pk and _delete(service, picture)]
    if not gone:
        return False
    RemovedPicture.objects.create(
        authority=service.authority,
        provider=service.provider,
        service=service,
        sha256=gone[0].file.sha256,
        fault=fault,
        removed_at=at,
    )
    to, sender = service_editors(service, at), str(service.authority)
    queue_message(messages.picture_taken_down(service), to=to, sender=sender, at=at)
    return True


def _delete(service: Service, picture: Picture) -> bool:
    """Delete a picture of a locked service, and return whether it was still there."""
    deleted, _ = service.pictures.filter(pk=picture.pk).delete()
    _save_order(list(service.pictures.order_by("place")))
    return bool(deleted)


def _save_order(pictures: list[Picture]) -> None:
    for place, picture in enumerate(pictures, start=1):
        picture.place = place
    Picture.objects.bulk_update(pictures, ["place", "words"])


def _require_never_removed(service: Service, content: bytes) -> None:
    """Refuse a picture that the council has already removed.

    It removed the picture from this service, or from another service for a fault that does not depend on the service.
    """
    removed = RemovedPicture.objects.filter(provider=service.provider_id, sha256=storage.digest_bytes(content))
    if removed.filter(Q(service=service) | ~Q(fault=PictureFault.MISLEADING)).exists():
        raise Refused("The council has removed this picture from Calloff. Choose another picture.", "file")


def _require_description(words: str) -> None:
    if not words.strip():
        raise Refused("Enter what the picture shows, for people who cannot see it", "words")
