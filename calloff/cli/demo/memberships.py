"""Applications in the markets of both councils, with every status, and the memberships that result from them."""

from datetime import timedelta

from calloff.applications import commands as applications
from calloff.applications.models import Application
from calloff.cli.demo.application_decisions import (
    ScoresByQuestion,
    admit_application,
    assess_part,
    begin_assessment,
    countersign,
    mark_answers,
    sign_agreement,
    submit_application,
    write_application,
)
from calloff.cli.demo.context import DemoContext
from calloff.members import commands as members
from calloff.members.models import Member, ProviderCheck, Suspension
from calloff.monitoring import commands as monitoring
from calloff.people.models import User


def west_sussex(stage: DemoContext) -> None:
    esme, daniel, olivia, priya, tom, quentin = (
        stage.officer("west-sussex", name) for name in ("esme", "daniel", "olivia", "priya", "tom", "quentin")
    )
    due = stage.on("2 Fri")
    condition = ("Send us the report of your next fire drill at Hanger Wood.", due)

    # These members were admitted eight weeks ago, and signed a week later.
    for provider, lots, by, conditions in (
        ("harbour", (1, 2), tom, ()),
        ("saltmarsh", (1, 3, 4), priya, ()),
        ("downland", (1, 2), tom, (condition,)),
        ("orchard", (1, 5), priya, ()),
        ("beacon", (5,), tom, ()),
        ("makers", (2,), priya, ()),
    ):
        application = submit_application(
            stage, write_application(stage, provider, "IAP", lots, "-10 Mon 13:00"), provider, "-9 Tue 15:20"
        )
        assess_part(stage, application, esme if by is tom else daniel, "-9 Thu 09:30")
        decision = admit_application(application, by, stage.when("-8 Mon 11:15"), conditions=conditions)
        agreement = decision.agreement
        assert agreement is not None  # noqa: S101 (all of them are admitted)
        signed = sign_agreement(stage, agreement, provider, stage.when("-8 Wed 16:00"))
        if provider != "makers":  # The agreement with this member is waiting for the council's signature.
            countersign(signed, olivia, stage.when("-7 Mon 10:30"))

    _forge(stage, esme, priya)
    _in_hand(stage, esme, daniel)

    # These are the checks that the quality officer has made since then.
    for provider, on, how, finding in (
        (
            "harbour",
            "-3 Wed",
            ProviderCheck.How.VISIT,
            "I saw 2 sessions and the record of staff checks. Everything matched the application.",
        ),
        ("saltmarsh", "-4 Tue", ProviderCheck.How.DESK, "I read the policies and the staff list again."),
        (
            "downland",
            "-2 Thu",
            ProviderCheck.How.VISIT,
            "The wood is well looked after. The provider has not written up its fire drill yet.",
        ),
        ("beacon", "-5 Fri", ProviderCheck.How.CALL, "I spoke to the chief officer about staff cover."),
    ):
        member = Member.objects.filter(provider=stage.organisations[provider]).order_by("pk")[0]
        members.record_check(
            member, checked_on=stage.on(on), how=how, found=finding, by=quentin, at=stage.when(f"{on} 16:40")
        )
    saltmarsh = suspend(
        stage, "saltmarsh", quentin, "-6 Thu 12:05", "The provider could not show us a tutor's training record."
    )
    monitoring.reinstate(
        saltmarsh,
        reason="The provider sent us the record the next day, and it is complete.",
        by=quentin,
        at=stage.when("-6 Fri 15:30"),
    )


def suspend(stage: DemoContext, provider: str, by: User, at: str, reason: str, **withheld: str) -> Suspension:
    terms = stage.markets["IAP"].pack.agreement
    standing = Member.objects.filter(provider=stage.organisations[provider], status="active").order_by("pk")
    return monitoring.suspend(
        stage.organisations[provider], authority=stage.organisations["west-sussex"], members=list(standing),
        clause=terms.suspension_clause, reason=reason,
        review_route=f"{terms.review_clause}: write to the head of commissioning within 10 working days.",
        review_on=stage.on("1 Fri") if withheld else None, by=by, at=stage.when(at), **withheld,
    )  # fmt: skip


def _forge(stage: DemoContext, evaluator: User, approver: User) -> None:
    """Admit a provider to category 1, with a condition, but not to category 4.

    Its agreement has not been signed yet.
    """
    application = submit_application(
        stage, write_application(stage, "forge", "IAP", (1, 4), "-4 Mon 10:00"), "forge", "-4 Wed 11:40"
    )
    weak = (
        2,
        "The answer meets part of the requirement. It does not explain how a learner starts online, or how "
        "staff know that it is working.",
    )
    assess_part(stage, application, evaluator, "-3 Mon 09:15", {"method@4": weak})
    condition = ("Show us a first aid certificate for a second member of staff.", stage.on("3 Fri"))
    yes = "The provider meets every condition for this category except one, which it can meet later."
    no = "The online offer scored 2, and the pass mark is 3."
    outcomes = [members.LotDecision(1, True, yes, (condition,)), members.LotDecision(4, False, no)]
    members.decide(application, outcomes=outcomes, by=approver, at=stage.when("-2 Tue 14:20"))


