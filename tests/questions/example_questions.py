"""A small invented question set that contains every kind of question, and a complete set of answers."""

from hypothesis import HealthCheck, settings

from calloff.questions.answers import PriceScheduleLine
from calloff.questions.schema import QuestionSet

SECTIONS = [
    {
        "key": "about",
        "title": "About the provider",
        "questions": [
            {"key": "trading_name", "kind": "text", "text": "What name do you trade under?",
             "name": "your trading name"},
            {"key": "charity", "kind": "yes_no", "text": "Are you a charity?", "name": "you are a charity"},
            {
                "key": "charity_number",
                "kind": "text",
                "text": "What is your charity number?",
                "name": "your charity number",
                "when": {"question": "charity", "is_any_of": ["yes"]},
            },
            {
                "key": "convicted",
                "kind": "yes_no",
                "text": "Has the organisation been convicted of fraud?",
                "options": [
                    {"value": "yes", "label": "Yes", "fails": "mandatory"},
                    {"value": "no", "label": "No"},
                ],
                "assessed": "pass_fail",
            },
            {
                "key": "dispute",
                "kind": "choice",
                "text": "Is there a dispute with a council?",
                "required": False,
                "options": [
                    {"value": "none", "label": "No dispute"},
                    {"value": "open", "label": "An open dispute", "hint": "Not decided yet", "fails": "discretionary"},
                ],
            },
        ],
    },
    {
        "key": "offer",
        "title": "Your offer",
        "questions": [
            {
                "key": "ages",
                "kind": "choices",
                "text": "Which key stages do you teach?",
                "name": "the key stages you teach",
                "options": [{"value": "ks3", "label": "Key stage 3"}, {"value": "ks4", "label": "Key stage 4"}],
            },
            {
                "key": "method",
                "kind": "long_text",
                "text": "How will you teach?",
                "name": "how you will teach",
                "per_lot": True,
                "max_words": 10,
                "assessed": "score",
                "pass_mark": 2,
            },
            {
                "key": "online_safety",
                "kind": "long_text",
                "text": "How do you keep children safe online?",
                "lots": [4],
                "required": False,
            },
            {"key": "tutors", "kind": "number", "text": "How many tutors?", "name": "the number of tutors",
             "minimum": 1, "maximum": 5000},
            {"key": "turnover", "kind": "money", "text": "What was last year’s turnover?", "name": "the turnover",
             "minimum": 0},
            {"key": "founded", "kind": "date", "text": "When were you founded?", "name": "the date of foundation"},
            {
                "key": "checks",
                "kind": "declaration",
                "text": "When did you last check your staff, and how many?",
                "name": "your staff checks",
                "counts": "Number of staff checked",
                "minimum": 1,
            },
            {
                "key": "insurance",
                "kind": "evidence",
                "text": "Which document shows your public liability insurance?",
                "name": "your insurance",
                "evidence": "public-liability",
            },
            {"key": "prices", "kind": "prices", "text": "What will you charge?", "name": "what you charge"},
        ],
    },
]  # fmt: skip

QUESTION_SET = QuestionSet.model_validate(
    {"key": "example", "version": 1, "title": "An example", "source": "Invented", "sections": SECTIONS}
)
ABOUT_SECTION, OFFER_SECTION = QUESTION_SET.sections
QUESTIONS = QUESTION_SET.known()
LOTS = {1: "Early help", 4: "Online tutoring"}
SCHEDULE = [
    PriceScheduleLine("hour", "One to one", "each hour", required=True),
    PriceScheduleLine("group", "A group of four", "each session"),
    PriceScheduleLine("van", "Transport", "each mile"),
]
ANSWERS = {
    "trading_name": "Windmill Hill",
    "charity": "yes",
    "charity_number": "0000000",
    "convicted": "no",
    "dispute": "open",
    "ages": ["ks3", "ks4"],
    "method@1": "In small steps",
    "method@4": "By video",
    "tutors": 1200,
    "turnover": "1250.50",
    "founded": "2009-11-27",
    "checks": {"on": "2026-02-27", "count": 12, "text": "All of them"},
    "insurance": "EV-7K3QX",
    "prices": {
        "hour": {"amount": "45.00", "vat": "exempt"},
        "group": {"amount": "120.50", "vat": "standard"},
    },
}


def answers_without(*keys):
    return {key: value for key, value in ANSWERS.items() if key not in keys}


# There is no time limit for an example, because the machine might be busy.
NO_DEADLINE = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
