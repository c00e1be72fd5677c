"""The demonstration's story, built with the commands that pages use, so that it could all really happen.

The names of the councils are real, and so are those of the providers that their documents name. We use only the name
and the category of these providers. Everyone else, and every price, score, check and sign-in, is invented.
"""

import csv
import tempfile
from collections.abc import Collection
from datetime import date, datetime, timedelta
from io import StringIO
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.utils.text import slugify

from calloff.cli.demo import (
    budgets,
    cast,
    colleagues,
    demand,
    enquiries,
    keys,
    marker,
    partners,
    placements,
    pupils,
    referrals,
    service_pages,
)
from calloff.cli.demo.colleagues import bring_in
from calloff.cli.demo.context import DemoContext
from calloff.cli.demo.memberships import dorset, suspend, west_sussex
from calloff.cli.demo.practice_market import INVENTED_SOURCE, practice_pack
from calloff.cli.demo.services import list_services
from calloff.directory import commands as directory
from calloff.directory.synonyms import synonym_rows
from calloff.markets import commands as markets
from calloff.markets import rulesets
from calloff.markets.packs.loader import find_pack_folders, read_pack
from calloff.markets.packs.schema import DemonstrationTerm, MarketPack, PackContact, PackPromise
from calloff.members import commands as members
from calloff.members.models import Member
from calloff.partners import commands as registrations
from calloff.people import commands as people
from calloff.people.models import Organisation, RoleGrant, User
from calloff.people.permissions import Role
from calloff.people.queries import find_provider_by_name
from calloff.registers.commands import import_postcodes, import_schools
from calloff.registers.gias import EASTING_HEADER, NEED_HEADERS, NORTHING_HEADER, SCHOOL_COLUMNS

POSTCODE_AREAS = ("BN", "RH", "PO", "GU", "DT", "BH")
WEEKS_BEFORE, WEEKS_AFTER = (
    timedelta(weeks=11),
    timedelta(weeks=12),
)  # the time in which the markets accept applications, from before the anchor until after it
AUTHORITY_NAMES = {"west-sussex": "West Sussex County Council", "dorset": "Dorset Council"}
AUTHORITY_ADDRESSES = {  # These addresses are clearly invented, because decision letters print them.
    "west-sussex": "Invented House\n1 Demonstration Street\nChichester",
    "dorset": "Invented House\n2 Demonstration Street\nDorchester",
}
AUTHORITY_CONTACTS = {  # officers in the story, with telephone numbers that are reserved for fiction
    "west-sussex": ("Olivia Marsh", "01632 960101"),
    "dorset": ("Hugh Sefton", "01632 960102"),
}
LA_CODES = {"west-sussex": "938", "dorset": "838"}  # These are the councils' numbers in the register of schools.
PRACTISED_MARKET = "CPOSS"  # The practice market copies this market's terms, which are suitable for any market.
LISTED_PROVIDER = "Lorica Trust"  # Someone has asked to act for this provider, and no officer has answered yet.


def tell_story(anchor: date, at: datetime) -> None:
    """Build the story up to `anchor`, the Monday of its current week.

    `at` is the time when the story is loaded. Today's events happen shortly before that.
    """
    stage = DemoContext(anchor)
    import_postcodes(at=at, areas=POSTCODE_AREAS)
    _import_schools(at)
    make_organisations(stage)
    open_markets(stage)
    register(stage)
    west_sussex(stage)
    dorset(stage)
    _directory(stage)
    service_pages.amend_service_pages(stage)
    _lend(stage)
    _ask(stage)
    partners.join_partners(stage)
    on_roll = pupils.add_pupils(stage)
    referrals.add_referrals(stage, on_roll)
    placements.add_placements(stage, on_roll)
    budgets.spend_budget(stage)
    demand.add_demand(stage)
    enquiries.ask_teams(stage)
    keys.make_keys(stage)
    keys.choose_emails_and_calendar(stage)
    keys.visit_home_pages(stage)
    colleagues.invite_some(stage)
    # Number the entries of the feed before a provider is suspended, so that the suspension gets its own position.
    call_command("number_feed", stdout=StringIO())
    _stop(stage)
    placements.add_todays_events(stage, on_roll, at)


