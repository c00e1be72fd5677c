"""Tests that people and `read_pack` can read an exported pack, and that it is equal to the original pack."""

from datetime import date

import pytest
import yaml
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

from calloff.kernel.names import find_name_problem, lookalike_key
from calloff.markets.models import MarketTerms
from calloff.markets.packs.exporter import write_pack
from calloff.markets.packs.loader import read_pack
from calloff.markets.packs.schema import (
    FIELDS_ADDED_LATER,
    MarketPack,
    NameQuery,
    PackContact,
    PackEvidenceKind,
    PackKpi,
    PackLot,
    PackPromise,
    PackProvider,
    canonical_json,
    pack_fingerprint,
)
from calloff.questions.schema import QuestionDefinition, QuestionSet, SectionDefinition

PACKS = settings.BASE_DIR / "packs"
FOLDERS = sorted(folder.name for folder in PACKS.iterdir() if folder.name != "shared")
GOOD = read_pack(PACKS / "dorset-ap")


@pytest.mark.parametrize("name", FOLDERS)
def test_a_written_pack_can_be_read_back_as_an_identical_pack(name, tmp_path):
    pack = read_pack(PACKS / name)
    write_pack(pack, tmp_path / name)
    again = read_pack(tmp_path / name)
    assert again == pack
    assert pack_fingerprint(again) == pack_fingerprint(pack)


def test_writing_a_pack_twice_produces_the_same_bytes(tmp_path):
    files = write_pack(GOOD, tmp_path / "one")
    write_pack(read_pack(tmp_path / "one"), tmp_path / "two")
    assert [file.name for file in files] == [
        "eligibility.yml",
        "questions.yml",
        "agreement.md",
        "partnership-agreement.md",
        "placement-agreement.md",
        "market.yml",
    ]
    for file in files:
        assert (tmp_path / "two" / file.name).read_bytes() == file.read_bytes()


def test_packs_are_written_as_simple_block_yaml(tmp_path):
    write_pack(GOOD, tmp_path)
    text = (tmp_path / "market.yml").read_text()
    plain = yaml.safe_load(text)
    assert list(plain)[:5] == ["authority", "code", "slug", "title", "summary"]
    assert plain["demonstration_term"]["opens_on"] == date(2026, 9, 1)
    assert "{" not in text
    assert "lots: [" in (tmp_path / "questions.yml").read_text()
    assert (tmp_path / "agreement.md").read_text() == GOOD.agreement.text


def test_text_with_several_lines_is_written_line_by_line(tmp_path):
    pack = GOOD.model_copy(update={"summary": "First line.\n\n- and a list\n"})
    write_pack(pack, tmp_path)
    assert "summary: |\n  First line.\n\n  - and a list\n" in (tmp_path / "market.yml").read_text()
    assert read_pack(tmp_path).summary == pack.summary


def test_identical_packs_have_the_same_fingerprint_and_changing_a_word_changes_it():
    assert canonical_json(read_pack(PACKS / "dorset-ap")) == canonical_json(GOOD)
    assert pack_fingerprint(GOOD) != pack_fingerprint(GOOD.model_copy(update={"what_it_buys": "Something else"}))


def test_a_pack_is_unchanged_after_being_stored_as_json():
    lots = [lot.model_copy(update={"drawing": None}) for lot in GOOD.lots]
    terms = GOOD.model_copy(update={"synonyms": [], "lots": lots})  # Synonyms and drawings are not terms.
    assert MarketPack.model_validate_json(canonical_json(GOOD)) == terms


@pytest.mark.django_db
def test_stored_terms_name_only_the_new_fields_that_a_pack_uses():
    """The previous version of Calloff would reject a field that it does not know."""
    plain = GOOD.model_copy(update={name: default for name, default in FIELDS_ADDED_LATER.items() if name != "contact"})
    used = plain.model_copy(update={"contact": PackContact(name="Sam Reed")})
    assert not FIELDS_ADDED_LATER.keys() & MarketTerms.keep(plain).content.keys()
    assert FIELDS_ADDED_LATER.keys() & MarketTerms.keep(used).content.keys() == {"contact"}
    assert MarketTerms.read(MarketTerms.keep(used).pk).contact.name == "Sam Reed"


