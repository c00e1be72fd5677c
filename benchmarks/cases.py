"""The benchmark cases.

A case prepares its data and returns the two actions that are compared (see runner.py).
"""

import os
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from benchmarks import dataset, deadline_load, placements, register_imports, row_cloning, suspension
from benchmarks.directory_search import change_directory
from benchmarks.fixtures import (
    BenchBrowser,
    Statement,
    capture_statements,
    prepared_query,
    rehearse,
    replay_durably,
    replay_statements,
)
from benchmarks.runner import (
    ACTS_PER_FLOOR,
    MIN_ACTS,
    WARM_UP_ACTS,
    BenchFigure,
    CaseAndFloor,
    bench_case,
    whole_bench_case,
)
from calloff.applications import commands as applications
from calloff.applications.models import Application
from calloff.directory.price_visibility import PriceVisibility
from calloff.directory.search_criteria import SearchCriteria
from calloff.directory.search_results import search_directory
from calloff.kernel import clock
from calloff.kernel.geography import Point
from calloff.markets.models import Market
from calloff.members import commands as members
from calloff.members.lot_decision import LotDecision
from calloff.outbox.commands import MessageText, queue_message_to_address
from calloff.people.models import Organisation, User

ACTS_PER_CASE = (
    WARM_UP_ACTS + MIN_ACTS + 1
)  # how many actions a case needs if each uses up a record. One more is needed to count the statements
# the actions of such a case and those of its floor together
STATEMENTS_NEEDED = ACTS_PER_CASE + ACTS_PER_CASE // ACTS_PER_FLOOR
CATEGORIES = 5  # the number of categories in the largest pack
LARGE_DIRECTORY = 3000  # services
# This moves each site to a different place in a square of 50 km.
SPREAD_SITES = """
    WITH moved AS (
        UPDATE directory_site SET position = point(500000 + id * 7919 %% 50000, 80000 + id * 6121 %% 50000)
        WHERE id IN (SELECT site_id FROM directory_atsite WHERE authority_id = %s) RETURNING id, position
    )
    UPDATE directory_atsite x SET position = moved.position FROM moved WHERE moved.id = x.site_id
"""
MEMBER_COUNTS = 1, 100, 500, 5000  # the numbers of members in a market


@bench_case("empty.page")
def empty_page() -> CaseAndFloor:
    """Compare the floor of all pages with itself, to show how much figures vary on this machine."""
    email = dataset.found_council().olivia.email
    return CaseAndFloor(BenchBrowser(email).getter("/bench/empty"), BenchBrowser(email).getter("/bench/empty"))


@bench_case("outbox.queue")
def outbox_queue() -> CaseAndFloor:
    """Queue a message and its job in one transaction.

    The floor is the same SQL without Django.
    """

    @transaction.atomic
    def act() -> None:
        queue_message_to_address(
            MessageText("A subject", "Words."), address="ada@windmill.example", sender="Bench", at=clock.now()
        )

    return CaseAndFloor(act, replay_durably(capture_statements(act)))


@bench_case("application.submit", spare=ACTS_PER_FLOOR)
def application_submit() -> CaseAndFloor:
    """Submit a complete application for two of the five categories in the largest pack.

    Each action submits another application.
    """
    market = dataset.open_market("SUBMT")
    template = dataset.write_application(market)
    drafts = row_cloning.clone_applications(
        template.pk, [f"S{n}" for n in range(STATEMENTS_NEEDED)], [market.pk] * STATEMENTS_NEEDED
    )
    row_cloning.analyse_tables()

    def send(application: Application, by: User) -> None:
        applications.submit(application, by=by, at=clock.now(), name="Ada Okafor", role="Director")

    return acts_using_up(iter(drafts), send, _lead_of)


@bench_case("application.save", spare=ACTS_PER_FLOOR)
def application_save() -> CaseAndFloor:
    """Save one section of a draft application, which is a small durable change."""
    draft = dataset.write_application(dataset.open_market("SAVES"))
    lead, section = _lead_of(draft), draft.sections.order_by("pk")[0]
    next_statements: list[Statement] = []

    def save() -> None:
        section.refresh_from_db(fields=["saves"])
        applications.save_section(
            draft, key=section.key, answers=section.answers, seen=section.saves, by=lead, at=clock.now()
        )

    def ready_bare() -> None:
        next_statements[:] = rehearse(save)

    return CaseAndFloor(save, replay_durably(lambda: next_statements), before_floor=ready_bare)