def accounts() -> list[tuple[str, str, str, str, str]]:
    """Return the people whose accounts visitors can use to sign in.

    They are officers, buyers, providers, and newcomers who have no role yet.
    """
    everybody = {person.pk: person for person in User.objects.filter(email__endswith=cast.DOMAIN).order_by("pk")}
    held: dict[tuple[int, str], list[str]] = {}
    grants = RoleGrant.objects.filter(person__in=everybody, status="active").select_related("organisation")
    for grant in grants.order_by("pk"):
        held.setdefault((grant.person_id, grant.organisation.name), []).append(grant.get_role_display())
    for pk in everybody.keys() - {person for person, _ in held}:
        held[pk, ""] = ["No role yet"]
    order = {person.email: place for place, person in enumerate(_everybody())}
    rows = sorted(held.items(), key=lambda row: order.get(everybody[row[0][0]].email, len(order)))
    return [
        (
            everybody[pk].email,
            marker.demo_password(everybody[pk].email),
            everybody[pk].name,
            organisation,
            ", ".join(roles),
        )
        for (pk, organisation), roles in rows
    ]


def _everybody() -> list[cast.DemoPerson]:
    leads = [
        cast.DemoPerson(cast.email_of_lead(facts), cast.PROVIDER_LEADS[facts.lead], facts.key)
        for facts in cast.PROVIDERS
    ]
    buyers = [*cast.BUYERS, *cast.STAFF, *cast.TEAMS]
    return [*cast.OFFICERS, *buyers, *leads, *cast.COLLEAGUES, *cast.NEWCOMERS]


def _import_schools(at: datetime) -> None:
    header = [*(column.header for column in SCHOOL_COLUMNS), *NEED_HEADERS, EASTING_HEADER, NORTHING_HEADER]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "invented-schools.csv"
        with path.open("w", encoding="cp1252", newline="") as file:
            writer = csv.DictWriter(file, header, restval="")
            writer.writeheader()
            writer.writerows(_row(school) for school in [*cast.SCHOOLS, *cast.NOT_JOINED])
        import_schools(path, at=at)


def _row(school: cast.DemoSchool) -> dict[str, str]:
    return {
        "URN": school.urn, "EstablishmentName": school.name, "LA (code)": school.la_code, "LA (name)": school.la_name,
        "EstablishmentNumber": f"9{school.urn[-3:]}", "TypeOfEstablishment (name)": school.kind,
        "PhaseOfEducation (name)": "Secondary", "EstablishmentStatus (name)": "Open", "StatutoryLowAge": "11",
        "StatutoryHighAge": "16", "Gender (name)": "Mixed", "Town": school.town, "Postcode": school.postcode,
        EASTING_HEADER: school.easting, NORTHING_HEADER: school.northing,
    }  # fmt: skip


def make_organisations(stage: DemoContext) -> None:
    """Add the two councils with their officers, and the schools that have joined with their AP leads."""
    make_councils(stage)
    make_schools(stage)


def make_councils(stage: DemoContext) -> None:
    at = stage.when("-20 Mon 09:00")
    for slug, name in AUTHORITY_NAMES.items():
        first, *others = [officer for officer in cast.OFFICERS if officer.organisation == slug]
        administrator = stage.meet(first)
        council = people.found(
            kind=Organisation.Kind.AUTHORITY, name=name, slug=slug, by=administrator, at=at, roles=first.roles,
            la_code=LA_CODES[slug],
        )  # fmt: skip
        stage.organisations[slug] = council
        people.amend_details(
            council,
            address=AUTHORITY_ADDRESSES[slug],
            telephone=AUTHORITY_CONTACTS[slug][1],
            website="",
            by=administrator,
            at=at + timedelta(minutes=10),
        )
        for officer in others:
            bring_in(council, stage.meet(officer), officer.roles, by=administrator, at=at + timedelta(hours=1))


