"""Applications that have scores and can be decided."""

from calloff.applications.models import Mark
from calloff.applications.scoring import answers_to_mark
from calloff.applications.states import ApplicationStatus
from calloff.people.permissions import Role
from tests.factories import NOW, person
from tests.factories_markets import ApplicationFactory, EvaluatorAssignmentFactory


def ready(scores=None, *, passed=True, **given):
    """Return an application that can be decided. `scores` contains the score for each lot.

    The default score is 4.
    """
    return mark_all(
        ApplicationFactory(status=ApplicationStatus.TO_DECIDE, **{"lots": [1, 2], **given}), scores, passed=passed
    )


def mark_all(application, scores=None, *, passed=True):
    part = EvaluatorAssignmentFactory(application=application, finished=True)
    for key, asked in answers_to_mark(application).items():
        scored = asked.question.assessed == "score"
        value = {"score": (scores or {}).get(asked.lot, 4)} if scored else {"passed": passed}
        Mark.objects.create(part=part, key=key, reason="As they wrote.", marked_at=NOW, **value)
    return application


def approver(application):
    return person(Role.APPROVER, at=application.authority)
