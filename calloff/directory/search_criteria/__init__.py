"""Search the directory by criteria. Each row in `criteria.CRITERIA` defines one criterion.

The form on the page, the parameters of the API, the counts next to each choice, saved searches and descriptions are all
made from that table.
"""

from calloff.directory.search_criteria.conditions import (
    current_prices,
    parse_search_query,
    price_figure,
    with_rank,
)
from calloff.directory.search_criteria.criteria import (
    CRITERIA,
    FIELDS,
)
from calloff.directory.search_criteria.criterion import Criterion, CriterionField, FilterGroup, Requirement, Surface
from calloff.directory.search_criteria.filters import (
    active_criteria,
    build_search,
    criterion_conditions,
    matching,
    search_without,
    searchable_services,
)
from calloff.directory.search_criteria.search import HOURS_CRITERION, SearchCriteria, with_synonyms
from calloff.directory.search_criteria.word_query import read_words

__all__ = [
    "CRITERIA",
    "FIELDS",
    "HOURS_CRITERION",
    "Criterion",
    "CriterionField",
    "FilterGroup",
    "Requirement",
    "SearchCriteria",
    "Surface",
    "active_criteria",
    "build_search",
    "criterion_conditions",
    "current_prices",
    "matching",
    "parse_search_query",
    "price_figure",
    "read_words",
    "search_without",
    "searchable_services",
    "with_rank",
    "with_synonyms",
]
