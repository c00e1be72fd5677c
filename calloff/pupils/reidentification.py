"""Find text in a pen picture that could identify a child, before the picture is sent.

The module finds recorded names (of the child, the contacts and the school), numbers, dates and addresses, even if they
are disguised (plain_text.py), run together, spelt out or shortened. As the page says, it does not find names that are
not recorded.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from django.db.models import F, Q

from calloff.kernel import codes
from calloff.pupils.models import Pupil, SchoolName
from calloff.pupils.plain_text import fold_text, spellings_of
from calloff.pupils.states import PupilStatus, SchoolNameStatus
from calloff.registers.models import School

# If fewer children in an authority are similar, someone could identify the child. We chose the number, and the page
# states it.
FEW_CHILDREN = 10

NOT_DETECTED_ADVICE = (
    "We mark the names and initials that are recorded for this child, the names of your school, and numbers, dates and "
    "addresses. We cannot detect other names, nicknames you have not recorded, or details that would identify the "
    "child to someone who knows them. Read the text and check for these."
)


class IdentifyingText(NamedTuple):
    """Text to remove, from `start` to `end`, and the kind of text."""

    start: int
    end: int
    why: str  # for example “a name” or “a postcode”, as in the page's list


A_NAME, INITIALS, A_SCHOOL = "a name", "initials", "the name of a school"
A_UPN, AN_NHS_NUMBER, A_DATE = "a unique pupil number", "an NHS number", "a date"
A_TELEPHONE, AN_EMAIL, A_POSTCODE, AN_ADDRESS = "a telephone number", "an email address", "a postcode", "an address"

# These parts of names are not names by themselves, such as titles and common words in schools' names.
NAME_PARTICLES = "de la le du da dos van von der den ter bin ibn al el mac st the of and"
PERSON_TITLES = "mr mrs ms miss mx dr sir prof professor rev mum dad"
COMMON_SCHOOL_WORDS = """
    school schools academy college primary secondary junior infant infants nursery high middle grammar community church
    england c of e ce cofe rc roman catholic the and a special trust centre center free studio technical sixth form
    upper lower girls boys voluntary aided controlled foundation federation unit pru team council st saint
"""
# These names are also everyday words. In lower case they count as the everyday word.
EVERYDAY_NAMES = """
    will may mark grace hope rose faith joy art chase dawn grant june april august summer autumn winter star sky river
    reason miles long young short small best good white black brown green grey day english french king prince page
    little moon cook field fields wood woods park hill street love case read price rice cross sharp strong wise power
    rich west north east kit pat nick sandy drew bill rob
"""
# Common short forms of names in England. Either form matches the other.
SHORT_NAMES = """
    abigail abi abby; alexander alex alec sandy; alexandra alex sandra lexi; andrew andy drew; anthony tony;
    benjamin ben benny; catherine cathy kate katie; charlotte lottie charlie; christopher chris kit;
    daniel dan danny; david dave davy; edward ed eddie ted teddy; elizabeth liz lizzie beth betty eliza;
    emily em emmie; frederick fred freddie; gabriel gabe; gabriella gabby; harrison harry; isabella bella izzy;
    isabel izzy; jacob jake; james jamie jim jimmy; jessica jess jessie; jonathan jon jonny; joseph joe joey;
    joshua josh; katherine kate katie kathy kat; leonardo leo; lucas luke; madeleine maddie; margaret maggie meg;
    matthew matt matty; michael mike mikey; mohammed mo mohamed muhammad; nathaniel nathan nat nate;
    nicholas nick nicky; oliver ollie; olivia liv livvy; patrick paddy pat; rebecca becca becky;
    richard rick ricky dick; robert rob robbie bob bobby; samantha sam sammy; samuel sam sammy; sebastian seb;
    stephen steve; steven steve; theodore theo ted; thomas tom tommy; timothy tim; victoria vicky tori;
    william will bill billy liam; zachary zac zach zack
"""
# These abbreviations might also be a child's initials. They count as initials only with full stops.
ABBREVIATIONS = """
    IT ICT PE RE DT AT PA TA EP OT SLT CP CIN LA LAC SW YW HI VI PD MSI MLD SLD PMLD SPLD ASD ASC ADHD ADD OCD ODD PDA
    SEN SEND SEMH SLCN EHC EHCP PEP PSP IEP AP PRU KS GCSE BTEC FS MS NHS GP UK ID AM PM TV PC CV DJ DIY ELSA EBSA EAL
    FSM PP HLTA DSL MASH CSE NEET AQA OCR
