"""What is measured. A case makes ready, and returns its two acts; see frame.py."""

from collections.abc import Callable, Iterator

from django.db import transaction
from django.urls import reverse

from benchmarks import copies, surge, town
from benchmarks.frame import USING_UP, WARM_UP, Acts, Row, case, whole
from benchmarks.ground import Browser, Statement, durable, rehearsed, statements_of
from calloff.applications import commands as applications
from calloff.applications.models import Application
from calloff.kernel import clock
from calloff.members import commands as members
from calloff.members.outcomes import LotDecision
from calloff.outbox.commands import Words, queue_to_address
from calloff.people.models import Organisation, User

EACH = WARM_UP + 5 * USING_UP  # acts of a case, or of its floor, that uses something up


@case("empty.page")
def empty_page() -> Acts:
    """The floor of all pages against itself: how much the figures of this machine waver."""
    email = town.town().olivia.email
    return Acts(Browser(email).getter("/bench/empty"), Browser(email).getter("/bench/empty"))


@case("outbox.queue")
def outbox_queue() -> Acts:
    """One message and its job in one transaction, against the same statements bare."""

    @transaction.atomic
    def act() -> None:
        queue_to_address(Words("A subject", "Words."), address="ada@windmill.example", sender="Bench", at=clock.now())

    return Acts(act, durable(statements_of(act)))


@case("application.submit", n=USING_UP)
def application_submit() -> Acts:
    """Sending a complete application to two of the five categories of the largest pack; each act sends another."""
    market = town.open_market("SUBMT")
    template = town.applicant(market)
    with transaction.atomic():
        copies.prepare()
        drafts = [copies.application(template.pk, f"S{n}", market.pk) for n in range(2 * EACH)]

    def send(application: Application, by: User) -> None:
        applications.submit(application, by=by, at=clock.now(), name="Ada Okafor", role="Director")

    return using_up(iter(drafts), send, _lead_of)


def _admission(size: int) -> Callable[[], Acts]:
    """Deciding an application to two categories, in a market that has so many members (and never a tenth more)."""

    def make() -> Acts:
        at_once = max(1, size // 20)  # applications decided in one market: each adds two members
        code = f"Q{size}".translate(str.maketrans("0123456789", "ABCDEFGHIJ"))
        template_market = town.open_market(code)
        template = town.applicant(template_market, until="to_decide")
        member = town.listed_member(template_market, template.provider)
        several = -(-2 * EACH // at_once)
        with transaction.atomic():
            copies.prepare()
            crowd = [copies.provider(template.provider_id, f"{code}P{n}") for n in range(size)]
            waiting = []
            for number, mark in enumerate(town.marks(several, code[:3])):
                market = copies.market(template_market.pk, mark)
                for n, provider in enumerate(crowd):
                    copies.member(member.pk, f"{code}{number}-{n}", market, provider, n % 5 + 1)
                for n in range(at_once):
                    waiting.append(copies.application(template.pk, f"{code}{number}D{n}", market))
        anwar = town.town().anwar
        outcomes = [LotDecision(lot, admit=True, reason="Every condition is met.") for lot in town.LOTS]

        def decide(application: Application, by: User) -> None:
            members.decide(application, outcomes=outcomes, by=by, at=clock.now())

        return using_up(iter(waiting), decide, lambda application: anwar)

    return make


for _size in (1, 100, 500, 5000):
    case(f"admission.{_size}", n=USING_UP)(_admission(_size))


def using_up(keys: Iterator[int], act: Callable[[Application, User], None], who: Callable[[Application], User]) -> Acts:
    """Return acts on one application after another; the floor carries the statements of such an act out bare."""
    next_one: list[tuple[Application, User]] = []
    next_statements: list[Statement] = []

    def ready() -> None:
        application = Application.objects.get(pk=next(keys))
        next_one[:] = [(application, who(application))]

    def ready_bare() -> None:
        ready()
        next_statements[:] = rehearsed(lambda: act(*next_one[0]))

    return Acts(lambda: act(*next_one[0]), durable(lambda: next_statements), ready, ready_bare)


def _lead_of(application: Application) -> User:
    return User.objects.get(grants__organisation=application.provider, grants__role="provider_lead")


@case("application.page")
def application_page() -> Acts:
    """The task list of a complete application, against an empty page with the full layout."""
    template = town.applicant(town.open_market("APAGE"))
    browser = Browser(_lead_of(template).email)
    path = reverse("provider:application", args=[template.provider.slug, template.reference])
    return Acts(browser.getter(path), browser.getter("/bench/empty"))


@case("directory.page")
def directory_page() -> Acts:
    """A filtered search of a directory of 1,000 services, as a council's officer sees it."""
    council = directory_of(1000)
    browser = Browser(town.town().olivia.email)
    path = reverse("public:directory", args=[council.slug])
    return Acts(browser.getter(f"{path}?need=SEMH&age=12"), browser.getter("/bench/empty"))


def directory_of(services: int) -> Organisation:
    """Fill the council's directory with members of so many services, two each."""
    market = town.open_market("DIREC")
    template = town.applicant(market)
    member = town.listed_member(market, template.provider)
    service = town.listed_service(member, _lead_of(template))
    with transaction.atomic():
        copies.prepare()
        for n in range(services // 2):
            provider = copies.provider(template.provider_id, f"L{n}")
            listed = copies.member(member.pk, f"L{n}", market.pk, provider, n % 5 + 1)
            lot = market.lots.get(number=n % 5 + 1).pk
            site = copies.row("directory_site", service.site_id, provider_id=provider)
            for name in ("Mornings", "Afternoons"):
                copies.row(
                    "directory_service", service.pk, provider_id=provider, member_id=listed, lot_id=lot, site_id=site,
                    name=f"{name} {n}", slug=f"{name.lower()}-{n}",
                )  # fmt: skip
    return market.authority


@whole("surge.applications")
def surge_applications() -> Row:
    """1,000 complete applications in the last minute, and some people press twice: nothing late, lost or double."""
    return surge.last_minute()
