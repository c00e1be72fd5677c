"""Tests for which legal entity signs for a school: the one in the register, or otherwise one that the person enters."""

import pytest

from calloff.partners.models import Partnership
from calloff.partners.school_lookup import entity_of
from tests.partners.scenario import registered

pytestmark = pytest.mark.django_db

E = Partnership.Entity


@pytest.mark.parametrize(
    ("group", "kind", "entity"),
    [
        ("Academies", "Academy converter", E.TRUST),
        ("", "Academy converter", E.TRUST),
        ("", "Academy special sponsor led", E.TRUST),
        ("", "Free schools special", E.TRUST),
        ("Special schools", "Academy special converter", E.TRUST),
        ("Special schools", "Community special school", E.GOVERNING_BODY),
        ("Local authority maintained schools", "Pupil referral unit", E.GOVERNING_BODY),
        ("", "Voluntary aided school", E.GOVERNING_BODY),
        ("Independent schools", "Other independent school", E.PROPRIETOR),
        ("Special schools", "Non-maintained special school", ""),
        ("", "", ""),
        ("Other types", "Online provider", ""),
    ],
)
def test_the_legal_entity_comes_from_the_register_or_else_the_school_is_asked(group, kind, entity):
    found, name = entity_of(registered(group=group, kind=kind, trust="The Am Vale Trust"))
    assert found == entity
    assert bool(name) == bool(entity)
