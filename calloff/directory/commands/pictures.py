"""Pictures on the page of a service."""

from datetime import datetime

from calloff.directory.models import MAX_PICTURES, Picture, Service
from calloff.documents import commands as documents
from calloff.history.transitions import transition
from calloff.kernel.lifecycles import Refused
from calloff.people.models import User

MAX_PICTURE_SIDE = 1600  # pixels: what a wide screen shows, and a phone can fetch


def add_picture(service: Service, *, file: documents.Upload, words: str, by: User, at: datetime) -> Picture:
    """Put a picture at the end of a service's page. It is drawn again, smaller, with nothing but its pixels.

    It is shown once it has been scanned. Raises Refused for what is no picture, without words, and beyond the fourth.
    """
    _need_words(words)
    drawn = documents.inspect_picture(file, longest=MAX_PICTURE_SIDE, by=by, at=at)  # before anything is locked
    with transition(service, "add_picture", by=by, at=at) as shown:
        there = shown.pictures.count()
        if there >= MAX_PICTURES:
            raise Refused(f"A service can have up to {MAX_PICTURES} pictures. Remove a picture first.", "file")
        kept = documents.save_inspected(drawn, by=by, at=at)
        picture = Picture.objects.create(
            authority=shown.authority, provider=shown.provider, service=shown, file=kept, words=words.strip(),
            place=there + 1, added_at=at,
        )  # fmt: skip
    return picture


def amend_picture(picture: Picture, *, words: str, place: int, by: User, at: datetime) -> Picture:
    """Say a picture in other words, or move it to another place in the order; the others make room."""
    _need_words(words)
    with transition(picture.service, "amend_picture", by=by, at=at) as shown:
        several: list[Picture] = list(shown.pictures.order_by("place"))
        moved = next((one for one in several if one.pk == picture.pk), None)
        if moved is None:
            raise Refused(
                "A colleague removed this picture while you were changing it. Add it again if you want to show it."
            )
        if not 1 <= place <= len(several):
            raise Refused(f"Choose a place from 1 to {len(several)}", "place")
        moved.words = words.strip()
        several.remove(moved)
        several.insert(place - 1, moved)
        _in_order(several)
    return moved


def remove_picture(picture: Picture, *, by: User, at: datetime) -> Service:
    """Take a picture off the page, and off the disk where nothing else needs it. Removing it twice is harmless."""
    with transition(picture.service, "remove_picture", by=by, at=at) as shown:
        shown.pictures.filter(pk=picture.pk).delete()
        _in_order(list(shown.pictures.order_by("place")))
    return shown


def _in_order(several: list[Picture]) -> None:
    for place, picture in enumerate(several, start=1):
        picture.place = place
    Picture.objects.bulk_update(several, ["place", "words"])


def _need_words(words: str) -> None:
    if not words.strip():
        raise Refused("Enter what the picture shows, for people who cannot see it", "words")