def make_schools(stage: DemoContext) -> None:
    at = stage.when("-20 Mon 09:00")
    for school, buyer in zip(cast.SCHOOLS, cast.BUYERS, strict=True):
        stage.organisations[school.key] = people.found(
            kind=Organisation.Kind.SCHOOL, name=school.name, slug=f"{slugify(school.name)}-{school.urn}",
            by=stage.meet(buyer), at=at, roles=buyer.roles, invented=True, urn=int(school.urn),
            host=stage.organisations[school.host],
        )  # fmt: skip
        if school.key in cast.TELEPHONES:
            add_telephone(stage, school.key, stage.meet(buyer), at + timedelta(minutes=10))


def add_telephone(stage: DemoContext, key: str, by: User, at: datetime) -> None:
    organisation = stage.organisations[key]
    people.amend_details(
        organisation, address=organisation.address, telephone=cast.TELEPHONES[key], website="", by=by, at=at
    )


def open_markets(stage: DemoContext, codes: Collection[str] = ()) -> None:
    """Load and open all five markets, or only some of them, with the providers that the councils' documents name."""
    for folder in find_pack_folders(settings.BASE_DIR / "packs"):
        pack = with_contact(with_decision_time(move_term_to_story(read_pack(folder), stage.anchor)))
        if codes and pack.code not in codes:
            continue
        slug = pack.authority.slug
        officer = stage.officer(slug, "olivia" if slug == "west-sussex" else "hugh")
        at = stage.when("-13 Tue 10:00")
        report = members.load(pack, authority=stage.organisations[slug], by=officer, at=at)
        directory.load_synonyms(stage.organisations[slug], synonym_rows(pack), by=officer, at=at)
        stage.markets[pack.code] = markets.open(
            report.market, seen=report.market.terms.fingerprint, by=officer, at=at + timedelta(days=1)
        )
        if pack.code == PRACTISED_MARKET:
            directory.add_synonym(
                stage.organisations[slug], phrases=["EOTAS", "education otherwise than at school"],
                finds=["one to one", "outreach", "online"], by=officer, at=stage.when("-1 Tue 10:30"),
            )  # fmt: skip
            members.load(
                practice_pack(pack), authority=report.market.authority, by=officer, at=stage.when("-1 Tue 10:40")
            )


def with_decision_time(pack: MarketPack) -> MarketPack:
    """Return a pack that states how long the authority has to decide. We invent this time if no council document
    states it.

    A market cannot be opened without this time.
    """
    if "decide_within" in pack.promises or "decide_within" in rulesets.get_ruleset(pack.ruleset).cells:
        return pack
    invented = PackPromise(
        value=20, citation=f"{INVENTED_SOURCE}, because no council document gives this", source="model"
    )
    return pack.model_copy(update={"promises": pack.promises | {"decide_within": invented}})


def with_contact(pack: MarketPack) -> MarketPack:
    """Return a pack that names an invented officer as the person who helps applicants."""
    name, telephone = AUTHORITY_CONTACTS[pack.authority.slug]
    contact = PackContact(name=name, telephone=telephone)
    return pack.model_copy(update={"contact": contact})


def move_term_to_story(pack: MarketPack, anchor: date) -> MarketPack:
    """Return a pack whose demonstration term includes the dates of the story. The whole term is moved if necessary."""
    term = pack.demonstration_term
    if pack.term or (term.opens_on <= anchor - WEEKS_BEFORE and anchor + WEEKS_AFTER <= term.closes_on):
        return pack
    by = anchor - WEEKS_BEFORE - term.opens_on
    moved = DemonstrationTerm(
        opens_on=term.opens_on + by, closes_on=term.closes_on + by, starts_on=term.starts_on + by,
        ends_on=term.ends_on + by, note=term.note,
    )  # fmt: skip
    return pack.model_copy(update={"demonstration_term": moved})