text = st.text(min_size=1, max_size=60)
AWKWARD = ["yes", "no", "null", "~", "1", "1.5", "1e5", "0x1F", "2026-09-01", "12:30", "=", "<<", "''", '"', "|", ">"]
AWKWARD += [
    "- a",
    "a: b",
    "# a",
    "&a",
    "*a",
    "!a",
    "%a",
    "@a",
    "`a",
    "\n",
    " a",
    "a ",
    "a\nb\n",
    "a\n  b",
    "\ta",
    "\x07",
]
AWKWARD += ["\ufeffa", "a\u2028b", "\x85", "a\r\nb", "---\na"]
awkward = st.sampled_from(AWKWARD)
words = st.one_of(text, awkward)
letters = st.text(st.characters(categories=["L", "Nd"], include_characters=" -'&:.’"), min_size=1, max_size=60)
named = st.one_of(letters, st.sampled_from([*AWKWARD, "null 1", "yes"])).filter(
    lambda name: not find_name_problem(name)
)


@st.composite
def packs(draw):
    lots = [
        PackLot(number=number, title=draw(named), description=draw(words))
        for number in range(1, draw(st.integers(4, 6)) + 1)
    ]
    numbers = st.lists(st.sampled_from([lot.number for lot in lots]), min_size=1, max_size=3, unique=True)
    names = draw(st.lists(named, max_size=4, unique_by=lookalike_key))
    providers = []
    for name in names:
        members = draw(numbers)
        queries = [NameQuery(lot=members[0], note=draw(words))] if draw(st.booleans()) else []
        providers.append(PackProvider(name=name, lots=members, queries=queries))
    asked = QuestionDefinition.model_validate(
        {
            "key": "it",
            "kind": "number",
            "text": draw(words),
            "hint": draw(words),
            "lots": draw(numbers),
            "minimum": draw(st.one_of(st.none(), st.integers(-(10**6), 10**6).map(float), st.just(2.5))),
            "required": draw(st.booleans()),
        }
    )
    prices = QuestionDefinition.model_validate({"key": "prices", "kind": "prices", "text": draw(words)})
    sections = [SectionDefinition(key="it", title=draw(words), intro=draw(words), questions=[asked, prices])]
    changes = {
        "title": draw(named),
        "summary": draw(words),
        "grants": draw(st.booleans()),
        "promises": {"invite_all": PackPromise(value=draw(st.booleans()), citation=draw(words))},
        "lots": lots,
        "providers": providers,
        "load_notes": draw(st.lists(words, max_size=3)),
        "kpis": [PackKpi(key="it", title=draw(words), measure=draw(words), target=draw(words))],
        "evidence": [PackEvidenceKind(key="it", title=draw(words), lots=draw(numbers), expires=draw(st.booleans()))],
        "schedule": GOOD.schedule.model_copy(update={"lines": GOOD.schedule.lines[:1]}),
        "eligibility": QuestionSet(key="it", version=2, title=draw(words), source="test", sections=sections),
        "questions": QuestionSet(key="it", version=1, title=draw(words), source=draw(words), sections=sections),
        "agreement": GOOD.agreement.model_copy(update={"title": draw(words)}),
    }
    return MarketPack.model_validate(GOOD.model_dump(exclude=set(changes)) | {k: dump(v) for k, v in changes.items()})


def dump(value):
    if isinstance(value, list):
        return [dump(item) for item in value]
    if isinstance(value, dict):
        return {name: dump(item) for name, item in value.items()}
    return value.model_dump() if hasattr(value, "model_dump") else value


@effort(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(pack=packs())
def test_any_generated_pack_is_unchanged_after_writing_and_reading(pack, tmp_path_factory):
    folder = tmp_path_factory.mktemp("pack")
    write_pack(pack, folder)
    again = read_pack(folder)
    assert again == pack
    assert pack_fingerprint(again) == pack_fingerprint(pack)