"""
_SHORT: dict[str, set[str]] = {}
_ABBREVIATIONS = frozenset(ABBREVIATIONS.split())
for _line in SHORT_NAMES.split(";"):
    for _one in (_several := _line.split()):
        _SHORT.setdefault(_one, set()).update(_several)
_PARTICLES, _TITLES, _COMMON, _EVERYDAY = (
    frozenset(words.split()) for words in (NAME_PARTICLES, PERSON_TITLES, COMMON_SCHOOL_WORDS, EVERYDAY_NAMES)
)

_MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    "nov(?:ember)?|dec(?:ember)?"
)
_DAY = r"(?:3[01]|[12][0-9]|0?[1-9])"
_MONTH = r"(?:1[0-2]|0?[1-9])"
_YEAR = r"(?:(?:19|20)[0-9]{2}|[0-9]{2})"
_WORDS_OF_DAYS = (
    "(?:twenty|thirty)[ -]?first|twenty[ -]?(?:second|third|fourth|fifth|sixth|seventh|eighth|ninth)|first|second|"
    "third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth|thirteenth|fourteenth|fifteenth|sixteenth|"
    "seventeenth|eighteenth|nineteenth|twentieth|thirtieth"
)
_FORMS = (
    (AN_EMAIL, re.compile(r"[\w.+'-]+\s?@\s?[\w-]+(?:\.[\w-]+)+")),
    (A_UPN, re.compile(r"(?<![A-Z0-9])[A-HJ-NP-RT-Z](?:[ -]?[0-9]){11}[ -]?[A-Z0-9](?![A-Z0-9])", re.IGNORECASE)),
    (A_DATE, re.compile(rf"(?<![0-9])(?:{_DAY}([/.-]){_MONTH}\1{_YEAR}|{_MONTH}([/.-]){_DAY}\2{_YEAR})(?![0-9])")),
    (A_DATE, re.compile(rf"(?<![0-9])(?:19|20)[0-9]{{2}}([/.-]){_MONTH}\1{_DAY}(?![0-9])")),
    (A_DATE, re.compile(
        rf"(?<![0-9])(?:{_DAY}\s*([/.-])\s*{_MONTH}\s*\1\s*(?:19|20)[0-9]{{2}}"
        rf"|{_MONTH}\s*([/.-])\s*{_DAY}\s*\2\s*(?:19|20)[0-9]{{2}}"
        rf"|{_DAY}\s*/\s*{_MONTH}\s*/\s*[0-9]{{2}})(?![0-9])"
    )),
    (A_DATE, re.compile(rf"\b(?:{_WORDS_OF_DAYS})\s+of\s+(?:{_MONTHS})\b(?:,?\s+(?:19|20)[0-9]{{2}})?")),
    (A_DATE, re.compile(
        rf"(?<![0-9]){_DAY}(?:st|nd|rd|th)?[\s-]*(?:of\s+)?\b(?:{_MONTHS})\b(?:\.?[\s,-]*(?:(?:19|20)[0-9]{{2}}|['’][0-9]{{2}}))?",
        re.IGNORECASE,
    )),
    (A_DATE, re.compile(
        rf"\b(?:{_MONTHS})\b\.?\s+(?:the\s+)?{_DAY}(?:st|nd|rd|th)?(?![0-9])(?:,?\s+(?:19|20)[0-9]{{2}})?",
        re.IGNORECASE,
    )),
    (A_TELEPHONE, re.compile(r"(?<![0-9])(?:(?:\+|00)44[\s().-]*(?:\(?0\)?)?|\(?0)(?:[\s().-]*[0-9]){9,10}(?![0-9])")),
)  # fmt: skip
_TEN_DIGITS = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){9}(?![0-9])")
_POSTCODE = re.compile(r"(?<![A-Z0-9])[A-Z]{1,2}[0-9][A-Z0-9]?\s*[0-9][A-Z]{2}(?![A-Z0-9])", re.IGNORECASE)
_SHORTEST, _NHS_MODULUS = 2, 11
_BETWEEN = r"[\W_]{1,2}"
# The minimum number of letters. A shorter name would match ordinary words.
_SPELT_OUT, _RUN_TOGETHER, _FEWEST_CAPITALS = 4, 8, 3


def find_identifying_text(text: str, pupil: Pupil) -> list[IdentifyingText]:
    """Find text that could identify the child, from left to right and without overlaps.

    Names match in any case, with or without accents and hyphens, and in the possessive form. A name that is also an
    everyday word (“Will”) is ignored in lower case.
    """
    return make_identifying_text_finder(pupil)(text)


def make_identifying_text_finder(pupil: Pupil) -> Callable[[str], list[IdentifyingText]]:
    """Return a function like `find_identifying_text`, for checking many pieces of text about one child.

    The recorded names are loaded only once.
    """
    names = list(_names(pupil))
    exact = [(A_SCHOOL, one) for one in _capitals(pupil)] + [(INITIALS, one) for one in _initials(pupil)]

    def mark(text: str) -> list[IdentifyingText]:
        found = sorted(_all(text, names, exact), key=lambda mark: (mark.start, -mark.end))
        kept: list[IdentifyingText] = []
        for one in found:
            if kept and one.start < kept[-1].end:
                if one.end > kept[-1].end:
                    kept[-1] = IdentifyingText(kept[-1].start, one.end, kept[-1].why)
                continue
            kept.append(one)
        return kept

    return mark


def find_child_numbers(text: str) -> list[IdentifyingText]:
    """Find any child's UPN or NHS number in some text."""
    folded, places = fold_text(text)
    found = ((hit, why) for hit, why in _numbers(folded) if why in {A_UPN, AN_NHS_NUMBER})
    return [IdentifyingText(places[hit.start()], places[hit.end() - 1] + 1, why) for hit, why in found]


