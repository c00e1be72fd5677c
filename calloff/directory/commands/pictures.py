"""Add, change and remove the pictures on a service's page."""

from datetime import datetime

from calloff.directory.models import MAX_PICTURES, Picture, Service
from calloff.documents import commands as documents
from calloff.history.transitions import transition
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User

__all__ = ["add_picture", "amend_picture", "remove_picture"]

# the longest side in pixels: large enough for a wide screen, and small enough to load on a phone
MAX_PICTURE_SIDE = 1600


def add_picture(service: Service, *, file: documents.Upload, words: str, by: User, at: datetime) -> Picture:
    """Add a picture after all others on a service's page. The stored file is a smaller copy without metadata.

    The picture is shown only after it has been scanned for viruses. Raises Refused if the file is not a picture, if it
    has no description, or if the service already has `MAX_PICTURES`.
    """
    _require_description(words)
    # inspect the file before anything is locked
    inspected = documents.inspect_picture(file, longest=MAX_PICTURE_SIDE, by=by, at=at)
    with transition(service, "add_picture", by=by, at=at) as locked:
        picture_count = locked.pictures.count()
        if picture_count >= MAX_PICTURES:
            raise Refused(f"A service can have up to {MAX_PICTURES} pictures. Remove a picture first.", "file")
        stored_file = documents.save_inspected(inspected, by=by, at=at)
        picture = Picture.objects.create(
            authority=locked.authority, provider=locked.provider, service=locked, file=stored_file, words=words.strip(),
            place=picture_count + 1, added_at=at,
        )  # fmt: skip
    return picture


def amend_picture(picture: Picture, *, words: str, place: int, by: User, at: datetime) -> Picture:
    """Change the description of a picture, or its place in the order.

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
    """Remove a picture, and delete its file if nothing else uses it. Removing a picture a second time does no harm."""
    with transition(picture.service, "remove_picture", by=by, at=at) as locked:
        locked.pictures.filter(pk=picture.pk).delete()
        _save_order(list(locked.pictures.order_by("place")))
    return locked


def _save_order(pictures: list[Picture]) -> None:
    for place, picture in enumerate(pictures, start=1):
        picture.place = place
    Picture.objects.bulk_update(pictures, ["place", "words"])


def _require_description(words: str) -> None:
    if not words.strip():
        raise Refused("Enter what the picture shows, for people who cannot see it", "words")