def _in_hand(stage: DemoContext, esme: User, daniel: User) -> None:
    """Make an application with each status that comes before the decision. They are due this week and next."""
    write_application(stage, "kite", "IAP", (1, 4), "-1 Wed 18:30", sections=3)

    pebble = submit_application(
        stage, write_application(stage, "pebble", "IAP", (1, 3), "-3 Thu 10:00"), "pebble", "-2 Tue 16:55"
    )
    _send_again(stage, pebble, "pebble", "-2 Thu 09:30")
    applications.assign(
        pebble, person=daniel, by=stage.officer("west-sussex", "olivia"), at=stage.when("-1 Fri 11:45")
    )  # This evaluator has not declared his interests yet.

    windmill = submit_application(
        stage, write_application(stage, "windmill", "IAP", (2,), "-2 Mon 09:00"), "windmill", "-1 Mon 12:10"
    )
    _write_anew(stage, windmill, "windmill", "-1 Thu 17:05")

    tideway = submit_application(
        stage, write_application(stage, "tideway", "IAP", (3,), "-3 Fri 10:00"), "tideway", "-2 Thu 11:30"
    )
    first, _second = begin_assessment(stage, tideway, [esme, daniel], stage.when("-1 Tue 10:00"))
    mark_answers(first, stage.when("-1 Wed 14:00"), only=9)

    beech = submit_application(
        stage, write_application(stage, "beech", "IAP", (5,), "-3 Wed 10:00"), "beech", "-2 Fri 09:45"
    )
    [part] = begin_assessment(stage, beech, [daniel], stage.when("-1 Wed 09:30"))
    mark_answers(part, stage.when("-1 Wed 15:00"), only=6)
    question = "You work with dogs. Who checks their health and temperament, and how often? Who else handles them?"
    applications.clarify(beech, question=question, by=daniel, at=stage.when("-1 Fri 10:10"))

    larkfield = submit_application(
        stage, write_application(stage, "larkfield", "IAP", (1, 2), "-3 Mon 10:00"), "larkfield", "-2 Wed 13:15"
    )
    assess_part(stage, larkfield, esme, "-1 Mon 09:20")

    write_application(
        stage, "harbour", "SB", (2,), "-1 Thu 14:00", sections=0
    )  # The new application can reuse answers from the provider's earlier application.

    withdrawn = submit_application(
        stage, write_application(stage, "harbour", "IAP", (5,), "-5 Mon 10:00"), "harbour", "-5 Wed 10:30"
    )
    applications.withdraw(withdrawn, by=stage.lead("harbour"), at=stage.when("-4 Tue 09:05"))


def _write_anew(stage: DemoContext, application: Application, provider: str, at: str) -> None:
    """Change one answer in a submitted application, but do not submit it again."""
    lead, when = stage.lead(provider), stage.when(at)
    applications.amend(application, by=lead, at=when)
    section = application.sections.get(key="environmental")
    words = "We repair things instead of buying new ones, heat one room at a time, and give our offcuts to the scouts."
    applications.save_section(
        application, key="environmental", answers={"environment_care": words}, seen=section.saves, by=lead,
        at=when + timedelta(minutes=15),
    )  # fmt: skip


def _send_again(stage: DemoContext, application: Application, provider: str, at: str) -> None:
    """Submit a second version, which becomes the current one."""
    _write_anew(stage, application, provider, at)
    submit_application(stage, application, provider, at.replace(":30", ":55"))


def dorset(stage: DemoContext) -> None:
    """Add the applications in Dorset's market. The agreements' annexes contain copies of the prices.

    One agreement is in force, one is not signed yet, and the evaluators of one application still have to agree its
    scores.
    """
    iris, callum, hugh, grace, owen, leila = (
        stage.officer("dorset", name) for name in ("iris", "callum", "hugh", "grace", "owen", "leila")
    )
    bluebell = submit_application(
        stage, write_application(stage, "bluebell", "DAP", (1, 2), "-10 Tue 13:00"), "bluebell", "-9 Wed 10:20"
    )
    assess_part(stage, bluebell, iris, "-9 Fri 09:30")
    agreement = admit_application(bluebell, owen, stage.when("-8 Tue 15:45")).agreement
    assert agreement is not None  # noqa: S101 (admitted)
    countersign(
        sign_agreement(stage, agreement, "bluebell", stage.when("-8 Thu 11:00")), hugh, stage.when("-7 Tue 09:40")
    )
    member = Member.objects.filter(provider=stage.organisations["bluebell"]).order_by("pk")[0]
    finding = "I visited both rooms. The therapists keep notes of their supervision."
    members.record_check(
        member,
        checked_on=stage.on("-3 Mon"),
        how=ProviderCheck.How.VISIT,
        found=finding,
        by=leila,
        at=stage.when("-3 Mon 17:00"),
    )

    cobb = submit_application(
        stage, write_application(stage, "cobb", "DAP", (3,), "-5 Tue 13:00"), "cobb", "-4 Thu 10:20"
    )
    assess_part(stage, cobb, callum, "-3 Tue 09:30")
    admit_application(cobb, grace, stage.when("-1 Thu 15:10"))

    chalk = submit_application(
        stage, write_application(stage, "chalk", "DAP", (1, 4), "-3 Tue 13:00"), "chalk", "-2 Mon 10:20"
    )
    differing: tuple[tuple[User, str, ScoresByQuestion], ...] = (
        (
            iris,
            "-1 Wed 11:00",
            {"method@1": (4, "There is a clear induction, and a plan that is reviewed every 6 weeks.")},
        ),
        (
            callum,
            "-1 Thu 16:00",
            {"method@1": (2, "The answer does not explain what happens when a young person does not engage.")},
        ),
    )
    parts = begin_assessment(stage, chalk, [iris, callum], stage.when("-1 Mon 14:00"))
    for part, (person, at, scores) in zip(parts, differing, strict=True):
        mark_answers(part, stage.when(at), scores=scores)
        applications.finish_marking(part, by=person, at=stage.when(at) + timedelta(hours=1))
