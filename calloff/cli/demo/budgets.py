"""A Dorset school's spending in the story: a budget, and days with a therapist at the signed price."""

from decimal import Decimal

from calloff.buying import commands
from calloff.buying.commands.orders import OrderEntry
from calloff.cli.demo import cast
from calloff.cli.demo.context import DemoContext
from calloff.members.models import Member
from calloff.people.permissions import Role

# A row of Dorset's price schedule, for days that a therapist works at the school. These can be ordered without naming
# a child.
THERAPY_LINE = "therapy_day"


def spend_budget(stage: DemoContext) -> None:
    """Let a school set its budgets and place three orders: one delivered, one accepted, and one not answered yet."""
    school, host = stage.organisations["stour"], stage.organisations["bluebell"]
    lead = stage.meet(next(buyer for buyer in cast.BUYERS if buyer.organisation == "stour"))
    frank = stage.meet(
        next(
            colleague
            for colleague in cast.STAFF
            if colleague.organisation == "stour" and Role.FINANCE in colleague.roles
        )
    )
    budget = commands.set_budget(
        school, name="Alternative provision", starts_on=stage.on("-12 Mon"), ends_on=stage.on("30 Fri"),
        amount=Decimal(6000), by=frank, at=stage.when("-7 Wed 09:15"),
    )  # fmt: skip
    commands.set_budget(
        school, name="Cover", starts_on=stage.on("-12 Mon"), ends_on=stage.on("30 Fri"), amount=Decimal(2500),
        by=frank, at=stage.when("-7 Wed 09:25"),
    )  # fmt: skip
    wanted: OrderEntry = {
        "member": Member.objects.get(provider=host, lot__number=2, market=stage.markets["DAP"]),
        "line": THERAPY_LINE, "quantity": Decimal(3), "what": "A counsellor in the quiet room, for any pupil who "
        "wants to talk.",
        "reason": "All the terms are set in the agreement, and the counsellors know our "
        "building.", "starts_on": stage.on("-6 Mon"),
        "ends_on": stage.on("-4 Fri"), "purchase_order": "PO-2210", "budget": budget,
    }  # fmt: skip
    host_lead = stage.lead("bluebell")
    first = commands.order(school, **wanted, by=lead, at=stage.when("-7 Thu 10:05"))
    commands.accept(first, by=host_lead, at=stage.when("-7 Thu 15:40"))
    commands.record_delivery(
        first,
        delivered=Decimal("2.5"),
        note="We lost half a day because of snow.",
        by=lead,
        at=stage.when("-3 Mon 09:10"),
    )
    commands.allow_more(
        budget, amount=Decimal(750), reason="The governors have agreed to pay for counselling until Easter.", by=frank,
        at=stage.when("-3 Tue 14:00"),
    )  # fmt: skip
    later: OrderEntry = {**wanted, "quantity": Decimal(6), "starts_on": stage.on("-1 Mon"),
        "ends_on": stage.on("4 Fri"),
                     "purchase_order": "PO-2274"}  # fmt: skip
    second = commands.order(school, **later, by=lead, at=stage.when("-2 Tue 11:20"))
    commands.accept(second, by=host_lead, at=stage.when("-2 Wed 08:50"))
    last: OrderEntry = {**wanted, "quantity": Decimal(2), "starts_on": stage.on("2 Mon"), "ends_on": stage.on("3 Fri"),
                    "purchase_order": "PO-2291"}  # fmt: skip
    commands.order(school, **last, by=lead, at=stage.when("-1 Fri 13:30"))
