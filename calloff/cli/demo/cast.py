# ruff: noqa: E501  (tables)
"""The people, schools and providers in the story. All are invented, except the names of the two councils.

Email addresses end in .demo.example, which no one can register. Identifying numbers are outside the ranges that the
real registers use.
"""

from typing import NamedTuple

from calloff.people.permissions import Role as R

DOMAIN = ".demo.example"


class DemoPerson(NamedTuple):
    email: str
    name: str
    organisation: str  # one of the keys below, or empty if the person does not belong to an organisation yet
    roles: tuple[R, ...] = ()


class DemoProvider(NamedTuple):
    key: str
    name: str
    form: str
    number: str  # the company or charity number
    # the first part of the email address of the person who registers the provider and is its lead and signatory
    lead: str
    role: str  # the lead's role, as agreements show it under their signature
    offer: str  # what the provider offers, in words that can follow “we offer”
    place: str
    staff: int
    host: str = "west-sussex"


class DemoSchool(NamedTuple):
    key: str
    name: str
    urn: str
    kind: str
    town: str
    postcode: str
    easting: str
    northing: str
    la_code: str
    la_name: str
    host: str


def _at(organisation: str, *people: tuple[str, str, R | tuple[R, ...]]) -> list[DemoPerson]:
    host = organisation.replace("-", "") + DOMAIN
    return [
        DemoPerson(f"{local}@{host}", name, organisation, roles if isinstance(roles, tuple) else (roles,))
        for local, name, roles in people
    ]


OFFICERS = [
    *_at(
        "west-sussex",
        # She is the first people administrator, who gives other people their roles.
        ("maud", "Maud Ellery", R.ADMINISTRATOR),
        ("olivia", "Olivia Marsh", R.CONTRACTS_OFFICER),
        ("esme", "Esme Farrow", R.EVALUATOR),
        ("daniel", "Daniel Okafor", R.EVALUATOR),
        ("priya", "Priya Nair", R.APPROVER),
        ("tom", "Tom Hale", R.APPROVER),
        ("quentin", "Quentin Ashby", R.QUALITY_OFFICER),
        ("nina", "Nina Hartley", R.SEN_OFFICER),
        ("vera", "Vera Lindfield", R.VIRTUAL_SCHOOL),
    ),
    *_at(
        "dorset",
        ("nell", "Nell Cranborne", R.ADMINISTRATOR),
        ("hugh", "Hugh Sefton", R.CONTRACTS_OFFICER),
        ("iris", "Iris Mbeki", R.EVALUATOR),
        ("callum", "Callum Reid", R.EVALUATOR),
        ("grace", "Grace Holloway", R.APPROVER),
        ("owen", "Owen Pryce", R.APPROVER),
        ("leila", "Leila Haddad", R.QUALITY_OFFICER),
        ("noah", "Noah Purbeck", R.SEN_OFFICER),
        ("violet", "Violet Encombe", R.VIRTUAL_SCHOOL),
    ),
]

