"""Tests that retired words do not return to pages, documents, docstrings or comments."""

import pytest

from tests.architecture.word_lint import (
    RetiredWord,
    allowed_counts,
    count_retired_words,
    docstrings_and_comments,
    document_sentences,
    page_strings,
    retired_words,
)


@pytest.mark.parametrize("kind", ["documents", "code", "pages"])
def test_no_retired_word_is_used_more_often_than_before(kind):
    instead = {word.pattern: word.instead for word in retired_words()}
    allowed = allowed_counts()[kind]
    more = {
        pattern: f"{count} times, {allowed.get(pattern, 0)} allowed: write “{instead.get(pattern, 'plainer words')}”"
        for pattern, count in count_retired_words(kind).items()
        if count > allowed.get(pattern, 0)
    }
    assert more == {}


def test_a_retired_word_is_reported_unless_that_use_is_allowed():
    held = RetiredWord("hard", r"(?i)\bholds?\b", "has", r"(?i)\blegal hold\b")
    assert held.count_in("The key holds for a day, and then holds no more") == 2
    assert held.count_in("A legal hold keeps the record") == 0


def test_every_pattern_for_a_retired_word_has_a_kind_and_a_replacement():
    assert {word.kind for word in retired_words()} == {"hard", "soft"}
    assert [word.pattern for word in retired_words() if not word.instead] == []
    assert len(retired_words()) >= 50


def test_text_is_extracted_from_documents_python_files_and_templates_without_the_code():
    assert list(document_sentences("# A title\n\nOne `stands` here. Two.\n\n    code stands\n")) == [
        "A title",
        "One X here.",
        "Two.",
        "",
    ]
    assert [*docstrings_and_comments('"""Say `held`. Then stop."""\nx = "held"  # why\n')] == [
        "Say X.",
        "Then stop.",
        "why",
    ]
    assert "Add a site" in [*page_strings('<h1>Add a site</h1>{{ govukButton({"text": "Save the page"}) }}{# note #}')]
    assert "Save the page" in [*page_strings('{{ govukButton({"text": "Save the page"}) }}')]
