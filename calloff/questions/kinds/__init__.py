"""The kinds of question: a class for each kind, and a registry of all of them.

To add a kind, write its class and add the class to KINDS. Packs can then use the kind. Everywhere, the class parses,
checks, displays, renders and exports the answers of its kind.
"""

from calloff.questions.kinds.amount import MoneyKind, NumberKind
from calloff.questions.kinds.choice import ChoiceKind, ChoicesKind, YesNoKind
from calloff.questions.kinds.day import DateKind
from calloff.questions.kinds.declaration import DeclarationKind
from calloff.questions.kinds.document import DocumentKind
from calloff.questions.kinds.price_schedule import PricesKind
from calloff.questions.kinds.question import Question
from calloff.questions.kinds.question_kind import QuestionKind
from calloff.questions.kinds.text import LongTextKind, TextKind

KINDS: dict[str, QuestionKind] = {
    kind.key: kind
    for kind in (
        TextKind(),
        LongTextKind(),
        YesNoKind(),
        ChoiceKind(),
        ChoicesKind(),
        NumberKind(),
        MoneyKind(),
        DateKind(),
        DeclarationKind(),
        DocumentKind(),
        PricesKind(),
    )
}


def kind_of(question: Question) -> QuestionKind:
    """Return the kind of a question."""
    return KINDS[question.kind]
