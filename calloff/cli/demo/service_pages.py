"""The changes that members make to their service pages in the story.

They add pictures, propose changes (some of which have been decided) and increase prices.
"""

import math
from datetime import date, time, timedelta
from decimal import Decimal
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageColor, ImageDraw

from calloff.cli.demo.context import DemoContext
from calloff.directory import commands as directory
from calloff.directory.models import Service, ServiceChange
from calloff.directory.opening_hours import OpenPeriod, week_rows
from calloff.directory.states import ServiceChangeStatus

SERVICE_PICTURES = {  # These are drawings rather than photographs, so that no real place or person is shown.
    "Studio mornings": [
        ("A drawing of hills above the yard in the sun", ("#eef5f6", "#b26a00")),
        ("A drawing of the harbour hills in the evening", ("#d9e8ea", "#0a5566")),
    ],
    "Forest school days": [("A drawing of green hills in the sun", ("#e0f1ea", "#3f7a55"))],
}


def amend_service_pages(stage: DemoContext) -> None:
    """Let providers change their service pages in the weeks after they listed their services."""
    for name, pictures in SERVICE_PICTURES.items():
        service = _service(name)
        for words, colours in pictures:
            lead, when = stage.lead(_of(service, stage)), stage.when("-5 Mon 10:00")
            directory.add_picture(service, file=_drawn(colours), words=words, may_publish=True, by=lead, at=when)
    quentin = stage.officer("west-sussex", "quentin")
    _amend(stage, "Studio mornings", "-4 Tue 09:00", age_from=10, summary="Art, woodwork and printing in a group of 6.")
    directory.approve_change(_waiting("Studio mornings"), by=quentin, at=stage.when("-4 Wed 11:00"))
    _amend(stage, "Studio mornings", "-1 Thu 16:00", age_from=9, children=8, transport="arranged")
    _amend(stage, "Woodland skills", "-2 Mon 09:10", children=9)
    directory.refuse_change(
        _waiting("Woodland skills"), by=quentin, at=stage.when("-2 Tue 15:00"),
        reason="Two members of staff can watch 6 children who are using sharp tools, but not 9. You can ask again "
            "when you have a third member of staff.",
    )  # fmt: skip
    _amend(stage, "Mornings with horses", "-1 Fri 08:50", gender="girls")
    _add_driving(stage)
    _rise(stage)


def _add_driving(stage: DemoContext) -> None:
    """Add a service that still needs approval. It is open twice a day, and on Saturdays only in the summer term."""
    horses = _service("Mornings with horses")
    summer = date(stage.anchor.year + 1, 4, 12), date(stage.anchor.year + 1, 7, 20)
    week = [
        OpenPeriod(day, *span) for day in ("mon", "wed") for span in ((time(9, 30), time(12)), (time(13), time(15)))
    ]
    directory.add(
        horses.member, by=stage.lead(_of(horses, stage)), at=stage.when("-1 Fri 09:20"), site=horses.site,
        name="Carriage driving", summary="Young people harness and drive a pony and trap, 2 at a time.",
        description="Young people learn to harness a pony, drive the trap in the yard and look after it.",
        age_from=11, age_to=16, needs=["SEMH", "ASD"], mode="group", staff=1, children=2, hours="", places=2,
        week=week_rows([*week, OpenPeriod("sat", time(10), time(12), None, *summer)]),
    )  # fmt: skip


def _rise(stage: DemoContext) -> None:
    """Increase the prices of one member, and let another member request an increase."""
    for name, asked, approved in (
        ("Studio mornings", "-3 Mon 09:00", "-3 Thu 10:00"),
        ("Forest school days", "-1 Wed 09:00", ""),
    ):
        service, when = _service(name), stage.when(asked)
        lead = stage.lead(_of(service, stage))
        published = (when - timedelta(days=12)).date()
        uplift = directory.ask_uplift(service.member, percent=Decimal("3.4"), index_on=published, by=lead, at=when)
        if approved:
            directory.approve_uplift(uplift, by=stage.officer("west-sussex", "olivia"), at=stage.when(approved))


def _amend(stage: DemoContext, name: str, at: str, **changes: object) -> None:
    service = _service(name)
    directory.amend(service, by=stage.lead(_of(service, stage)), at=stage.when(at), **changes)  # type: ignore[arg-type]


def _service(name: str) -> Service:
    service: Service = Service.objects.select_related("member__market", "provider", "authority").get(name=name)
    return service


def _of(service: Service, stage: DemoContext) -> str:
    """Return the key that the story uses for a service's provider."""
    return next(name for name, organisation in stage.organisations.items() if organisation.pk == service.provider_id)


def _waiting(name: str) -> ServiceChange:
    return ServiceChange.objects.get(service__name=name, status=ServiceChangeStatus.WAITING)


def _drawn(colours: tuple[str, str]) -> SimpleUploadedFile:
    """Draw a simple picture of a place: the sky, a low sun, and hills in the colour of the place."""
    sky, land = (ImageColor.getrgb(colour) for colour in colours)
    width, height = 960, 600
    picture = Image.new("RGB", (width, height), sky)
    pen = ImageDraw.Draw(picture)
    pen.ellipse((610, 110, 770, 270), fill="#f2c572")
    for number, top in enumerate((330, 400, 480)):
        shade = tuple(int(part * (0.55 + 0.2 * number) + 255 * (0.45 - 0.2 * number)) for part in land)
        hills = [(x, top + 40 * math.sin(x / (170 + 40 * number) + 2 * number)) for x in range(0, width + 20, 20)]
        pen.polygon([(0, height), *hills, (width, height)], fill=shade)
    out = BytesIO()
    picture.save(out, "PNG")
    return SimpleUploadedFile("place.png", out.getvalue())
