"""Budgets: the commitments, the money left, and any additional amounts allowed.

Budget holders set and change them.
"""

from datetime import date
from decimal import Decimal

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from calloff.buying import commands, queries
from calloff.buying.models import Budget
from calloff.kernel.money import format_pounds
from calloff.people.permissions import Can
from calloff.web import command_views
from calloff.web.forms_ui.field_errors import amount_errors, date_errors, text_errors
from calloff.web.forms_ui.forms import UnmarkedForm, textarea_field
from calloff.web.forms_ui.widgets import DatePartsInput, MoneyInput
from calloff.web.history import pages
from calloff.web.home_pages import HomeCount
from calloff.web.navigation import path_at_organisation, record_parts
from calloff.web.permissions import BUYER, at_organisation
from calloff.web.record_actions import RecordAction, RecordActions
from calloff.web.request import OrganisationRequest

# the number of rows on a budget's page. The lists of orders and placements show all of them
MAX_COMMITMENTS_SHOWN = 100


class BudgetForm(UnmarkedForm):
    name = forms.CharField(
        label="Name of the budget",
        help_text="For example, alternative provision 2026 to 2027.",
        max_length=100,
        error_messages=text_errors("Name of the budget", "Enter a name for the budget"),
    )
    starts_on = forms.DateField(
        label="First day",
        help_text="For example, 1 9 2026",
        widget=DatePartsInput,
        error_messages=date_errors("First day of the budget", "Enter the first day of the budget"),
    )
    ends_on = forms.DateField(
        label="Last day",
        help_text="For example, 31 8 2027",
        widget=DatePartsInput,
        error_messages=date_errors("Last day of the budget", "Enter the last day of the budget"),
    )
    amount = forms.DecimalField(
        label="Amount before VAT",
        max_digits=12,
        decimal_places=2,
        widget=MoneyInput,
        error_messages=amount_errors("Amount before VAT", "£1 billion", "Enter the amount of the budget"),
    )


class AllowMoreForm(UnmarkedForm):
    amount = forms.DecimalField(
        label="Amount to add",
        max_digits=12,
        decimal_places=2,
        widget=MoneyInput,
        error_messages=amount_errors("Amount to add", "£1 billion", "Enter the amount to add"),
    )
    reason = textarea_field(
        "Reason",
        "We will save your reason with the budget, with your name and the time.",
        errors=text_errors("Reason"),
    )


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def budgets(request: OrganisationRequest) -> HttpResponse:
    budgets = list(queries.budgets_of(request.organisation, person=request.user, at=request.now))
    page = {
        "budgets": budgets,
        "may_keep": _may_keep(request),
        "most": max([_whole(budget) for budget in budgets], default=Decimal(0)),
    }
    return render(request, "buyer/budgets.html", page)


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def budget(request: OrganisationRequest, pk: int) -> HttpResponse:
    budget = _found(request, pk)
    commitments = queries.commitments_of(budget)
    page = {
        "budget": budget,
        "commitments": list(commitments[:MAX_COMMITMENTS_SHOWN]),
        "number": commitments.count(),
        "allowances": list(budget.allowances.select_related("by").order_by("-made_at")),
        "actions": BUDGET_ACTIONS.links(request, budget),
    }
    return render(request, "buyer/budget.html", page | _frame(request, budget))


@require_safe
@at_organisation(BUYER, Can.SEE_PLACING)
def history(request: OrganisationRequest, pk: int) -> HttpResponse:
    budget = _found(request, pk)
    return pages.render_history(request, budget, context=_frame(request, budget), frame="buyer/frame.html")


@command_views.command_view
@at_organisation(BUYER, Can.KEEP_BUDGET)
def set_budget(request: OrganisationRequest) -> HttpResponse:
    form = BudgetForm.of(request, initial={"starts_on": date(request.now.year, 9, 1)})
    if form.attempt(commands.set_budget, request.organisation, by=request.user, at=request.now):
        return command_views.redirect_done(request, "Budget set", "buyer:budget", form.result.pk)
    meaning = [
        "Orders and agreements reduce the budget straight away. No one can go over the budget unless you increase it."
    ]
    back = path_at_organisation(request, "buyer:budgets")
    return command_views.render_command(
        request, form, heading="Set a budget", button="Set the budget", cancel=back, meaning=meaning
    )


def _found(request: OrganisationRequest, pk: int) -> Budget:
    return get_object_or_404(queries.budgets_of(request.organisation, person=request.user, at=request.now), pk=pk)


def _may_keep(request: OrganisationRequest) -> bool:
    return request.user.can(Can.KEEP_BUDGET, organisation=request.organisation, at=request.now)


def _whole(budget: Budget) -> Decimal:
    whole: Decimal = budget.amount + budget.allowed
    return whole


def _to(request: OrganisationRequest, budget: Budget) -> str:
    return path_at_organisation(request, "buyer:budget", budget.pk)


def _frame(request: OrganisationRequest, budget: Budget) -> dict[str, object]:
    home, budgets = path_at_organisation(request, "buyer:buying"), path_at_organisation(request, "buyer:budgets")
    tabs = [
        ("Budget", _to(request, budget)),
        ("History", path_at_organisation(request, "buyer:budget-history", budget.pk)),
    ]
    crumbs = [("Buying", home), ("Budgets", budgets), (budget.name, "")]
    return {"heading": budget.name, "breadcrumbs": crumbs, "parts": record_parts(request, tabs)}


def count_budgets(request: OrganisationRequest) -> HomeCount | None:
    """Count the budgets, for the home page of people who manage them."""
    if not _may_keep(request):
        return None
    budgets = queries.budgets_of(request.organisation, person=request.user, at=request.now)
    return HomeCount("Budgets", budgets, path_at_organisation(request, "buyer:budgets"))


BUDGET_ACTIONS = RecordActions(
    BUYER,
    "budget",
    _found,
    key="pk",
    back=_to,
    needs=(Can.SEE_PLACING,),
    rows=(
        RecordAction(
            commands.allow_more,
            link="Increase the budget",
            form=AllowMoreForm,
            heading=lambda _, budget: f"Increase the budget “{budget}”",
            meaning=lambda _, budget: [
                f"This budget has {format_pounds(budget.left)} of {format_pounds(_whole(budget))} left. We will show "
                "the increase and your reason with the budget."
            ],
            button="Increase the budget",
            done=lambda _, made: f"Budget increased by {format_pounds(made.amount)}",
        ),
        RecordAction(
            commands.amend_budget,
            name="budget-amend",
            link="Change",
            form=lambda request, budget: BudgetForm.of(
                request, initial={name: getattr(budget, name) for name in BudgetForm.base_fields}
            ),
            heading=lambda _, budget: f"Change {budget}",
            meaning=lambda _, budget: [
                f"{format_pounds(budget.committed)} of this budget is already committed, so the budget cannot be less "
                "than that."
            ],
            button="Change the budget",
            done="Budget changed",
        ),
        RecordAction(
            commands.close_budget,
            name="budget-close",
            link="Close",
            heading=lambda _, budget: f"Close {budget}",
            meaning=lambda _, budget: [
                f"No one will be able to use {budget} for new orders or agreements. {format_pounds(budget.committed)} "
                "will stay committed.",
                "You cannot reopen this budget, but you can set a new budget.",
            ],
            button="Close the budget",
            stops=True,
            done="Budget closed",
        ),
    ),
)
