"""What a page of questions carries along while a person writes: digests of the answers it started from, and the
answers.

A page that someone else saved meanwhile is compared with them, so that each answer is mine, theirs or older.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from typing import Any

from calloff.questions.answers import PriceScheduleLine, is_empty, read_section_page
from calloff.questions.schema import SectionDefinition


def none_if_empty(value: Any) -> Any:
    return None if is_empty(value) else value


def digest_answer(value: Any) -> str:
    """Reduce an answer to what tells whether it is the same: a page carries that, and not the answer twice."""
    canonical = json.dumps(none_if_empty(value), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def rebuild_base(digests: str, mine: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """Tell what the page started from: mine, theirs, or something that is neither."""
    then = dict(pair.split(":", 1) for pair in digests.split() if ":" in pair)
    base: dict[str, Any] = {}
    for key, value in mine.items():
        known = {digest_answer(one): one for one in (value, theirs.get(key))}
        base[key] = known.get(then.get(key, ""), object())
    return base


def read_carried_answers(
    typed: str,
    section: SectionDefinition,
    kept: Mapping[str, Any],
    lots: Mapping[int, str],
    schedule: Collection[PriceScheduleLine],
) -> dict[str, Any]:
    """Read what goes along in the page by the rules by which it was first read."""
    try:
        raw = json.loads(typed)
    except (ValueError, RecursionError):
        return {}
    if not isinstance(raw, dict):
        return {}
    return read_section_page(section, raw, kept, lots, schedule=schedule, later=True).answers
