"""What we tell buyers of a provider that is suspended: never why, and never which child."""

from calloff.monitoring.models import Recall
from calloff.outbox.commands import Words


def told(recall: Recall) -> Words:
    if not recall.children and recall.to_start:
        do = "Sign in to see which pupils were to start there. They cannot start now, so look for another place."
    elif not recall.children and recall.offers:
        do = "Sign in to see what you have offered there. It cannot be confirmed now, so look for another place."
    elif not recall.children:
        do = "Sign in, and say what you have done about its staff who come to you."
    else:
        do = "Sign in and confirm where each pupil is."
    return Words("Act today: a provider you use is not taking placements.", do, _recall(recall))


def reminded(recall: Recall) -> Words:
    words = told(recall)
    return words._replace(subject="Not answered yet: a provider you use is not taking placements.")


def lifted(recall: Recall) -> Words:
    return Words(
        "A provider you use is taking placements again.",
        "The council has lifted the suspension that it told you of. Sign in to see which provider.",
        _recall(recall),
    )


def _recall(recall: Recall) -> str:
    return f"/buyers/{recall.buyer.slug}/recalls/{recall.pk}"
