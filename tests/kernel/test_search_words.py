"""Tests for the plain form in which every search compares words."""

import pytest
from django.db import connection

from calloff.kernel.search_words import has_typed_words, typed_words, words_in

TEXTS = [
    "José’s kitchen", "Łukasz Øster ß æ œ þ", "Self-esteem", "St. Martin's C.E. School", "English/maths",
    "forest.school", "ĐÐ ŁØ İstanbul ı", "Walton‑on‑the‑Hill",
    "O'Brien & Sons", "plain", "", "   ", "BN43 5AB", "rock ’n’ roll", "1:1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("St Martin’s", ["st", "martins"]), ("self-esteem", ["self", "esteem"]), ("JOSÉ", ["jose"]),
        ("English/maths", ["english", "maths"]), ("Łukasz", ["lukasz"]), ("’", []),
        ("\x00", []), ("\ud800 farm", ["farm"]),
    ],
)  # fmt: skip
def test_typed_words_are_converted_to_plain_form(typed, words):
    assert typed_words(typed) == words


def test_a_text_has_its_words_apart_and_joined():
    assert words_in("Self-esteem") == ["self", "esteem", "selfesteem"]
    assert has_typed_words("self est", "Self-esteem for girls")
    assert has_typed_words("martins", "St Martin’s")
    assert not has_typed_words("teem", "Self-esteem")
    assert not has_typed_words(" ", "Self-esteem")


@pytest.mark.django_db
@pytest.mark.parametrize("text", TEXTS)
def test_the_database_converts_words_to_the_same_plain_form(text):
    with connection.cursor() as cursor:
        cursor.execute("SELECT fold_search_text(%s)", [text])
        assert cursor.fetchone()[0].split() == words_in(text)
