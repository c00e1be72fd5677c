"""Steps for what a member adds to the directory: a site, a service with its days and places, and a price."""

from calloff.directory.models import Service
from calloff.kernel import clock


def lists(ada, house, member):
    # when the provider lead adds a site, a service and a price
    ada.go(f"{house.home}/sites/add")
    ada.sees("Add a site")
    ada.fill("Name of the site", "The Chandlery")
    ada.fill("Address", "Unit 4, Harbour Lane")
    ada.fill("Town", "Shoreham-by-Sea")
    ada.fill("Postcode", "bn435az")
    ada.press("Add the site")
    ada.reads("BN43 5AZ")
    ada.go(f"{house.home}/services/add")
    ada.sees("Add a service")
    _describes(ada, member)
    ada.press("Add service")
    ada.reads("Boat and bench")
    service = Service.objects.get(provider=member.provider)
    ada.go(f"{house.home}/services/{service.pk}/set-price")
    ada.sees("Set a price")
    ada.tick("unit", "day")
    ada.write(amount="124")
    ada.tick("vat", "exempt")
    ada.date("starts_on", clock.local_day(clock.now()))
    ada.press("Set the price")
    ada.reads("£124")
    return service


def approves(quentin, council, service):
    # and the council's quality officer reads the new service and approves it
    quentin.go(f"{council.home}/changes")
    quentin.follow(service.name)
    quentin.reads("This is a new service", "with woodwork towards a unit award")
    quentin.press("Approve")
    quentin.sees("Approve Boat and bench")
    quentin.press("Approve the service")
    quentin.reads("approved. The public can now find the service.")


def _describes(ada, member):
    ada.tick("member", member.reference)
    ada.fill("Name of the service", "Boat and bench")
    ada.fill("In one sentence", "Repairing small boats, with woodwork towards a unit award.")
    ada.fill("What happens there", "Everybody begins with a visit and a baseline.")
    ada.page.locator('[name="site"]').select_option(label="The Chandlery, Shoreham-by-Sea")
    ada.tick("mode", "group")
    ada.tick("needs", "SEMH")
    ada.tick("week-1-days", "mon", "wed", "fri")
    ada.write(age_from="14", age_to="18", staff="2", children="6", places="3")


def finds_it(public, service, house):
    # then members of the public can find the service near a postcode, without its price
    public.go("/west-sussex/directory")
    public.page.get_by_label("Near").fill("BN11 1BY")
    public.page.get_by_label("What").fill("boats")
    public.page.get_by_role("button", name="Search").click()
    public.sees("1 service")
    public.reads(house.name, "miles")
    public.does_not_read("£124")
    public.follow(service.name)
    public.sees(service.name)
    public.does_not_read("£124")
    return public.path
