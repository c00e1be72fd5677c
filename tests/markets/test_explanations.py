"""Tests that all rulesets, and all terms in their rules, are explained in plain words where they are first used."""

import re

import pytest

from calloff.markets.rulesets import RULE_DESCRIPTIONS
from calloff.markets.rulesets.explanations import RULESET_EXPLANATIONS, TERMS, terms_used_in
from calloff.markets.rulesets.law import RULESETS

MOST_WORDS = 25  # the maximum number of words in a sentence


def test_every_ruleset_has_an_explanation():
    wrong = RULESET_EXPLANATIONS.keys() ^ {ruleset.key for ruleset in RULESETS}
    assert not wrong, f"Each row of law.py has an explanation in rulesets/explanations.py. These do not match: {wrong}"
    assert [key for key, sentences in RULESET_EXPLANATIONS.items() if not sentences] == ["unknown"]


@pytest.mark.parametrize("text", sorted({*sum(RULESET_EXPLANATIONS.values(), ()), *(term.meaning for term in TERMS)}))
def test_every_explanation_uses_short_sentences(text):
    assert [sentence for sentence in re.split(r"(?<=\.) ", text) if len(sentence.split()) > MOST_WORDS] == []


def test_explained_terms_are_found_in_upper_or_lower_case_and_listed_in_order():
    sentences = ["There is a standstill of 8 working days before an award.", "Every Competition invites all members."]
    assert [term.words for term in terms_used_in(sentences)] == ["Competition", "Standstill"]
    assert terms_used_in(["Providers can apply at any time."]) == []


@pytest.mark.parametrize("term", TERMS)
def test_every_explained_term_is_used_by_a_rule_or_a_ruleset(term):
    texts = [str(description) for description in RULE_DESCRIPTIONS.values()]
    titles = [ruleset.title for ruleset in RULESETS]
    assert term in terms_used_in([*texts, *titles]), f"No rule uses “{term.words}”: delete it"
