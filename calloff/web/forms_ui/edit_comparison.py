"""Compare submitted answers with those that colleagues have saved since the page was loaded, and merge them.

For each field, a page contains a digest of the answer that was saved when the page was loaded. These digests are the
base. If only one person has changed an answer, nothing needs to be decided. If two people have changed an answer
differently, this is a conflict, and the next page asks which answer to keep. That page lists the fields that it asks
about, so that a choice counts only for the two answers that it showed.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

# The name of a form field or question never starts with one of these prefixes.
CONFLICT_BASE_FIELD, CONFLICT_ASKED_FIELD = "meanwhile-base", "meanwhile-asked"
CONFLICT_CHOICE_PREFIX = "meanwhile-choice-"
KEEP_MINE, KEEP_THEIRS, KEEP_BOTH = "mine", "theirs", "both"
UNKNOWN_DIGEST = "?"  # This is never equal to the digest of an answer.
DIGEST_LENGTH = 16  # in hexadecimal digits


class FieldConflict(NamedTuple):
    """An answer that two people have changed differently.

    `separator` is put between the two answers to join them, or is None if they cannot be joined.
    """

    name: str
    mine: Any
    theirs: Any
    separator: str | None = None

    @property
    def choices(self) -> tuple[str, ...]:
        both = self.separator is not None and is_answered(self.mine) and is_answered(self.theirs)
        return (KEEP_MINE, KEEP_THEIRS, KEEP_BOTH) if both else (KEEP_MINE, KEEP_THEIRS)

    def resolve(self, choice: str) -> Any:
        """Return the answer to keep. Raises KeyError for a choice that this conflict does not offer."""
        answers = {KEEP_MINE: self.mine, KEEP_THEIRS: self.theirs}
        if KEEP_BOTH in self.choices:
            answers[KEEP_BOTH] = join_texts(str(self.theirs), str(self.mine), self.separator or "")
        return answers[choice]


class EditComparison(NamedTuple):
    """The result of comparing two people's edits: the answers to save, and the conflicts to decide."""

    merged: dict[str, Any]  # the answers by field, without those that are in conflict
    conflicts: tuple[FieldConflict, ...]
    # the digests of the saved answers for the next page, by field, without those that are in conflict
    base: dict[str, str]
    undecided: bool  # whether the page with the conflicts was submitted without a choice for each of them


def compare_edits(
    mine: Mapping[str, Any],
    theirs: Mapping[str, Any],
    sent: Mapping[str, Any],
    *,
    separators: Mapping[str, str] | None = None,
) -> EditComparison:
    """Compare `mine`, the submitted answers, with `theirs`, the answers that are now saved.

    `sent` is all submitted data, including the base and the choices about conflicts. `separators` contains the text
    that joins both answers, by field. If there is no separator for a field, the person cannot keep both answers.
    """
    base, asked = read_base(sent.get(CONFLICT_BASE_FIELD)), str(sent.get(CONFLICT_ASKED_FIELD, "")).split()
    merged: dict[str, Any] = {}
    conflicts: list[FieldConflict] = []
    undecided = False
    for name, answer in mine.items():
        conflict = FieldConflict(name, answer, theirs.get(name), (separators or {}).get(name))
        saved, own, before = digest(conflict.theirs), digest(answer), base.get(name, UNKNOWN_DIGEST)
        if name in asked and saved == before:
            choice = str(sent.get(f"{CONFLICT_CHOICE_PREFIX}{name}", ""))
            if choice not in conflict.choices:
                undecided = True
                conflicts.append(conflict)
                continue
            merged[name] = conflict.resolve(choice)
        elif own == before:
            merged[name] = conflict.theirs
        elif saved in (before, own):
            merged[name] = answer
        else:
            conflicts.append(conflict)
            continue
        base[name] = saved
    return EditComparison(merged, tuple(conflicts), base, undecided)


def join_texts(first: str, second: str, separator: str) -> str:
    """Join two answers, unless one of them contains the other."""
    if first in second:
        return second
    return first if second in first else f"{first}{separator}{second}"


def digest(answer: Any) -> str:
    """Return a short digest of an answer, which is the same for answers that are equal.

    A page contains the digest instead of the answer.
    """
    canonical = json.dumps(_canonical(answer), sort_keys=True)
    return hashlib.sha256(canonical.encode()).hexdigest()[:DIGEST_LENGTH]


def is_answered(answer: Any) -> bool:
    return _canonical(answer) is not None


def read_base(sent: Any) -> dict[str, str]:
    """Return the digests in submitted data by field. Data that does not come from our pages has none."""
    try:
        content = json.loads(str(sent or "{}"))
    except (ValueError, RecursionError):
        return {}
    return {str(name): str(value) for name, value in content.items()} if isinstance(content, dict) else {}


def _canonical(value: Any) -> Any:
    """Return a value for JSON that is the same for all forms of an answer that are equal.

    It is None for an empty answer.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(key): _canonical(item) for key, item in value.items()} or None
    if isinstance(value, list | tuple):
        return [_canonical(item) for item in value] or None
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    return str(value).replace("\r\n", "\n").strip() or None
