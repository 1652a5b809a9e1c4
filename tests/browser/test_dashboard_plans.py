"""The page with the plans: a week of them, and making, pausing, changing and deleting one."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from support.accessibility import faults
from support.cameras.mjpeg import MjpegCamera
from support.dashboard_page import fits
from support.planned_week import write_cameras, write_plans
from support.served_station import started

pytestmark = pytest.mark.browser
# No browser of a test is in this time zone.
ZONE = "Pacific/Kiritimati"
DAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


@pytest.fixture(scope="module")
def planned(binaries, tmp_path_factory):
    """A server with three cameras and a plan that was missed yesterday; and its videos folder.

    The plan is not due within the next hours: nothing is opened.
    """
    folder = tmp_path_factory.mktemp("planned")
    now = datetime.now(ZoneInfo(ZONE))
    videos = folder / "videos"
    write_cameras(videos)
    write_plans(videos, now, (now.hour + 5) % 24)
    with started(folder, binaries, "camrec", timezone=ZONE, videos_dir=str(videos)) as served:
        yield served.wire, videos


@pytest.fixture
def plans(planned) -> Iterator[Callable[[], list[dict]]]:
    """Reads the stored plans; afterwards there is only the first one again."""
    wire, videos = planned

    def stored() -> list[dict]:
        return json.loads((videos / ".plans.json").read_text("utf-8"))["plans"]

    yield stored
    for plan in stored()[1:]:
        wire.ask("DELETE", f"/plans/{plan['plan_id']}")


@pytest.fixture
def lane(planned, plans) -> Iterator[None]:
    """A camera called Lane, which is open during the test."""
    wire, _ = planned
    with MjpegCamera(rate=10) as camera:
        session = wire.post("/session/open", {"url": camera.url, "name": "Lane"}).json()
        yield
        for plan in plans()[1:]:
            wire.ask("DELETE", f"/plans/{plan['plan_id']}")
        wire.post("/session/close", {"session_id": session["session_id"]})
        wire.ask("DELETE", f"/cameras/{session['camera_id']}")


def choose_hours(form: Locator, start: str, end: str) -> None:
    form.get_by_label("From", exact=True).fill(start)
    form.get_by_label("To", exact=True).fill(end)


def open_form(page: Page) -> Locator:
    page.get_by_role("button", name="New plan").click()
    return page.get_by_role("dialog", name="New plan")


@pytest.fixture
def nothing_open(planned) -> Iterator[None]:
    """No camera is open after the test."""
    yield
    wire, _ = planned
    for session in wire.get("/session/list").json()["sessions"]:
        wire.post("/session/close", {"session_id": session["session_id"]})


def test_a_missed_occurrence_is_explained_under_the_week(planned, nothing_open, open_page):
    page = open_page(f"{planned[0].url}/#plans").page
    expect(page.get_by_role("heading", name="Plans")).to_be_visible()
    expect(page.get_by_text("All times are those of Pacific/Kiritimati")).to_be_visible()
    week = page.get_by_role("region", name="The week")
    if datetime.now(ZoneInfo(ZONE)).weekday() == 0:
        week.get_by_role("button", name="Week before").click()
    missed = week.get_by_role("button", name=re.compile("^Shop.*missed")).first
    expect(missed).to_have_accessible_name(f"{missed.get_attribute('title')}")
    missed.focus()
    page.keyboard.press("Enter")
    status = week.get_by_role("status")
    expect(status).to_contain_text("Missed: the computer was asleep from")
    expect(missed).to_be_focused()
    status.get_by_role("button", name="Keep it awake for plans").click()
    expect(status).to_contain_text("From now on camrec keeps it awake")
    status.get_by_role("button", name="Let it sleep again").click()
    expect(status.get_by_role("button", name="Keep it awake for plans")).to_be_visible()
    missed.focus()
    page.keyboard.press("Home")
    expect(week.locator(".slot").first).to_be_focused()
    status.get_by_role("button", name="Close").click()
    expect(status).to_be_empty()
    expect(missed).to_be_focused()
    assert faults(page) == []

    # A camera that did not answer is opened, and its card says what it answers now.
    week.get_by_role("button", name=re.compile("^Street.*missed")).press("Enter")
    expect(status).to_contain_text("Missed: the camera did not answer from")
    status.get_by_role("button", name="See whether it answers").press("Enter")
    card = page.get_by_role("article", name="Street")
    expect(card.get_by_role("button", name="Change address")).to_be_visible(timeout=60_000)

    # The bell has a line for each of the days before, on which the plan began.
    page.get_by_role("button", name="Alerts").click()
    bell = page.get_by_role("dialog", name="While you were away")
    expect(bell.get_by_text(re.compile("^[0-9:]+, the plan began$"))).to_have_count(5)
    expect(bell.get_by_text(re.compile("^Since .+: "))).to_be_visible()
    assert faults(page) == []


def test_a_plan_is_made_seen_paused_changed_and_deleted(planned, plans, open_page):
    page = open_page(f"{planned[0].url}/#plans").page
    form = open_form(page)
    today = datetime.now(ZoneInfo(ZONE))
    day = today + timedelta(days=2)
    for name in DAYS[:5]:
        form.get_by_role("checkbox", name=name).uncheck()
    form.get_by_role("checkbox", name=DAYS[day.weekday()]).check()
    form.get_by_role("checkbox", name="Nest box").check()
    choose_hours(form, "8h", "9")
    expect(form).to_contain_text(f"Nest box: {DAYS[day.weekday()]}, 08:00\u00a0– 09:00")
    expect(form).to_contain_text(f"first: {DAYS[day.weekday()]} 08:00")
    expect(form).to_contain_text("1\u00a0h each time")
    form.get_by_role("button", name="Make this plan").click()
    expect(form).to_have_count(0)
    item = page.get_by_role("listitem").filter(has_text="Nest box")
    expect(item).to_contain_text(f"next: {DAYS[day.weekday()]} 08:00")
    assert plans()[1]["start"] == "08:00"

    week = page.get_by_role("region", name="The week")
    if day.weekday() < 2:
        week.get_by_role("button", name="Next week").click()
    bar = week.get_by_role("button", name="Nest box")
    expect(bar).to_have_count(1)
    item.get_by_role("switch").uncheck()
    expect(item).to_contain_text("paused")
    expect(bar).to_have_count(0)
    assert plans()[1]["enabled"] is False
    item.get_by_role("switch").check()
    expect(bar).to_have_count(1)

    item.get_by_role("button", name="Change:").click()
    form = page.get_by_role("dialog", name="Change the plan")
    expect(form.get_by_label("To", exact=True)).to_have_value("09:00")
    form.get_by_text("Start and length", exact=True).click()
    form.get_by_label("Length", exact=True).fill("1h30")
    form.get_by_role("button", name="Save").click()
    expect(item).to_contain_text("08:00 for 1\u00a0h\u00a030")

    item.get_by_role("button", name="Change:").click()
    form.get_by_role("button", name="Delete this plan").click()
    expect(form).to_contain_text("Its videos stay.")
    form.get_by_role("button", name="Delete the plan").click()
    expect(item).to_have_count(0)
    assert len(plans()) == 1


def test_a_wrong_field_is_said_in_the_form_and_nothing_is_made(planned, plans, open_page):
    page = open_page(f"{planned[0].url}/#plans").page
    form = open_form(page)
    choose_hours(form, "25", "18:00")
    form.get_by_role("button", name="Make this plan").click()
    expect(form.get_by_role("alert")).to_contain_text("Choose at least one camera.")
    expect(form.get_by_role("alert")).to_contain_text("Type a time such as 08:00")
    expect(form.get_by_role("checkbox").first).to_be_focused()
    form.get_by_role("checkbox", name="Shop").check()
    form.get_by_role("button", name="Make this plan").click()
    expect(form.get_by_label("From", exact=True)).to_be_focused()
    assert form.get_by_label("From", exact=True).get_attribute("aria-invalid") == "true"
    # An hour that is missing is said below it, and not once more at the foot.
    choose_hours(form, "18:00", "18")
    expect(form).to_contain_text("Start and end are the same time.")
    expect(form.locator(".summary")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="New plan")).to_be_focused()
    assert len(plans()) == 1


def test_the_place_of_the_sun_is_asked_for_and_the_first_time_is_said_before(planned, open_page):
    page = open_page(f"{planned[0].url}/#plans", width=390, height=700).page
    form = open_form(page)
    form.get_by_role("checkbox", name="Street").check()
    form.locator(".segment").get_by_text("Sun", exact=True).click()
    form.get_by_label("Latitude").fill("1,87")
    form.get_by_label("Longitude").fill("-157.4")
    form.get_by_label("Length", exact=True).fill("2")
    summary = form.locator(".summary")
    expect(summary).to_contain_text("sunrise −\u00a030\u00a0min for 2\u00a0h")
    expect(summary).to_contain_text("first: ")  # only camrec knows when the sun rises
    # It is seen without scrolling, while the form is filled in.
    assert form.evaluate("each => each.scrollHeight > each.clientHeight")
    assert summary.evaluate("each => each.getBoundingClientRect().bottom") <= 700
    form.get_by_label("Latitude").fill("91")
    expect(summary).to_be_hidden()
    form.get_by_role("button", name="Make this plan").click()
    expect(form.get_by_role("alert")).to_contain_text("Type a latitude")
    expect(form.get_by_label("Latitude")).to_be_focused()


def test_the_page_on_a_phone_in_french_in_the_dark(planned, open_page):
    page = open_page(f"{planned[0].url}/#plans", width=390, language="fr", dark=True).page
    expect(page.get_by_role("heading", name="Horaires")).to_be_visible()
    expect(page.get_by_text("Tous les jours")).to_be_visible()
    fits(page)
    assert faults(page) == []
    page.get_by_role("button", name="Nouvel horaire").click()
    form = page.get_by_role("dialog")
    for kind in ("Début et durée", "Soleil", "Toujours", "De – à"):
        form.get_by_text(kind.replace(" –", "\u00a0–"), exact=True).click()
        assert form.evaluate("each => each.scrollWidth - each.clientWidth") == 0
    assert faults(page) == []
    for button in form.locator("button, .pills label, .segment label").all():
        assert button.bounding_box()["height"] >= 44


def test_a_plan_without_a_break_is_stopped_marked_and_resumed_on_the_camera_s_card(
    planned, plans, lane, open_page
):
    page = open_page(f"{planned[0].url}/#live").page
    card = page.get_by_role("article", name="Lane")
    card.get_by_text("1\u00a0h", exact=True).click()
    card.get_by_role("button", name="When and what").click()
    page.get_by_label("Subject", exact=True).fill("B4")
    page.get_by_role("button", name="Repeat every day or week").click()
    form = page.get_by_role("dialog", name="New plan")
    expect(form.get_by_role("checkbox", name="Lane")).to_be_checked()
    expect(form.get_by_label("Length", exact=True)).to_have_value("1\u00a0h")
    expect(form).to_contain_text("Lane: Every day")
    form.get_by_text("Always", exact=True).click()
    expect(form).to_contain_text("Lane: Always, without a break")
    form.get_by_role("button", name="Make this plan").click()
    item = page.get_by_role("listitem").filter(has_text="Lane")
    expect(item).to_contain_text("recording", timeout=60_000)
    assert plans()[1]["details"] == {"Subject": "B4"}

    page.get_by_role("link", name="Live").click()
    card = page.get_by_role("article", name="Lane")
    expect(card.get_by_role("button", name="Mark")).to_be_visible()
    expect(card.get_by_role("button", name="Record")).to_have_count(0)
    expect(card).to_contain_text("· plan")
    card.get_by_role("button", name="Stop and save").click()
    resume = card.get_by_role("button", name="Resume")
    expect(resume).to_be_visible(timeout=60_000)
    assert plans()[1]["enabled"] is False
    expect(card.get_by_role("button", name="Record 1")).to_be_visible(timeout=60_000)
    resume.click()
    expect(card.get_by_role("button", name="Stop and save")).to_be_visible(timeout=60_000)
    expect(resume).to_have_count(0)
    assert plans()[1]["enabled"] is True