# These kinds identify the child, and not only a place.
IDENTIFYING_KINDS = frozenset({A_NAME, A_UPN, AN_NHS_NUMBER})


def format_what_must_go(marks: Iterable[IdentifyingText]) -> str:
    """Return a sentence about what to remove.

    For example: “Take out the marked words: a name and a postcode could tell a provider who the pupil is.”
    """
    kinds = list(dict.fromkeys(mark.why for mark in marks))
    listed = f"{', '.join(kinds[:-1])} and {kinds[-1]}" if len(kinds) > 1 else "".join(kinds)
    return f"Remove the marked words. A provider could work out who the pupil is from {listed}."


def count_similar_children(pupil: Pupil) -> int:
    """Count the children on roll in the authority with the same year group, primary need and sex, this child included.

    The authority's children are those of the buyers that it hosts.
    """
    ours = Q(buyer=pupil.buyer_id)
    if pupil.buyer.host_id:
        ours |= Q(buyer__host=pupil.buyer.host_id)
    on_roll = Pupil.objects.filter(ours, status=PupilStatus.ON_ROLL, sex=pupil.sex)
    # Children who go up a year together are in one year group, whenever their year group was recorded.
    same = on_roll.filter(year_group=F("school_year") + (pupil.year_group - pupil.school_year))
    return (same.filter(needs__0=pupil.needs[0]) if pupil.needs else same.filter(needs=[])).count()


def _all(
    text: str, names: Iterable[tuple[str, str]], exact: Iterable[tuple[str, re.Pattern[str]]]
) -> Iterator[IdentifyingText]:
    folded, places = fold_text(text)

    def mark(hit: re.Match[str], why: str) -> IdentifyingText:
        return IdentifyingText(places[hit.start()], places[hit.end() - 1] + 1, why)

    yield from (mark(hit, why) for hit, why in _numbers(folded))
    for why, name in names:
        everyday = _bare(name) in _EVERYDAY
        for pattern in (one for spelt in spellings_of(name) for one in _patterns(spelt)):
            for one in (mark(hit, why) for hit in pattern.finditer(folded)):
                if not (everyday and text[one.start : one.end].islower()):
                    yield one
    for why, pattern in exact:  # these match only in capitals, in the text as the person typed it
        yield from (IdentifyingText(*hit.span(), why) for hit in pattern.finditer(text))


def _numbers(folded: str) -> Iterator[tuple[re.Match[str], str]]:
    """Find numbers, dates and addresses in text that has been converted to plain letters."""
    for why, form in _FORMS:
        yield from ((hit, why) for hit in form.finditer(folded))
    yield from ((hit, AN_NHS_NUMBER) for hit in _TEN_DIGITS.finditer(folded) if is_nhs_number(hit.group()))
    yield from ((hit, A_POSTCODE) for hit in _POSTCODE.finditer(folded) if codes.parse_postcode(hit.group()))


def is_nhs_number(text: str) -> bool:
    """Return whether ten digits are an NHS number.

    The last digit of an NHS number is a check digit (weights 10 to 2, modulo 11).
    """
    digits = [int(mark) for mark in text if mark.isdecimal()]
    check = _NHS_MODULUS - sum(weight * digit for weight, digit in zip(range(10, 1, -1), digits, strict=False))
    return check % _NHS_MODULUS == digits[-1]


