import pytest
from django.db import ProgrammingError, transaction

from calloff.kernel.lifecycles import Refused
from calloff.questions.commands import publish_edition
from calloff.questions.models import QuestionSetVersion
from calloff.questions.queries import editions_of, find_edition, latest_edition
from calloff.questions.schema import QuestionSet
from tests.concurrency import all_at_once
from tests.factories import NOW
from tests.questions.example_questions import QUESTION_SET

pytestmark = pytest.mark.django_db


def changed(**changes):
    return QuestionSet.model_validate({**QUESTION_SET.model_dump(), **changes})


def test_publishing_questions_twice_stores_one_edition():
    first = publish_edition(QUESTION_SET, NOW)
    assert publish_edition(changed(), NOW) == first
    assert QuestionSetVersion.objects.count() == 1


def test_published_questions_are_read_back_unchanged():
    kept = publish_edition(QUESTION_SET, NOW)
    assert QuestionSetVersion.objects.get(pk=kept.pk).definition == QUESTION_SET
    assert kept.definition is QuestionSetVersion.objects.get(pk=kept.pk).definition


def test_publishing_changed_questions_with_the_same_version_number_is_refused_with_advice():
    publish_edition(QUESTION_SET, NOW)
    publish_edition(changed(version=2), NOW)
    with pytest.raises(Refused, match="Change the version to 3"):
        publish_edition(changed(title="Another"), NOW)
    assert QuestionSetVersion.objects.get(version=1).title == "An example"


def test_a_higher_version_is_stored_and_the_earlier_one_is_kept():
    first, second = publish_edition(QUESTION_SET, NOW), publish_edition(changed(version=2, title="Another"), NOW)
    assert list(editions_of("example")) == [second, first]
    assert latest_edition("example") == second
    assert find_edition("example", 1) == first
    assert latest_edition("nothing") is None


@pytest.mark.parametrize("act", [lambda kept: kept.save(), lambda kept: kept.delete()])
def test_the_database_refuses_to_change_or_delete_an_edition(act):
    kept = publish_edition(QUESTION_SET, NOW)
    kept.title = "Changed"
    with pytest.raises(ProgrammingError, match="pgtrigger"), transaction.atomic():
        act(kept)
    assert QuestionSetVersion.objects.get().title == "An example"


@pytest.mark.postgres15
@pytest.mark.django_db(transaction=True)
def test_publishing_several_times_at_the_same_moment_stores_one_edition():
    assert all_at_once(lambda: publish_edition(QUESTION_SET, NOW), times=4) == ["done"] * 4
    assert QuestionSetVersion.objects.count() == 1
