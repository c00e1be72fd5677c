"""Step 4: a site, a service and its price; the public finds it near a postcode; suspended it is gone, then back."""

from datetime import date

from calloff.cli.demo import story
from calloff.cli.demo.deciding import admit, assess, countersign, send, sign, write
from calloff.directory.models import Service
from calloff.members.models import Member
from calloff.registers.commands import import_postcodes
from tests.journeys.conftest import NOW

ADA = "ada@harbour.demo.example"
QUENTIN = "quentin@westsussex.demo.example"
RUTH = "ruth@shore.demo.example"
HOME = "/providers/harbour-lane-studio-ltd"


def test_the_directory_shows_a_member_for_as_long_as_it_is_listed(stage, visit):
    # given a member whose agreement is in force
    import_postcodes(at=NOW, areas=["BN"])
    story.register(stage, ["harbour"])
    application = send(stage, write(stage, "harbour", "IAP", (1,), "-4 Mon 10:00"), "harbour", "-3 Mon 11:40")
    assess(stage, application, stage.officer("west-sussex", "esme"), "-2 Mon 09:00")
    agreement = admit(application, stage.officer("west-sussex", "tom"), stage.when("-2 Thu 10:00")).agreement
    signed = sign(stage, agreement, "harbour", stage.when("-1 Mon 10:00"))
    countersign(signed, stage.officer("west-sussex", "olivia"), stage.when("-1 Tue 10:00"))
    member = Member.objects.get(provider=stage.organisations["harbour"])

    # when its lead adds a site, a service and a price
    ada = visit(ADA)
    ada.go(f"{HOME}/sites/add")
    ada.sees("Add a site")
    ada.fill("Name of the site", "The Chandlery")
    ada.fill("Address", "Unit 4, Harbour Lane")
    ada.fill("Town", "Shoreham-by-Sea")
    ada.fill("Postcode", "bn435az")
    ada.press("Add the site")
    ada.reads("BN43 5AZ")
    ada.go(f"{HOME}/services/add")
    ada.sees("Add a service")
    _describes(ada, member)
    ada.press("Add the service")
    service = Service.objects.get(provider=member.provider)
    ada.reads("Studio mornings")
    ada.go(f"{HOME}/services/{service.pk}/set-price")
    ada.sees("Set a price")
    ada.page.locator('[name="unit"][value="session"]').check()
    ada.page.locator('[name="amount"]').fill("62.50")
    ada.page.locator('[name="vat"][value="exempt"]').check()
    ada.date("starts_on", date(2026, 11, 16))
    ada.press("Set the price")

    # and the quality officer records a visit
    quentin = visit(QUENTIN)
    record = f"/authorities/west-sussex/members/{member.reference}"
    quentin.go(f"{record}/record-check")
    quentin.date("checked_on", date(2026, 11, 17))
    quentin.choose("Visit")
    quentin.page.get_by_label("What did you find?").fill("Two sessions seen.")
    quentin.page.get_by_role("main").get_by_role("button").first.click()

    # then the public finds it near a postcode, without its price
    public = visit()
    public.go("/west-sussex/directory")
    public.page.get_by_label("Near a postcode").fill("BN11 1BY")
    public.press("Set the postcode")
    public.page.get_by_label("Words").fill("woodwork")
    public.press("Apply filters")
    public.sees("Find provision")
    public.reads("Harbour Lane Studio Ltd", "miles")
    public.does_not_read("62.50")
    public.follow("Studio mornings")
    public.sees("Studio mornings")
    public.reads("17 November 2026")
    public.does_not_read("62.50", "Two sessions seen")
    address = public.path

    # and a school sees what it costs
    ruth = visit(RUTH)
    ruth.go(address)
    ruth.reads("£62.50", "a session")

    # when the quality officer suspends it
    quentin.go(f"{record}/suspend")
    quentin.sees("Suspend Harbour Lane Studio Ltd")
    quentin.page.locator('[name="reason"]').fill("The fire alarm record could not be shown.")
    quentin.press("Suspend Harbour Lane Studio Ltd")

    # then it is gone from the list at once, and nobody reads why
    public.go("/west-sussex/directory")
    public.does_not_read("Harbour Lane Studio Ltd")
    public.go(address)
    public.does_not_read("fire alarm")

    # when it is reinstated, it comes back
    quentin.go(f"{record}/reinstate")
    quentin.page.locator('[name="reason"]').fill("The record came and is in order.")
    quentin.press("Reinstate Harbour Lane Studio Ltd")
    public.go("/west-sussex/directory")
    public.reads("Harbour Lane Studio Ltd")

    # and its history tells who, what and when
    quentin.go(f"{record}/history")
    quentin.reads("Quentin Ashby", "Suspend", "Reinstate", "The record came and is in order.")


def _describes(ada, member):
    page = ada.page
    page.locator(f'[name="member"][value="{member.reference}"]').check()
    ada.fill("Name of the service", "Studio mornings")
    ada.fill("In one sentence", "Art and woodwork in a group of six.")
    ada.fill("What happens there", "Everybody begins with a visit and a baseline.")
    page.locator('[name="site"]').select_option(label="The Chandlery, Shoreham-by-Sea")
    page.locator('[name="mode"][value="group"]').check()
    page.locator('[name="age_from"]').fill("11")
    page.locator('[name="age_to"]').fill("16")
    page.locator('[name="needs"][value="SEMH"]').check()
    for day in ("mon", "tue"):
        page.locator(f'[name="days"][value="{day}"]').check()
    page.locator('[name="staff"]').fill("2")
    page.locator('[name="children"]').fill("6")
    page.locator('[name="places"]').fill("2")
