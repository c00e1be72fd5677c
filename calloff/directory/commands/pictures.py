"""Add, change and remove the pictures of a service. The council can also remove a picture."""

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

# the longest side in pixels: large enough for a wide screen, and small enough to load on a phone
MAX_PICTURE_SIDE = 1600
MAX_CARD_PICTURE_SIDE = 640  # a card is up to 345 pixels wide on a phone, whose screen has 2 pixels for each of these


def add_picture(
    service: Service, *, file: documents.Upload, words: str, may_publish: bool, by: User, at: datetime
) -> Picture:
    """Add a picture after a service's other pictures.

    Two files are stored: a smaller copy without metadata, and an even smaller copy for cards. The picture is shown only
    after it has been scanned for viruses. Raises Refused if the file is not a picture, if it has no description, if the
    provider does not confirm that it can publish it, if the council has removed this picture, or if the service already
    has `MAX_PICTURES`.
    """
    _require_description(words)
    if not may_publish:
        raise Refused("Confirm that you can publish this picture", "may_publish")
    # before anything is locked
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
    """Change a picture's description, or its place in the order.

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

    Removing a picture a second time does no harm.
    """
    with transition(picture.service, "remove_picture", by=by, at=at) as locked:
        _delete(locked, picture)
    return locked


def take_down_picture(picture: Picture, *, fault: str, by: User, at: datetime) -> Service:
    """Remove a picture for the authority, and tell the provider why. The provider cannot add the same picture again.

    Raises Refused if the picture has been removed already, if no fault is given, and for an officer with a role at the
    provider.
    """
    if fault not in PictureFault:
        raise Refused("Select why the picture must be removed", "fault")
    with transition(picture.service, "take_down_picture", by=by, at=at) as locked:
        require_no_role_at(locked.provider, by=by, at=at)
        if not _delete(locked, picture):
            raise Refused("This picture has already been removed. You do not need to do anything.")
        RemovedPicture.objects.create(
            authority=locked.authority,
            provider=locked.provider,
            service=locked,
            sha256=picture.file.sha256,
            fault=fault,
            removed_at=at,
        )
        record_change("reason", None, PictureFault(fault).label)
        queue_message(
            messages.picture_taken_down(locked), to=service_editors(locked, at), sender=str(locked.authority), at=at
        )
    return locked


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
    """Refuse a picture that the council removed from this service, or from another one for a fault that is the same
    everywhere.
    """
    removed = RemovedPicture.objects.filter(provider=service.provider_id, sha256=storage.digest_bytes(content))
    if removed.filter(Q(service=service) | ~Q(fault=PictureFault.MISLEADING)).exists():
        raise Refused("The council has removed this picture from Calloff. Choose another picture.", "file")


def _require_description(words: str) -> None:
    if not words.strip():
        raise Refused("Enter what the picture shows, for people who cannot see it", "words")
