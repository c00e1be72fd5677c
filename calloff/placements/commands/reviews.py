"""Record reviews of the child's views and progress towards the outcomes, at least every half term."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from calloff.history.transitions import create, transition
from calloff.kernel.clock import local_day
from calloff.kernel.lifecycles import Problem, Refused
from calloff.kernel.short_text import find_line_problem
from calloff.outbox.commands import queue_message
from calloff.people.models import User
from calloff.people.permissions import Can
from calloff.placements import messages
from calloff.placements.models import Placement, PlacementReview

__all__ = ["hold_review", "plan_review"]

OUTCOME_ANSWERS = {"yes": "Met", "partly": "Partly met", "no": "Not met"}
REVIEW_DECISIONS = {"go_on": "Continue without changes", "change": "Continue with a change", "end": "It ends"}
MAX_REVIEW_TEXT_LENGTH, MAX_PRESENT_LENGTH = 4000, 300  # characters


def plan_review(placement: Placement, *, due_on: date, by: User, at: datetime) -> PlacementReview:
    """Plan an extra review, for example after a concern, on a day within the placement."""
    last = placement.closes_on
    if due_on < local_day(at) or (last and due_on > last):
        raise Refused("Review date must be between today and the last day of the placement", "due_on")
    with transition(placement, "plan_review", by=by, at=at) as held:
        if held.reviews.filter(due_on=due_on).exists():
            raise Refused("A review is already planned for this day", "due_on")
        review = PlacementReview(authority_id=held.authority_id, buyer_id=held.buyer_id, placement=held, due_on=due_on)
        create(review, "plan_review", by=by, at=at)
    return review


def hold_review(
    review: PlacementReview, *, held_on: date, present: str, found: str, child_views: str, outcomes: Mapping[str, str],
    decision: str, by: User, at: datetime,
) -> PlacementReview:  # fmt: skip
    """Record a review: the roles of the people who took part, the findings, the child's views and the outcomes.

    `outcomes` says for each agreed outcome whether the child has achieved it. The provider is told about the review and
    can read it.
    """
    problems = _wrong(review.placement, held_on, at, found=found, child_views=child_views, present=present)
    problems += find_outcome_problems(review.placement, outcomes)
    if decision not in REVIEW_DECISIONS:
        problems.append(Problem("Select what the review decided", "decision"))
    if problems:
        raise Refused.because(problems)
    with (
        transition(review.placement, "hold_review", by=by, at=at),
        transition(review, "hold_review", by=by, at=at) as held,
    ):
        held.held_on, held.present, held.found = held_on, present.strip(), found.strip()
        held.child_views, held.decision = child_views.strip(), decision
        held.outcomes = outcomes_to_store(review.placement, outcomes)
        people = User.objects.who_can(Can.ANSWER_REFERRALS, organisation=review.placement.provider, at=at)
        queue_message(messages.review_held(held), to=people, sender=str(held.authority), at=at)
    return held


def find_outcome_problems(placement: Placement, outcomes: Mapping[str, str]) -> list[Problem]:
    """Return a problem for each outcome without an answer. The keys “0”, “1” and so on are positions in the list."""
    asked = [str(place) for place in range(len(placement.outcomes))]
    return [
        Problem(f"Select whether this outcome is met: {placement.outcomes[int(one)]}", f"outcome-{one}")
        for one in asked
        if outcomes.get(one) not in OUTCOME_ANSWERS
    ]


def outcomes_to_store(placement: Placement, outcomes: Mapping[str, str]) -> list[dict[str, str]]:
    return [
        {"outcome": words, "met": outcomes[str(place)]} for place, words in enumerate(_listed(placement))
    ]  # fmt: skip


def _listed(placement: Placement) -> Sequence[str]:
    return list(placement.outcomes)


def _wrong(
    placement: Placement, held_on: date, at: datetime, *, found: str, child_views: str, present: str
) -> list[Problem]:
    problems = []
    started = placement.started_on or placement.starts_on
    if held_on > local_day(at) or (started and held_on < started):
        problems.append(Problem("Review date must be between the start of the placement and today", "held_on"))
    for name, noun, said, words in (
        ("present", "Who took part", present, "Enter the roles of the people who took part"),
        ("found", "Findings", found, "Enter the findings"),
        ("child_views", "The child’s views", child_views, "Enter the child’s views, or how you tried to find out"),
    ):
        longest = MAX_PRESENT_LENGTH if name == "present" else MAX_REVIEW_TEXT_LENGTH
        if not said.strip():
            problems.append(Problem(words, name))
        elif len(said) > longest:
            problems.append(Problem(f"{noun} must be {longest:,} characters or fewer", name))
        elif name == "present" and (wrong := find_line_problem(said, noun=noun)):
            problems.append(Problem(wrong, name))
    return problems
