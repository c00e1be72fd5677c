"""A module is named for the noun that it holds, so that a stranger guesses what is in it from its path."""

import re

from django.conf import settings

ROOT = settings.BASE_DIR / "calloff"
ACT = re.compile(r"(ing|ed)$")
OF_THE_TRADE = {  # they end as an act does, and are words of procurement, of Python, or plain nouns
    "buying", "charging", "monitoring", "marking", "scoring", "parsing", "merging", "formatting", "feed", "number_feed",
}  # fmt: skip
KIND_OF_WORK = re.compile(r"_(rendering|parsing|processing|signing)$")
SAYS_NOTHING = {
    "base", "common", "core", "helper", "helpers", "lib", "manager", "misc", "util", "utils", "one", "found", "several",
    "told", "said", "once", "turns",
}  # fmt: skip
NAMED_FOR_AN_ACT = {  # from before the rule, and each has a better name: a row may go, and none may come
    "applications/commands/assessing", "applications/commands/clarifying",
    "applications/commands/disposing", "applications/commands/writing", "buying/offering", "cli/demo/answering",
    "cli/demo/deciding", "cli/demo/keeping", "cli/demo/listing", "cli/demo/spending", "cli/look/keeping",
    "cli/look/spending", "cli/management/acting", "cli/management/refusing", "cli/running", "demand/asking",
    "demand/commands/missing", "demand/commands/shortlisting", "demand/watching",
    "directory/keeping", "directory/tabular/bringing", "directory/tabular/reading",
    "directory/tabular/telling", "directory/tabular/writing",
    "documents/signing", "markets/packs/reading", "markets/packs/writing",
    "members/commands/checking", "members/commands/deciding", "members/commands/extending",
    "members/commands/removing", "members/commands/suspending", "members/standing", "monitoring/watching",
    "oruk/asking", "partners/commands/agreeing", "partners/commands/joining",
    "partners/commands/reminding", "partners/joining", "partners/standing", "placements/commands/attending",
    "placements/commands/changing", "placements/commands/checking", "placements/commands/confirming",
    "placements/commands/disposing", "placements/commands/ending", "placements/commands/reviewing",
    "placements/models/following", "placements/models/placing", "pupils/checking", "pupils/commands/disposing",
    "pupils/commands/keeping", "questions/answers/asking", "questions/answers/checking", "questions/answers/cleaning",
    "questions/answers/judging", "questions/answers/sharing", "questions/answers/telling",
    "questions/answers/wording", "referrals/commands/answering", "referrals/commands/asking",
    "referrals/commands/choosing", "referrals/commands/closing", "referrals/commands/questioning",
    "referrals/commands/writing", "referrals/leaving", "web/account/going", "web/account/joining",
    "web/authority/assessing", "web/authority/deciding", "web/authority/telling", "web/authority/watching",
    "web/buyer/finding", "web/buyer/placements/agreeing", "web/buyer/placements/attending",
    "web/buyer/placements/checking", "web/buyer/placements/ending", "web/buyer/placements/finding",
    "web/buyer/placements/reviewing", "web/comparing", "web/drawing", "web/finding", "web/missing", "web/ordering",
    "web/placing", "web/provider/finding", "web/provider/placements/finding", "web/provider/placements/leaving",
    "web/provider/writing", "web/public/asking", "web/public/crawling", "web/public/described", "web/public/missing",
    "web/seeking", "web/signing", "web/telling",
   
}  # fmt: skip


def paths():
    """Return each module and package of calloff/ but migrations, as its parts."""
    for module in ROOT.rglob("*.py"):
        parts = module.relative_to(ROOT).with_suffix("").parts
        if "migrations" not in parts:
            yield parts[:-1] if parts[-1] == "__init__" else parts


def is_noun(name):
    if name in SAYS_NOTHING:
        return False
    return not ACT.search(name) or name in OF_THE_TRADE or bool(KIND_OF_WORK.search(name))


def test_no_module_is_named_for_an_act():
    named = {"/".join(parts[: n + 1]) for parts in paths() for n, name in enumerate(parts) if not is_noun(name)}
    assert named - NAMED_FOR_AN_ACT == set(), "name it for what it holds"
    assert NAMED_FOR_AN_ACT - named == set(), "renamed: take its row away"


def test_no_two_modules_beside_each_other_differ_by_an_s():
    known = set(paths())
    assert [parts for parts in known if parts and (*parts[:-1], f"{parts[-1]}s") in known] == []