# fmt: off
PROVIDERS = [
    # columns: key, name, form, number, lead, role, offer, place, staff
    DemoProvider("harbour",    "Harbour Lane Studio Ltd",    "company",     "99100001", "ada",   "Director",           "art, music and woodwork in small groups",   "Shoreham",         9),
    DemoProvider("saltmarsh",  "Saltmarsh Tutors Ltd",       "company",     "99100002", "marcus", "Managing director", "tutoring at home and online",               "Chichester",      14),
    DemoProvider("downland",   "Downland Forest Learning CIC", "company",   "99100003", "fern",  "Director",           "forest school and outdoor learning",        "Arundel",          6),
    DemoProvider("orchard",    "Orchard Yard Equine",        "sole_trader", "",         "josie", "Owner",              "work with horses and in the yard",          "Horsham",          3),
    DemoProvider("beacon",     "Beacon Hill Mentoring",      "charity",     "9910005",  "samir", "Chief officer",      "mentoring for young people who are unwell", "Midhurst",         7),
    DemoProvider("makers",     "Riverside Makers Ltd",       "company",     "99100006", "wendy", "Director",           "bicycle repair, cooking and construction",  "Littlehampton",    5),
    DemoProvider("forge",      "Old Forge Arts Ltd",         "company",     "99100007", "rhys",  "Director",           "pottery, printing and lessons online",      "Steyning",         4),
    DemoProvider("pebble",     "Pebble Path Learning Ltd",   "company",     "99100008", "anita", "Director",           "small-group tutoring by the sea",           "Bognor Regis",     5),
    DemoProvider("windmill",   "Windmill Lane Workshops Ltd", "company",    "99100009", "colin", "Director",           "carpentry and upholstery workshops",        "Worthing",         4),
    DemoProvider("tideway",    "Tideway Tutors",             "sole_trader", "",         "lena",  "Owner",              "tutoring in English and mathematics",       "Littlehampton",    2),
    DemoProvider("beech",      "Copper Beech Mentoring Ltd", "company",     "99100011", "patrick", "Director",         "mentoring and walks with dogs",             "Crawley",          5),
    DemoProvider("larkfield",  "Larkfield Learning CIC",     "company",     "99100012", "yusuf", "Director",           "farm days for young people who have stopped going to lessons",  "Horsham",          8),
    DemoProvider("kite",       "Kite and Compass Ltd",       "company",     "99100013", "mei",   "Director",           "adventure days and an online classroom",    "Crawley",          6),
    DemoProvider("bluebell",   "Bluebell House Therapies Ltd", "company",   "99100014", "tessa", "Clinical director",  "art and drama therapy",                     "Poole",            8, "dorset"),
    DemoProvider("cobb",       "Cobb Road Skills Trust",     "charity",     "9910015",  "gwen",  "Chief executive",    "courses in catering, boat repair and care",       "Dorchester",      11, "dorset"),
    DemoProvider("chalk",      "Chalk Stream Learning Ltd",  "company",     "99100016", "ivan",  "Director",           "teaching in small groups and at school",    "Blandford Forum",  6, "dorset"),
]
PROVIDER_LEADS = {
    "ada": "Ada Quillfeather", "marcus": "Marcus Odell", "fern": "Fern Abbott", "josie": "Josie Larkham",
    "samir": "Samir Rahman", "wendy": "Wendy Tolliver", "rhys": "Rhys Penhallow", "anita": "Anita Desmond",
    "colin": "Colin Wray", "lena": "Lena Novak", "patrick": "Patrick Doyle", "yusuf": "Yusuf Karim",
    "mei": "Mei Lindqvist", "tessa": "Tessa Wimborne", "gwen": "Gwen Askew", "ivan": "Ivan Petrov",
}
SCHOOLS = [
    # key        name                    urn       kind                          town          postcode    easting
    # northing  la

    DemoSchool("shore",   "Felpham Shore Academy", "900001", "Academy converter",         "Worthing",   "BN11 1BY", "514752", "103245", "938", "West Sussex", "west-sussex"),
    DemoSchool("weald",   "Weald Edge School",    "900002", "Community special school",   "Horsham",    "RH13 0BA", "513046", "127056", "938", "West Sussex", "west-sussex"),
    DemoSchool("stour",   "Stour Bank School",    "900003", "Community school",           "Dorchester", "DT1 1BL",  "369265", "90610",  "838", "Dorset",      "dorset"),
    DemoSchool("arun",    "Arun Meadow School",   "900004", "Community school",           "Arundel",    "BN18 9AB", "501855", "107001", "938", "West Sussex", "west-sussex"),
]
NOT_JOINED = [  # schools that are in the register but do not use Calloff
    DemoSchool("marsh",   "Marsh Lane Primary School", "900005", "Community school",      "Bognor Regis", "PO21 1LD", "493460", "99040", "938", "West Sussex", "west-sussex"),
    DemoSchool("down",    "Downs Gate Academy",   "900006", "Academy converter",          "Steyning",   "BN44 3YB", "517750", "111300", "938", "West Sussex", "west-sussex"),
]
TELEPHONES = {  # These numbers are reserved for fiction.
    "harbour": "01632 960201", "saltmarsh": "01632 960202", "downland": "01632 960203", "orchard": "01632 960204",
    "beacon": "01632 960205", "makers": "01632 960206", "bluebell": "01632 960214", "shore": "01632 960301",
    "weald": "01632 960302", "stour": "01632 960303",
}
# fmt: on

BUYERS = [
    *_at("shore", ("ruth", "Ruth Adeyemi", (R.AP_LEAD, R.BUYER_ADMINISTRATOR))),
    *_at("weald", ("bryony", "Bryony Clarke", (R.AP_LEAD, R.BUYER_ADMINISTRATOR))),
    *_at("stour", ("felix", "Felix Amory", (R.AP_LEAD, R.BUYER_ADMINISTRATOR))),
    *_at("arun", ("gita", "Gita Menon", (R.AP_LEAD, R.BUYER_ADMINISTRATOR))),
]
STAFF = [  # people at schools. The first person at each school (see BUYERS) invites them
    *_at(
        "shore",
        ("helen", "Helen Marchant", R.HEAD),
        ("saul", "Saul Benedict", R.SAFEGUARDING_LEAD),
        ("fay", "Fay Ormond", R.FINANCE),
    ),
    *_at("weald", ("heloise", "Heloise Grant", R.HEAD), ("selma", "Selma Ridge", R.SAFEGUARDING_LEAD)),
    *_at(
        "stour",
        ("hector", "Hector Vale", R.HEAD),
        ("stella", "Stella Birch", R.SAFEGUARDING_LEAD),
        ("frank", "Frank Tolpuddle", R.FINANCE),
    ),
    *_at("arun", ("harriet", "Harriet Lodge", R.HEAD)),
]
TEAMS = [  # people in the councils' teams. The first person in each team comes first in its list
    *_at("placements-west-sussex", ("cora", "Cora Bellamy", R.COMMISSIONER)),
    *_at("placements-dorset", ("conrad", "Conrad Steeple", R.COMMISSIONER)),
]
COLLEAGUES = [
    *_at("harbour", ("ben", "Ben Carrow", R.PROVIDER_STAFF), ("sian", "Sian Probert", R.PROVIDER_SIGNATORY)),
    *_at("saltmarsh", ("dora", "Dora Finch", R.PROVIDER_STAFF)),
    *_at("bluebell", ("arlo", "Arlo Kemp", R.PROVIDER_STAFF)),
    # This person works for two providers.
    DemoPerson(f"ben@harbour{DOMAIN}", "Ben Carrow", "makers", (R.PROVIDER_STAFF,)),
]
NEWCOMERS = [
    DemoPerson(f"nadia@newcomer{DOMAIN}", "Nadia Sorrell", ""),
    DemoPerson(f"kim@newcomer{DOMAIN}", "Kim Attley", ""),
    DemoPerson(f"jo@newcomer{DOMAIN}", "Jo Merriman", ""),
]


def email_of_lead(provider: DemoProvider) -> str:
    return f"{provider.lead}@{provider.key}{DOMAIN}"
