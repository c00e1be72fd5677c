"""Tests for every file in the corpus: harmful files are refused, each with its own message, and good files pass."""

import random
import time

import pytest

from calloff.documents import uploads
from calloff.documents.file_names import parse_file_name
from calloff.documents.inspection import child, file_types, images, process
from calloff.kernel.lifecycles import Refused
from tests.documents.corpus import office, office_disguises, others, pdfs, pictures

pytestmark = pytest.mark.slow

ROOMS = {"PDF": pdfs, "Office": office, "Office in disguise": office_disguises, "pictures": pictures, "others": others}
FEWEST = {"hostile": 120, "harmless": 40}
MOST_MEMORY = 600 * 1024**2  # the limit for one child process, in bytes. The largest picture needs the most memory


def judged_here(case):
    """Return the message of a refusal, or None, by running the child's code without a child process."""
    seen = file_types.detect_file_type(case.data)
    found = child.examine(seen, case.data)
    return sentence_of(case, found)


def sentence_of(case, found):
    try:
        uploads.judge_upload(parse_file_name(case.name), case.data, found.seen, found.problem, found.drawn)
    except Refused as refusal:
        return str(refusal)
    return ""


@pytest.mark.parametrize("room", ROOMS)
def test_every_hostile_file_is_refused_with_its_own_message_and_good_files_are_accepted(room, record_property):
    cases = list(ROOMS[room].hostile())
    good = list(ROOMS[room].harmless())
    began = time.process_time()
    refused = {case: judged_here(case) for case in cases}
    accepted = {case: judged_here(case) for case in good}
    took = time.process_time() - began
    let_in = [case.title for case, sentence in refused.items() if not sentence]
    turned_away = {case.title: sentence for case, sentence in accepted.items() if sentence}
    otherwise = {case.title: sentence for case, sentence in refused.items() if sentence and case.words not in sentence}
    record_property(
        "told",
        f"{room}: {len(cases)} hostile files, {len(let_in)} let in; {len(good)} good files, {len(turned_away)} turned "
        f"away; {took:.2f} s",
    )
    assert (let_in, turned_away, otherwise) == ([], {}, {})
    assert len({case.title for case in cases + good}) == len(cases) + len(good)


def test_the_set_of_hostile_files_is_large_enough(record_property):
    counted = {kind: sum(len(list(getattr(room, kind)())) for room in ROOMS.values()) for kind in FEWEST}
    record_property("told", f"{counted['hostile']} hostile and {counted['harmless']} good files")
    assert all(counted[kind] >= fewest for kind, fewest in FEWEST.items())


def test_files_that_need_much_memory_and_time_do_not_crash_the_child_process(record_property):
    told = []
    for case in [*pdfs.hungry(), *office.hungry(), *pictures.hungry()]:
        began = time.monotonic()
        found = process.inspect_in_child(case.data)
        sentence = sentence_of(case, found)
        told.append((case.title, found.peak_memory // 1024**2, round(time.monotonic() - began, 1), sentence[:40]))
        assert bool(sentence) == bool(case.words), (case.title, sentence)
        assert case.words in sentence, case.title
        assert found.peak_memory < MOST_MEMORY, case.title
    record_property("told", f"the dearest: {sorted(told, key=lambda row: -row[1])[:4]}")


def test_every_picture_is_reduced_in_size_and_loses_its_metadata():
    for case in pictures.harmless():
        drawn = images.redraw_image(case.data, 16)
        with images.Image.open(images.BytesIO(drawn)) as again:
            assert max(again.size) <= 16, case.title
            assert not set(again.info) - {"jfif", "jfif_version", "jfif_unit", "jfif_density"}, case.title
            assert again.mode in {"L", "RGB", "RGBA"}, case.title
            assert getattr(again, "n_frames", 1) == 1, case.title


def test_randomly_damaged_files_are_either_accepted_or_refused(record_property):
    """Bytes are changed at random, but with a fixed seed.

    The result must always be a kind and a verdict, and never an error.
    """
    chance, seconds, tried = random.Random(2026), 2, 0
    seeds = [case for room in ROOMS.values() for case in (*room.harmless(), *room.hostile()) if len(case.data) < 50_000]
    until = time.process_time() + seconds
    while time.process_time() < until:
        case = chance.choice(seeds)
        judged_here(case._replace(data=mutated(case.data, chance)))
        tried += 1
    record_property("told", f"{tried} mutated files in {seconds} s")
    assert tried > 200


def mutated(data, chance):
    changed = bytearray(data)
    for _ in range(chance.randint(1, 8)):
        at = chance.randrange(len(changed) or 1)
        match chance.randrange(4):
            case 0:
                changed[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del changed[at : at + chance.randint(1, 40)]
            case 2:
                changed[at:at] = changed[at // 2 : at // 2 + chance.randint(1, 40)]
            case _:
                changed[at : at + 4] = chance.choice([b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"])
    return bytes(changed)
