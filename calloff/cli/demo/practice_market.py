"""A draft market, in which an officer can practise opening a market.

It is invented, and every page that shows it says so.
"""

from calloff.markets.packs.schema import (
    EstimatedAmount,
    MarketPack,
    PackDocument,
    PackEvidenceKind,
    PackLot,
    PackPromise,
    TrueDates,
    ValueEstimate,
)
from calloff.markets.rulesets import CommercialTool
from calloff.questions.schema import QuestionSet

INVENTED_SOURCE = "Made up for the demonstration"
PRACTICE_CODE = "TRY"


def practice_pack(pack: MarketPack) -> MarketPack:
    """Return an invented practice market, which has nothing from any council document.

    It uses the real market's shared questions, agreement and demonstration dates from `pack`.
    """
    lots = [
        PackLot(number=1, title="Practice category: outdoor days", description=INVENTED_SOURCE, source="model"),
        PackLot(number=2, title="Practice category: workshop evenings", description=INVENTED_SOURCE, source="model"),
    ]
    return pack.model_copy(
        update={
            "code": PRACTICE_CODE,
            "slug": "practice",
            "title": "Practice market (made up)",
            "summary": "Use this market to practise opening a market. It is made up, and no one buys places in it.",
            "what_it_buys": "Nothing. This market and its 2 categories are made up.",
            "tool": CommercialTool.LIGHT_TOUCH_ARRANGEMENT,
            "called": "Practice market",
            "ruleset": "pa-2023-light-touch",
            "ruleset_note": "We chose this law for practice, because markets that start today come under the "
            "Procurement Act 2023.",
            "true_dates": TrueDates(),
            "estimate": ValueEstimate(
                amounts=[
                    EstimatedAmount(words="Places for 4 years (made up)", net="1200000", vat="20"),
                    EstimatedAmount(words="One more year, if the market is extended (made up)", net="300000", vat="20"),
                ]
            ),
            "promises": {
                "decide_within": PackPromise(value=15, citation=INVENTED_SOURCE, source="model"),
            },
            "lots": lots,
            "providers": [],
            "load_notes": [],
            "evidence": [_for_all(kind) for kind in pack.evidence],
            "sources": [PackDocument(title=INVENTED_SOURCE, says="Nothing in this market comes from a real document.")],
            "eligibility": pack.eligibility and _without_lots(pack.eligibility),
        }
    )


def _for_all(kind: PackEvidenceKind) -> PackEvidenceKind:
    return kind.model_copy(update={"lots": []})


def _without_lots(questions: QuestionSet) -> QuestionSet:
    """Remove the questions that apply only to some categories of the original market."""
    sections = [
        section.model_copy(update={"questions": [question for question in section.questions if not question.lots]})
        for section in questions.sections
    ]
    return questions.model_copy(
        update={
            "key": "practice-eligibility",
            "title": "Can you apply to the practice market?",
            "sections": [section for section in sections if section.questions],
        }
    )
