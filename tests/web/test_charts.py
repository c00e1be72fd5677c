"""Tests for the charts on home pages: positions, figures in words, and who sees which chart."""

import re
from datetime import date
from html import unescape

import pytest
from django.template.loader import get_template
from django.urls import reverse

from calloff.applications.models import Application
from calloff.directory.models import Service
from calloff.kernel import clock
from calloff.members import commands as members
from calloff.members.lot_decision import LotDecision
from calloff.monitoring import kpis
from calloff.people.models import Organisation
from calloff.people.permissions import Role
from calloff.placements.attendance_trends import attendance_by_week
from calloff.placements.models import Placement
from calloff.web.authority.referrals_and_placements import draw_trend
from calloff.web.charts import BASE, TOP, Chart, ChartBar, ChartLimit, ChartPoint
from tests.factories import NOW, person, rewrite
from tests.factories_markets import ServiceFactory
from tests.members.scenario import approver, ready
from tests.placements import scenario
from tests.placements.scenario import on

MARCH_13 = on(13)


@pytest.fixture
def _own_folders(settings, tmp_path):
    settings.FILES = tmp_path / "files"


def chart(**given):
    points = [ChartPoint("9 Nov", 50, "50%"), ChartPoint("16 Nov", None, "–"), ChartPoint("23 Nov", 100, "100%")]
    return Chart("a", "Attendance", "100%", "attended", ("Week", "Attended"), points, **given)


def test_values_are_drawn_from_zero_and_a_missing_value_leaves_a_gap():
    first, last = chart().drawn
    assert (first.y, last.y) == (BASE - (BASE - TOP) / 2, TOP)
    assert (first.is_last, last.is_last) == (False, True)
    assert last.x - first.x == pytest.approx(2 * 340 / 3)
    assert chart(most=200).drawn[1].y == BASE - (BASE - TOP) / 2
    assert chart(limit=ChartLimit(400, "Limit")).height_of(400) == TOP


def test_a_line_reaches_from_one_side_to_the_other():
    first, last = chart(is_line=True).drawn
    assert first.x == 340 - last.x


def drawn(one):
    source = '{% from "parts/chart.html" import chart_card %}{{ chart_card(chart) }}'
    pages = get_template("layouts/home.html").backend.env
    return pages.from_string(source).render(chart=one)


@pytest.mark.parametrize("is_line", [False, True])
def test_a_chart_has_its_figures_as_a_table_and_hides_the_drawing_from_screen_readers(is_line):
    page = drawn(chart(is_line=is_line, limit=ChartLimit(80, "Limit, 80%")))
    assert page.count('aria-hidden="true"') == 1
    assert "View as a table" in page
    assert all(f'<th scope="row">{label}</th>' in page for label in ("9 Nov", "16 Nov", "23 Nov"))
    assert "Limit, 80%" in page
    bars = [ChartBar("Studio", [(2, "petrol"), (1, "light")], "2 taken, 1 available")]
    page = drawn(Chart("b", "Places", "1", "place available", ("Service", "Places"), bars=bars))
    assert '<th scope="row">Studio</th><td>2 taken, 1 available</td>' in page


@pytest.mark.django_db
@pytest.mark.usefixtures("_own_folders")
def test_attendance_is_counted_by_week(django_assert_num_queries):
    placement = scenario.running()
    scenario.mark(placement, day=date(2026, 3, 10), mark="absent", cause="ill")
    scenario.mark(placement, day=date(2026, 3, 16), mark="late", minutes=5)
    scenario.mark(placement, day=date(2026, 3, 16), session="pm")
    with django_assert_num_queries(1):
        weeks = attendance_by_week(Placement.objects.all(), date(2026, 3, 25), 4)
    first, second, third = weeks
    assert (first.monday, first.attended, first.marked) == (date(2026, 3, 9), 1, 2)
    assert (second.attended, second.marked, second.per_cent) == (2, 2, 100)
    assert (third.marked, third.per_cent) == (0, None)


@pytest.mark.django_db
@pytest.mark.usefixtures("_own_folders")
def test_each_home_page_has_its_own_chart(client, monkeypatch, settings):
    settings.DEMONSTRATION = True  # The invented people in a demonstration need no second step.
    monkeypatch.setattr(clock, "now", lambda: MARCH_13)
    placement = scenario.running()
    rewrite(Service.objects.filter(pk=placement.service_id), places=3, places_at=NOW)

    def home(side, somebody):
        client.force_login(somebody)
        answer = client.get(reverse(f"{side}:home", args=[getattr(placement, side).slug]))
        return re.sub(r"\s+", " ", unescape(answer.content.decode()))

    assert "1 taken, 3 available" in home("provider", scenario.ada(placement))
    assert "1 taken, 3 available" not in home("provider", scenario.sian(placement))
    for number in range(8):
        ServiceFactory(member=placement.member, name=f"Art {number}", places=2, places_at=NOW)
    page = home("provider", scenario.ada(placement))
    assert "<b>19</b> places available at your live services" in page  # This includes the service that has no bar.
    assert page.count("0 taken, 2 available") > 1
    assert "100%</b> of marked sessions attended in the week starting 9 March" in home(
        "buyer", scenario.ruth(placement)
    )
    rewrite(Organisation.objects.filter(pk=placement.buyer_id), kind=Organisation.Kind.TEAM, urn=None)
    assert "placement that has not ended" in home("buyer", scenario.ruth(placement))
    officer = person(Role.CONTRACTS_OFFICER, at=placement.authority)
    assert "Days to decide" not in home("authority", officer)
    application = ready(lots=[1])
    outcomes = [LotDecision(1, True, "Every condition is met.")]
    members.decide(application, outcomes=outcomes, by=approver(application), at=MARCH_13)
    client.force_login(person(Role.CONTRACTS_OFFICER, at=application.authority))
    council = reverse("authority:home", args=[application.authority.slug])
    page = client.get(council).content.decode()
    assert "Days to decide" in page
    assert re.search(r"<b>\d+</b> working days in March", page)
    assert "1 of 1 application decided in time" in page
    rewrite(Application.objects.filter(pk=application.pk), decide_by=None)
    assert "decided in time" not in client.get(council).content.decode()


@pytest.mark.parametrize(
    ("key", "figure", "limit"), [("start", "4", "Target, 5 school days"), ("attendance", "60%", "Target, 50%")]
)
def test_a_kpi_has_a_trend_from_two_months_on(key, figure, limit):
    months = [kpis.KpiMonth(date(2026, 1, 1), 8), kpis.KpiMonth(date(2026, 2, 1), None)]
    met = 5 if key == "start" else 50
    whole = kpis.KpiFigure("All", 20, 5, 20, kpis.KpiRating.MET)

    def trend(by_month):
        return draw_trend(kpis.KpiMeasure(key, "", "", "", met, met, whole, [], [], by_month, 0))

    assert trend(months) is None
    page = drawn(trend([*months, kpis.KpiMonth(date(2026, 3, 1), 4 if key == "start" else 60)]))
    assert f"<b>{figure}</b>" in page
    assert "who started in March" in page
    assert limit in page
    assert '<th scope="row">Feb</th><td>Not shown</td>' in page
