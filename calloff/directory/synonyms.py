"""Words and abbreviations of the field that mean the same, for searches of a directory.

A row of SAME finds each of its words for each other one. A row of WIDER is one-way: its first words also find what
comes after the colon, but not the reverse. “Animals” finds farms, but “farm” does not find every service with animals.
"""

from calloff.kernel.search_words import typed_words

Phrase = tuple[str, ...]

SAME = """
autism, autistic, ASD, ASC, autistic spectrum disorder, autism spectrum condition, Asperger
ADHD, attention deficit
SEMH, social emotional and mental health, BESD, EBD
EBSA, school refusal, school refuser, school avoidance, emotionally based school avoidance, school anxiety, ESBNA
mental health, wellbeing, emotional health
counselling, counsellor, therapy, therapeutic, therapist, psychotherapy
speech and language, SaLT, SLT, SLCN, speech therapy, communication needs
dyslexia, dyslexic, SpLD, specific learning difficulty, dyscalculia
MLD, moderate learning difficulty
SLD, severe learning difficulty
PMLD, profound and multiple learning difficulty
hearing impairment, deaf, hard of hearing
vision impairment, visual impairment, blind, partially sighted
physical disability, wheelchair
down syndrome, downs syndrome, down's syndrome
maths, mathematics, math, numeracy
English, literacy
reading, phonics
tuition, tutoring, tutor, tutored
GCSE, GCSEs
A level, A levels
horse, equine, riding, pony, equestrian
farm, farming, smallholding, agriculture
dog, canine
construction, building trades
mechanics, motor vehicle, mechanic, car repair, vehicle maintenance
hair and beauty, hairdressing, barbering, beauty
cooking, catering, cookery, chef, food technology
outdoor, outdoors, bushcraft
forest school, woodland
gardening, horticulture, allotment
art, arts, painting, drawing
pottery, ceramics
drama, theatre, performing arts, acting
swimming, swim
fishing, angling
computing, ICT, coding, programming
online, remote, virtual, e-learning
one to one, 1 to 1, 1:1, 121, one-to-one
outreach, home tuition, at home
small group, in a group
mentoring, mentor, coaching
life skills, independence, independent living
employability, work experience, careers
alternative provision, AP
PRU, pupil referral unit
exclusion, excluded
post-16, post 16, sixth form, KS5, key stage 5
key stage 1, KS1, KS 1
key stage 2, KS2, KS 2
key stage 3, KS3, KS 3
key stage 4, KS4, KS 4
year 1, Y1, yr 1
year 2, Y2, yr 2
year 3, Y3, yr 3
year 4, Y4, yr 4
year 5, Y5, yr 5
year 6, Y6, yr 6
year 7, Y7, yr 7
year 8, Y8, yr 8
year 9, Y9, yr 9
year 10, Y10, yr 10
year 11, Y11, yr 11
year 12, Y12, yr 12
year 13, Y13, yr 13
respite, short break
"""
WIDER = """
anxiety, anxious, worry, panic: EBSA, school refusal, emotionally based school avoidance, SEMH, mental health, \
anxiety, anxious
EBSA, school refusal, school refuser, school avoidance, emotionally based school avoidance: anxiety, anxious, SEMH
depression, self harm, trauma, attachment, low mood: SEMH, mental health, trauma, counselling, therapy
behaviour, challenging behaviour, anger: SEMH, behaviour
self-esteem, confidence: confidence, self-esteem
ADHD, attention deficit: SEMH
neurodivergent, neurodiversity, neurodiverse: autism, ADHD, dyslexia
learning difficulty, learning difficulties: MLD, SLD, PMLD, SpLD
animal, animals: farm, horse, equine, riding, dog
farm: farming, smallholding
trades, trade: construction, bricklaying, carpentry, plastering, plumbing, mechanics, motor vehicle
qualification, qualifications, exam, exams, accreditation: GCSE, functional skills, A level, vocational
outdoor, outdoors, nature: forest school, woodland, gardening, horticulture, bushcraft
woodwork: carpentry, joinery
construction, building trades: bricklaying, carpentry, plastering, joinery, plumbing
sport, sports, PE: football, boxing, gym, fitness, swimming
music: guitar, drumming, DJ, singing
craft, crafts: pottery, ceramics, sewing
science: biology, chemistry, physics
media: photography, film, animation
bricklaying, carpentry, plastering: construction
cars, car, motorbike, bikes: mechanics, motor vehicle
speech: speech and language, SLCN
deaf, hearing: hearing impairment
primary: KS1, KS2
secondary: KS3, KS4
"""


class Synonyms(dict[Phrase, tuple[Phrase, ...]]):
    """What else each phrase finds, by its words in the singular."""

    longest = 1  # the number of words in the longest phrase

    def add(self, phrase: Phrase, others: list[Phrase]) -> None:
        key = singular(phrase)
        self[key] = tuple(dict.fromkeys([*self.get(key, ()), *(other for other in others if other != phrase)]))
        self.longest = max(self.longest, len(key))


def singular(phrase: Phrase) -> Phrase:
    """Return a phrase without the plural endings of its words, by which it is looked up."""
    return tuple(word.removesuffix("s") if len(word) > 3 else word for word in phrase)  # noqa: PLR2004


def read_synonyms(same: str, wider: str) -> Synonyms:
    """Read the rows of the two tables."""
    synonyms = Synonyms()
    for row in same.strip().splitlines():
        phrases = _phrases(row)
        for phrase in phrases:
            synonyms.add(phrase, phrases)
    for row in wider.strip().splitlines():
        found_by, finds = row.split(":")
        for phrase in _phrases(found_by):
            synonyms.add(phrase, _phrases(finds))
    return synonyms


def _phrases(row: str) -> list[Phrase]:
    return [tuple(typed_words(phrase)) for phrase in row.split(",")]


NATIONAL_SYNONYMS = read_synonyms(SAME, WIDER)