def register(stage: DemoContext, keys: Collection[str] = ()) -> None:
    """Let all or some of the invented providers register, each through its own lead.

    Some leads also add colleagues.
    """
    chosen = [own for own in cast.PROVIDERS if own.key in keys or not keys]
    for own in chosen:
        lead = stage.meet(cast.DemoPerson(cast.email_of_lead(own), cast.PROVIDER_LEADS[own.lead], own.key))
        number = {"company": "company_number", "charity": "charity_number"}.get(own.form)
        stage.organisations[own.key] = registrations.register(
            by=lead, at=stage.when("-12 Wed 09:10"), name=own.name, form=own.form, invented=True,
            host=stage.organisations[own.host], **({number: own.number} if number else {}),
        )  # fmt: skip
        if own.key in cast.TELEPHONES:
            add_telephone(stage, own.key, lead, stage.when("-12 Wed 09:20"))
    for member in (colleague for colleague in cast.COLLEAGUES if colleague.organisation in stage.organisations):
        bring_in(
            stage.organisations[member.organisation], stage.meet(member), member.roles,
            by=stage.lead(member.organisation), at=stage.when("-11 Thu 14:00"),
        )  # fmt: skip
    for newcomer in cast.NEWCOMERS:
        stage.meet(newcomer)


def _directory(stage: DemoContext) -> None:
    for provider in ("harbour", "saltmarsh", "downland", "orchard", "beacon", "bluebell"):
        list_services(stage, provider, "-6 Wed 09:30")
    _leave(stage)


def _stop(stage: DemoContext) -> None:
    """Suspend a provider that has a child on placement. The school has been notified and has not responded yet."""
    quentin = stage.officer("west-sussex", "quentin")
    suspend(
        stage, "orchard", quentin, "-1 Wed 15:05", "Someone has told us about a concern about a member of staff.",
        withheld_by="The designated officer for allegations",
        withheld_because="The police have asked us not to tell anyone until they have spoken to a witness.",
    )  # fmt: skip


def _leave(stage: DemoContext) -> None:
    """Propose two removals. The time to respond has passed for one of them but not for the other."""
    priya, tom = (stage.officer("west-sussex", name) for name in ("priya", "tom"))
    for provider, lot, by, at, reason in (
        (
            "saltmarsh",
            1,
            tom,
            "-4 Mon 11:20",
            "You have not taught anyone in this category for 2 terms, and you have not named a tutor.",
        ),
        ("beacon", 5, priya, "-1 Thu 10:15", "You have not answered 2 letters about the lead mentor's supervision."),
    ):
        member = Member.objects.get(provider=stage.organisations[provider], lot__number=lot, market__code="IAP")
        members.propose_removal(member, reason=reason, by=by, at=stage.when(at))


def _lend(stage: DemoContext) -> None:
    """Lend two officers to one market, because its usual officers are busy.

    A second person still has to confirm the role of the approver.
    """
    for name, role, at in (("quentin", Role.EVALUATOR, "-1 Mon 16:30"), ("daniel", Role.APPROVER, "-1 Fri 15:20")):
        markets.appoint(
            stage.markets["SB"], stage.officer("west-sussex", name), role=role,
            by=stage.officer("west-sussex", "olivia"), at=stage.when(at),
        )  # fmt: skip


def _ask(stage: DemoContext) -> None:
    """Let two people ask to join a provider.

    A council document names the first provider, and the second one has registered.
    """
    nadia, kim = (stage.people[newcomer.email] for newcomer in cast.NEWCOMERS[:2])
    named = find_provider_by_name(LISTED_PROVIDER)
    assert named is not None  # noqa: S101 (the pack names this provider)
    reason = (
        "I am a made-up person. I am asking so that you can see a request as an officer sees it. The real provider did "
        "not ask me to do this."
    )
    people.ask_to_join(named, by=nadia, said=reason, at=stage.when("-1 Fri 09:20"))
    people.ask_to_join(
        stage.organisations["saltmarsh"], by=kim, role=Role.PROVIDER_STAFF, at=stage.when("-1 Fri 13:40"),
        said="I started as the coordinator this month. Marcus knows me.",
    )  # fmt: skip
