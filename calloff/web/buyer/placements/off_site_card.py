"""The card on a buyer's home page that shows, by initials, where the pupils with sessions at other sites are now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from django.urls import reverse
from django.utils import timezone

from calloff.kernel import time_of_day
from calloff.people.permissions import Can
from calloff.placements import off_site
from calloff.placements.models import Attendance
from calloff.placements.queries import NOON
from calloff.placements.register_alerts import LateRegister
from calloff.web.request import OrganisationRequest

MAX_PUPILS_SHOWN = 6
CHIPS = {
    off_site.ABSENT_THERE: ("orange", "Absent"),
    off_site.BACK_BY_NOW: ("blue", off_site.BACK_BY_NOW),
    off_site.LATER_TODAY: ("grey", off_site.LATER_TODAY),
}
# the colours of the chips and of the bar's segments, in the order of the segments
COLOURS = ("green", "blue", "orange", "grey", "red")


@dataclass(frozen=True)
class OffSiteRow:
    """One pupil: the initials, the provider, and where the pupil is now as a chip."""

    initials: str
    reference: str
    href: str
    where: str
    colour: str
    word: str


@dataclass(frozen=True)
class OffSiteCard:
    """The pupils with sessions at other sites today, starting with those whom someone must look for."""

    rows: Sequence[OffSiteRow]

    @property
    def first(self) -> Sequence[OffSiteRow]:
        return self.rows[:MAX_PUPILS_SHOWN]

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - MAX_PUPILS_SHOWN)

    @property
    def parts(self) -> list[tuple[str, int, int]]:
        """Return the parts of the bar that have pupils: the colour, the number before, and the number in it."""
        parts, before = [], 0
        for colour in COLOURS:
            if number := sum(row.colour == colour for row in self.rows):
                parts.append((colour, before, number))
                before += number
        return parts


def off_site_card(request: OrganisationRequest, late: Sequence[LateRegister]) -> OffSiteCard | None:
    """Return today's pupils at other sites, for a person who can see the buyer's pupils. The view is logged.

    `late` has the registers that the school was alerted about. Returns None if no pupil has a session elsewhere.
    """
    buyer, person, at = request.organisation, request.user, request.now
    if not person.can(Can.SEE_PUPILS, organisation=buyer, at=at):
        return None
    now = timezone.localtime(at).time()
    found = off_site.pupils_off_site(buyer, person=person, at=at, now=now, is_summary=True, late=late)
    rows = []
    for pupil in found:
        colour, word = _chip(pupil, now)
        rows.append(
            OffSiteRow(
                pupil.shown.initials if pupil.shown else "–",
                pupil.placement.reference,
                reverse("buyer:placement", args=[buyer.slug, pupil.placement.reference]),
                pupil.placement.provider.name,
                colour,
                word,
            )
        )
    return OffSiteCard(rows) if rows else None


def _chip(pupil: off_site.OffSitePupil, now: time) -> tuple[str, str]:
    """Return the colour and the words of a pupil's chip at a time of day."""
    word = pupil.word(now)
    if pupil.is_missing:
        return "red", "Missing"
    if word == off_site.NOT_ACCOUNTED_FOR and pupil.not_accounted_for_since is not None:
        return "red", f"Not marked since {time_of_day.format_time(pupil.not_accounted_for_since)}"
    if word == off_site.OFF_SITE:
        here = Attendance.Session.AM if now < NOON else Attendance.Session.PM
        is_marked = any(one.session == here for one in pupil.marked)
        return ("green", "Present") if is_marked else ("grey", "Not marked yet")
    if word in CHIPS:
        return CHIPS[word]
    if pupil.where is not None and not pupil.where.is_away:
        return "green", "With provider"
    return "orange", word or "Whereabouts not recorded"