def _admission(size: int) -> Callable[[], CaseAndFloor]:
    """Decide an application for two categories, in a market that starts with `size` members.

    When the market has grown by a fifth, the case continues with the next market of the same size.
    """

    def make() -> CaseAndFloor:
        # the number of applications decided in one market. Each of them adds two members
        at_once = max(1, size // 10)
        # A copied market has this code with three more letters, so no code is the start of another.
        code = f"AD{'ABCDEFGH'[MEMBER_COUNTS.index(size)]}"
        council = f"{size}-members".translate(str.maketrans("0123456789", "abcdefghij"))
        template_market = dataset.open_market(code, council=council)
        template = dataset.write_application(template_market, until="to_decide")
        member = dataset.listed_member(template_market, template.provider)
        markets = row_cloning.clone_markets(
            template_market.pk, dataset.letter_codes(-(-STATEMENTS_NEEDED // at_once), code)
        )
        crowd = row_cloning.clone_providers(
            template.provider_id, [f"{code}P{n}" for n in range(size - 1)]
        )  # The last member joins later.
        row_cloning.clone_members(member.pk, [
            row_cloning.MemberDestination(f"{code}{number}-{n}", market, provider.key, n % CATEGORIES + 1)
            for number, market in enumerate(markets)
            for n, provider in enumerate(crowd)
        ])  # fmt: skip
        waiting = row_cloning.clone_applications(
            template.pk,
            [f"{code}D{n}" for n in range(STATEMENTS_NEEDED)],
            [markets[n // at_once] for n in range(STATEMENTS_NEEDED)],
        )
        row_cloning.analyse_tables()
        anwar = dataset.found_council(council).anwar
        outcomes = [LotDecision(lot, admit=True, reason="Every condition is met.") for lot in dataset.LOT_NUMBERS]

        def decide(application: Application, by: User) -> None:
            members.decide(application, outcomes=outcomes, by=by, at=clock.now())

        return acts_using_up(iter(waiting), decide, lambda application: anwar)

    return make


for _size in MEMBER_COUNTS:
    bench_case(f"admission.{_size}", spare=ACTS_PER_FLOOR)(_admission(_size))


def acts_using_up(
    keys: Iterator[int], act: Callable[[Application, User], None], who: Callable[[Application], User]
) -> CaseAndFloor:
    """Return a case whose action uses one application after another.

    The floor is the same SQL without Django.
    """
    next_one: list[tuple[Application, User]] = []
    next_statements: list[Statement] = []

    def ready() -> None:
        application = Application.objects.get(pk=next(keys))
        next_one[:] = [(application, who(application))]

    def ready_bare() -> None:
        ready()
        next_statements[:] = rehearse(lambda: act(*next_one[0]))

    return CaseAndFloor(lambda: act(*next_one[0]), replay_durably(lambda: next_statements), ready, ready_bare)


def _lead_of(application: Application) -> User:
    return User.objects.get(grants__organisation=application.provider, grants__role="provider_lead")


@bench_case("application.page")
def application_page() -> CaseAndFloor:
    """Show the task list of a complete application.

    The floor is an empty page with the full layout.
    """
    template = dataset.write_application(dataset.open_market("APAGE"))
    browser = BenchBrowser(_lead_of(template).email)
    path = reverse("provider:application", args=[template.provider.slug, template.reference])
    return CaseAndFloor(browser.getter(path), browser.getter("/bench/empty"))


@bench_case("directory.page")
def directory_page() -> CaseAndFloor:
    """Show an officer of a council a filtered search of 1,000 services."""
    council = directory_of(1000, "DIREC")
    browser = BenchBrowser(dataset.found_council().olivia.email)
    path = reverse("public:directory", args=[council.slug])
    return CaseAndFloor(browser.getter(f"{path}?need=SEMH&age=12"), browser.getter("/bench/empty"))


@bench_case("directory.json")
def directory_json() -> CaseAndFloor:
    """Return a page of 100 services as open data.

    The floor is the prepared SQL for the same page.
    """
    council = directory_of(1000, "DIREC")
    path = f"{reverse('api:services')}?authority={council.slug}"
    statements = capture_statements(lambda: Client().get(path, HTTP_HOST=urlsplit(os.environ["BENCH_ADDRESS"]).netloc))
    bare = [prepared_query(query, parameters or ()) for query, parameters in statements]

    def floor() -> None:
        for statement in bare:
            statement()

    return CaseAndFloor(BenchBrowser().getter(path), floor)


@bench_case("directory.new")
def directory_new() -> CaseAndFloor:
    """Show an officer a filtered search of 3,000 services, which must be run because the directory has changed."""
    return _large_directory()._replace(before_case=change_directory())


@bench_case("directory.again")
def directory_again() -> CaseAndFloor:
    """Show an officer the same search of 3,000 services again."""
    return _large_directory()


def _large_directory() -> CaseAndFloor:
    council = directory_of(LARGE_DIRECTORY, "LARGE")
    browser = BenchBrowser(dataset.found_council().olivia.email)
    path = reverse("public:directory", args=[council.slug])
    return CaseAndFloor(browser.getter(f"{path}?need=SEMH&age=12"), browser.getter("/bench/empty"))


@bench_case("directory.nearest")
def directory_nearest() -> CaseAndFloor:
    """Find the nearest 25 of 3,000 services, without rendering a page. The floor is the SQL."""
    council, at = directory_of(LARGE_DIRECTORY, "LARGE"), clock.now()
    search = SearchCriteria(place=Point(530_000, 105_000))

    def act() -> None:
        search_directory(council, search, sight=PriceVisibility(), at=at)

    return CaseAndFloor(act, replay_statements(capture_statements(act)))


def directory_of(services: int, code: str) -> Organisation:
    """Return a council with this number of services in a market with this code, two for each member."""
    if known := Market.objects.filter(code=code).select_related("authority").first():
        return known.authority
    market = dataset.open_market(code)
    template = dataset.write_application(market)
    member = dataset.listed_member(market, template.provider)
    service = dataset.listed_service(member, _lead_of(template))
    crowd = [
        provider.key
        for provider in row_cloning.clone_providers(template.provider_id, [f"L{n}" for n in range(services // 2)])
    ]
    lots = {lot.number: lot.pk for lot in market.lots.all()}
    places = [row_cloning.MemberDestination(f"L{n}", market.pk, key, n % CATEGORIES + 1) for n, key in enumerate(crowd)]
    listed = row_cloning.clone_members(member.pk, places)
    sites = row_cloning.clone_rows("directory_site", [
        {"original": service.site_id, "provider_id": key} for key in crowd
    ])  # fmt: skip
    at_site = service.at_sites.values_list("pk", flat=True).get()
    prices = list(service.prices.values_list("pk", flat=True))
    for name in ("Mornings", "Afternoons"):
        # They are created in one transaction, because a service and its site refer to each other.
        with transaction.atomic():
            services_there = row_cloning.clone_rows("directory_service", [
                {"original": service.pk, "provider_id": place.provider, "member_id": member_id,
                 "lot_id": lots[place.lot], "site_id": site, "name": f"{name} {n}", "slug": f"{name.lower()}-{n}"}
                for n, (place, member_id, site) in enumerate(zip(places, listed, sites, strict=True))
            ])  # fmt: skip
            row_cloning.clone_rows("directory_atsite", [
                {"original": at_site, "service_id": service_id, "site_id": site, "provider_id": place.provider}
                for service_id, site, place in zip(services_there, sites, places, strict=True)
            ])  # fmt: skip
        for price in prices:
            row_cloning.clone_rows("directory_price", [
                {"original": price, "service_id": service_id, "provider_id": key}
                for service_id, key in zip(services_there, crowd, strict=True)
            ])  # fmt: skip
    with connection.cursor() as cursor:  # Each member has one site. The sites are spread over 50 by 50 km.
        cursor.execute(SPREAD_SITES, [market.authority_id])
    row_cloning.analyse_tables()
    return market.authority


@whole_bench_case("surge.applications")
def surge_applications() -> BenchFigure:
    """Submit 1,000 complete applications in the last minute, some of them twice.

    Each application must be saved in time, exactly once.
    """
    return deadline_load.run_deadline_surge()


@whole_bench_case("import.postcodes")
def import_postcodes() -> BenchFigure:
    """Import all postcodes in Great Britain in less than a minute.

    A second import must not write anything.
    """
    return register_imports.import_all_postcodes()


@whole_bench_case("import.schools")
def import_schools() -> BenchFigure:
    """Import 52,000 invented schools and their links, in the layout of the real register.

    A second import must not write anything.
    """
    return register_imports.import_england()


@whole_bench_case("places.last")
def places_last() -> BenchFigure:
    """Let 100 people confirm the last 10 places at the same moment, over the web.

    Exactly 10 people must succeed. The others must see that no places are left.
    """
    return placements.run_last_places()


@whole_bench_case("suspend.recall")
def suspend_recall() -> BenchFigure:
    """Suspend a provider at which 15 buyers have placed 300 children.

    All buyers are notified in one transaction.
    """
    return suspension.suspend_with_recall(300)