def _names(pupil: Pupil) -> Iterator[tuple[str, str]]:
    """Yield each recorded name in full and joined together, and each part that is a name by itself."""
    people = [pupil.given_name, pupil.family_name, pupil.known_as, *pupil.contacts.values_list("name", flat=True)]
    for name in people:
        yield A_NAME, name
        for part in re.split(r"[\s\-‐-―]+", name):
            bare = _bare(part)
            if len(bare) >= _SHORTEST and bare not in _PARTICLES | _TITLES:
                yield A_NAME, part
                yield from ((A_NAME, short) for short in sorted(_SHORT.get(bare, set()) - {bare}))
    for first in filter(None, (pupil.given_name, pupil.known_as)):
        if pupil.family_name and not {_bare(first), _bare(pupil.family_name)} <= _EVERYDAY:
            yield A_NAME, f"{first} {pupil.family_name}"
            yield A_NAME, f"{pupil.family_name} {first}"
            if len(_bare(pupil.family_name)) > _SHORTEST:
                yield A_NAME, f"{first[:1]} {pupil.family_name}"
    for school in _schools(pupil):
        yield A_SCHOOL, school
        yield A_SCHOOL, " ".join(_own_words(school))
    yield from ((A_SCHOOL, name) for name in _informal_names(pupil))
    if pupil.address.strip():
        yield AN_ADDRESS, pupil.address.strip().splitlines()[0]
    for address in pupil.contacts.exclude(address="").values_list("address", flat=True):
        yield AN_ADDRESS, address.strip().splitlines()[0]


def _schools(pupil: Pupil) -> list[str]:
    found = [pupil.buyer.name]
    if pupil.buyer.urn:
        found += School.objects.filter(urn=pupil.buyer.urn).values_list("name", flat=True)
    return found


def _informal_names(pupil: Pupil) -> list[str]:
    """Return the other names recorded for the school or team."""
    current = SchoolName.objects.filter(buyer=pupil.buyer_id, status=SchoolNameStatus.CURRENT)
    return list(current.order_by("pk").values_list("name", flat=True))


def _own_words(school: str) -> list[str]:
    """Return the words in a school's name that other schools do not share."""
    words = re.split(r"[\s,()\-]+", school)
    return [word for word in words if _bare(word).strip("0123456789") and _bare(word) not in _COMMON]


def _initials(pupil: Pupil) -> Iterator[re.Pattern[str]]:
    """Match the child's initials in capitals: J.T. and J T, and JT unless it is an abbreviation.

    The first initial can be that of any of the child's first names. A single initial matches only with a full stop.
    """
    family = [word[0] for word in re.findall(r"[^\W\d_]+", pupil.family_name)]
    for name in filter(None, (pupil.given_name, pupil.known_as)):
        given = [word[0] for word in re.findall(r"[^\W\d_]+", name)]
        for letters in {(given[0], *family[:1]), (given[0], *family), (*given, *family)} if given else ():
            plain = [fold_text(letter)[0][:1].upper() for letter in letters]
            if len(plain) == 1:
                continue  # a single letter might be a grade, a group or an item in a list
            typed = [
                f"(?:{re.escape(one)}|{re.escape(letter.upper())})" for one, letter in zip(plain, letters, strict=True)
            ]
            stops = r"\.\s?".join(typed) + r"\.?"
            spaced = r"\s".join(typed)
            yield re.compile(rf"(?<![^\W_])(?:{stops}|{spaced})(?![^\W_])")
            if "".join(plain) not in _ABBREVIATIONS:
                yield re.compile(rf"(?<![^\W_]){''.join(typed)}(?:['’]s)?(?![^\W_])")


def _capitals(pupil: Pupil) -> Iterator[re.Pattern[str]]:
    """Match a school's initials in capitals, as the person typed them (DHS for Durrington High School)."""
    for school in _schools(pupil):
        letters = [
            fold_text(word)[0][:1].upper()
            for word in re.findall(r"[^\W\d_]+", school.replace("’", "").replace("'", ""))
        ]
        if len(letters) >= _FEWEST_CAPITALS:
            yield re.compile(rf"(?<![^\W_]){'[.]?'.join(map(re.escape, letters))}(?![^\W_])")


def _patterns(name: str) -> Iterator[re.Pattern[str]]:
    """Match a name as a whole word, with its parts joined in any way, and in its possessive or plural.

    The patterns also match separated letters (J-a-z-z), and a long name of several parts that is joined together within
    a longer word.
    """
    parts = re.findall(r"[^\W_]+", fold_text(name)[0].replace("'", ""))
    letters = "".join(parts)
    if len(letters) < _SHORTEST:
        return
    joined = r"[\W_]{0,3}".join("'?".join(map(re.escape, part)) for part in parts)
    yield re.compile(rf"(?<![^\W\d_]){joined}(?:'?e?s|')?(?![^\W\d_])")
    if len(letters) >= _SPELT_OUT:
        apart = _BETWEEN.join(map(re.escape, letters))
        yield re.compile(rf"(?<![^\W\d_]){apart}(?![^\W\d_])")
    if len(parts) > 1 and len(letters) >= _RUN_TOGETHER and min(map(len, parts)) > 1:
        yield re.compile(re.escape(letters))


def _bare(word: str) -> str:
    return "".join(mark for mark in fold_text(word)[0] if mark.isalnum())
