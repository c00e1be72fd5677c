"""How a refusal names a question: by its short name, or by its own words."""

from calloff.questions.schema import QuestionDefinition

ERROR_VERBS = {"yes_no": "Select", "choice": "Select", "choices": "Select", "evidence": "Select"}


def format_subject(question: QuestionDefinition) -> str:
    """Begin a sentence about an answer: “The annual turnover …”, “The answer to “…” …”."""
    return question.name[:1].upper() + question.name[1:] if question.name else f"The answer to “{question.text}”"


def format_missing_answer(question: QuestionDefinition, lot: str) -> str:
    """Ask for an answer that is not there, as GOV.UK does: an instruction."""
    where = f" for {lot}" if lot else ""
    name = question.name
    match question.kind:
        case "yes_no":
            return f"Select yes or no: {name or question.text}{where}"
        case "declaration":
            return f"Enter the date and the number: {name or question.text}{where}"
        case "prices":
            return f"Enter at least one price: {name or question.text}{where}"
        case "evidence":
            return f"Select {name or f'a document: {question.text}'}{where}"
    verb = ERROR_VERBS.get(question.kind, "Enter")
    return f"{verb} {name or f'an answer to “{question.text}”'}{where}"
