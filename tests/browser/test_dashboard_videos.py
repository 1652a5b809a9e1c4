"""The library and the player in a real browser, with real files."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta, timezone
from functools import partial
from pathlib import Path
from typing import ClassVar
from urllib.parse import unquote

import panel as pn
import pytest
from playwright.sync_api import Page, expect
from tornado.web import RequestHandler, StaticFileHandler

from camrec.clock import Clock
from camrec.dashboard.library import LatestVideos, VideoLibraryView
from camrec.dashboard.video_component import VideoActions, video_row
from camrec.dashboard.video_player import VideoPlayer
from camrec.errors import DiskError, StateError
from camrec.library import VideoFile, preview
from camrec.library import VideoLibrary as Films
from camrec.receipt import Gap, Receipt, RecordingWarning
from support.health_page import KNOWN
from support.serving import Serving
from support.stage import WIDE

pytestmark = [pytest.mark.browser, pytest.mark.slow(1.5), pytest.mark.filterwarnings(KNOWN)]

# From the last frame before the gap to the first one after it, as a recording measures it.
GAP = Gap(start=2.9, duration=4.1)
RATE = 10
SECONDS = 10.0


def film(filename: str, name: str, started_at: int, **facts: object) -> VideoFile:
    """A video as the library describes it."""
    usual = {"duration": SECONDS, "size": 1_200_000, "width": 320, "height": 180}
    codecs = {"video_codec": "h264", "audio_codec": None, "playable": True}
    known = {**usual, **codecs, **facts}
    return VideoFile(filename, Path(filename), name=name, started_at=started_at, **known)


def receipt(name: str, gaps: list[Gap]) -> Receipt:
    missed = sum(gap.duration for gap in gaps)
    return Receipt(
        recording_id="r1",
        name=name,
        source="rtsp://camera/stream",
        asked=SECONDS,
        duration=SECONDS,
        started_at="2026-11-23T14:03:00Z",
        ended_at="2026-11-23T14:03:10Z",
        ended="time",
        frames=round((SECONDS - missed) * RATE) + len(gaps),
        gaps=gaps,
        width=320,
        height=180,
        video_codec="h264",
        size=1_200_000,
        sha256="9f2c41ab" * 7 + "000007de",
        playable=True,
    )


@dataclass
class Shelf:
    """Videos that a page shows and deletes; if `refusal` is set, deleting raises it."""

    films: list[VideoFile]
    refusal: Exception | None = None
    parts: list[tuple[object, VideoLibraryView]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    @property
    def actions(self) -> VideoActions:
        return VideoActions(self.delete, self.rename, self.lock)

    def tell(self) -> None:
        for document, part in self.parts:
            document.add_next_tick_callback(partial(part.show_videos, self.films))

    def delete(self, filename: str) -> None:
        self.asked.append(filename)
        if self.refusal:
            raise self.refusal
        self.films = [each for each in self.films if each.filename != filename]
        self.tell()

    def lock(self, filename: str, locked: bool) -> None:
        (old,) = [each for each in self.films if each.filename == filename]
        if old.receipt is None:
            raise StateError("no_receipt", filename=filename)
        new = replace(old, receipt=old.receipt.model_copy(update={"locked": locked}))
        self.films = [new if each is old else each for each in self.films]
        self.tell()

    def rename(self, filename: str, name: str) -> str:
        self.asked.append(name)
        if self.refusal:
            raise self.refusal
        (old,) = [each for each in self.films if each.filename == filename]
        kind, number = filename.split(" ", 1)
        new = replace(old, filename=f"{kind} {name} {number}", name=name)
        self.films = [new if each is old else each for each in self.films]
        return new.filename


def moment(days: int, hour: int) -> int:
    """`days` ago at `hour` o'clock local time, in UTC nanoseconds."""
    local = datetime.combine(date.today() - timedelta(days=days), time(hour))
    return int(local.timestamp()) * 10**9


def shelf() -> Shelf:
    films = [
        film("whole 1.mp4", "Entrée", moment(0, 9), size=57_000_000),
        film("gap 2.mp4", "Banc optique", moment(0, 8), receipt=receipt("Banc optique", [GAP])),
        film("whole 3.mp4", "Entrée", moment(1, 17), duration=3600.0),
        film("whole 4 é&#.mp4", "Nichoir", moment(1, 16), size=8_600_000_000),
    ]
    return Shelf(films)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, binaries) -> Path:
    """Videos of 10 s: whole.mp4, and gap.mp4 without frames from 3 s to 7 s; a thumbnail."""
    made = tmp_path_factory.mktemp("films")

    def ffmpeg(*arguments: str) -> None:
        command = [binaries.ffmpeg, "-v", "error", "-y", *arguments]
        subprocess.run(command, cwd=made, check=True, timeout=60)

    source = ("-f", "lavfi", "-i", f"testsrc=s=320x180:r={RATE}:d={SECONDS}")
    coded = ("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p", "-fps_mode", "vfr")
    ffmpeg(*source, *coded, "whole.mp4")
    ffmpeg(*source, "-vf", "select='lt(t,3)+gte(t,7)'", *coded, "gap.mp4")
    uneven = "select='between(mod(n*7\\,11)\\,0\\,5)*(lt(t\\,0.5)+gte(t\\,3))'"
    ffmpeg("-f", "lavfi", "-i", "testsrc=s=320x180:r=50:d=3.5", "-vf", uneven, *coded, "uneven.mp4")
    (made / "broken.mp4").write_bytes(b"no film at all")
    ffmpeg("-i", "whole.mp4", "-frames:v", "1", "thumbnail.jpg")
    return made


class FilmHandler(StaticFileHandler):
    def parse_url_path(self, url_path: str) -> str:
        return f"{url_path.split()[0]}.mp4"

    def set_extra_headers(self, path: str) -> None:
        if self.get_query_argument("download", ""):
            self.set_header("Content-Disposition", 'attachment; filename="film.mp4"')


class TimesHandler(RequestHandler):
    def initialize(self, path: str) -> None:
        self.path = path

    def get(self, name: str) -> None:
        film = Path(self.path) / f"{unquote(name).split()[0]}.mp4"
        readable = film.name != "broken.mp4"
        self.write({"times": preview.read_frame_times(film) if readable else []})


class PreviewHandler(TimesHandler):
    asked: ClassVar[list[float]] = []
    held = False

    async def get(self, name: str) -> None:
        at = float(self.get_query_argument("at"))
        self.asked.append(at)
        while PreviewHandler.held:
            await asyncio.sleep(0.01)
        self.set_header("Content-Type", "image/jpeg")
        film = Path(self.path) / f"{unquote(name).split()[0]}.mp4"
        self.write(preview.FramePreviews().jpeg(film, at))


class ThumbnailHandler(StaticFileHandler):
    def parse_url_path(self, url_path: str) -> str:
        return "thumbnail.jpg"


@pytest.fixture(scope="module")
def routes(folder: Path) -> list:
    files = {"path": str(folder)}
    return [
        (r"/videos/(.*)/times", TimesHandler, files),
        (r"/videos/(.*)/preview", PreviewHandler, files),
        (r"/videos/(.*)", FilmHandler, files),
        (r"/thumbnails/(.*)", ThumbnailHandler, files),
    ]


@pytest.fixture
def show(stage) -> Callable[..., Page]:
    """``page = show(make, "fr", fragment="#videos")``: what `make` creates, on a shared page."""
    return lambda *given, **how: stage(*given, **how).page


@pytest.fixture
def serve(routes) -> Iterator[Callable[..., str]]:
    """Serve what a function creates for each browser page; returns the URL."""
    with contextlib.ExitStack() as ends:
        yield lambda make: ends.enter_context(Serving(make, routes=routes)).url


def library(
    shelf: Shelf, of: type = VideoLibraryView, **how: object
) -> Callable[[], VideoLibraryView]:
    def make() -> VideoLibraryView:
        part = of(actions=shelf.actions, **WIDE, **how)
        part.show_videos(shelf.films)
        shelf.parts.append((pn.state.curdoc, part))
        return part

    return make


def player(shelf: Shelf, filename: str, **how: object) -> Callable[[], VideoPlayer]:
    def make() -> VideoPlayer:
        part = VideoPlayer(actions=shelf.actions, **WIDE, **how)
        part.show_video(filename, next((f for f in shelf.films if f.filename == filename), None))
        return part

    return make


def names(page: Page) -> list[str]:
    return page.locator(".card h3").all_text_contents()


def test_a_row_of_the_video_list_has_plain_values_only() -> None:
    told = video_row(
        film("a.mp4", "Entrée", 1_795_000_000_123_000_000, receipt=receipt("Entrée", [GAP]))
    )
    assert told["started_at"] == 1_795_000_000_123
    assert told["gaps"] == [{"start": 2.9, "duration": 4.1}]
    assert told["playable"] is True and told["locked"] is False
    assert video_row(film("b.mp4", "b", 0))["gaps"] == []


def test_video_cards_are_grouped_by_day_with_their_facts_and_links(show) -> None:
    page = show(library(shelf(), language="fr"), "fr")
    expect(page.locator(".card")).to_have_count(4)
    assert page.locator("h2").all_text_contents() == ["Aujourd’hui", "Hier"]
    gap = page.get_by_role("article", name="Banc optique, aujourd’hui 08:00")
    expect(gap.locator(".badge")).to_have_text("1 coupure")
    assert gap.locator(".missing").get_attribute("style") == "left: 29%; width: 41%;"
    expect(gap.locator("img")).to_have_js_property("naturalWidth", 320)
    odd = page.get_by_role("article", name="Nichoir, hier 16:00")
    assert (
        odd.get_by_role("link", name="Télécharger Nichoir")
        .get_attribute("href")
        .endswith("/videos/whole%204%20%C3%A9%26%23.mp4?download=1")
    )
    odd.get_by_role("link", name="Lire Nichoir").click()
    assert page.url.endswith("#videos/whole%204%20%C3%A9%26%23.mp4")
    expect(page.get_by_role("status")).to_have_text("4 vidéos, 8,7\u00a0Go")


def test_a_downloaded_video_has_the_bytes_of_the_file(show, folder: Path) -> None:
    page = show(library(shelf()))
    with page.expect_download() as downloading:
        page.get_by_role("link", name="Download Banc optique").click()
    assert Path(downloading.value.path()).read_bytes() == (folder / "gap.mp4").read_bytes()


def test_search_camera_order_and_gaps_choose_what_is_shown(show) -> None:
    page = show(library(shelf()))
    search = page.get_by_role("searchbox", name="Search by name or date")
    search.fill("entree yesterday")
    expect(page.locator(".card")).to_have_count(1)
    search.fill('<b>"')
    expect(page.get_by_role("heading")).to_have_text('No video matches "<b>""')
    page.get_by_role("button", name="Clear search").click()
    expect(page.locator(".card")).to_have_count(4)
    expect(search).to_be_focused()
    page.get_by_label("Camera").select_option("Entrée")
    expect(page.locator(".card")).to_have_count(2)
    page.get_by_label("Camera").select_option("All cameras")
    page.get_by_label("Order").select_option("Largest first")
    assert names(page)[0] == "Nichoir"
    expect(page.locator("h2")).to_have_count(0)
    page.get_by_label("Order").select_option("Oldest first")
    assert page.locator("h2").all_text_contents() == ["Yesterday", "Today"]
    page.get_by_label("Only with gaps").check()
    assert names(page) == ["Banc optique"]


def dated(name: str, local: datetime, **facts: object) -> VideoFile:
    at = int(local.astimezone(timezone.utc).timestamp()) * 10**9
    return film(f"{name} {at}.mp4", name, at, **facts)


SPOKEN = {
    "14h": ["afternoon"],
    "14:03": ["afternoon"],
    "2pm": ["afternoon"],
    "27 novembre": ["afternoon"],
    "27 nov": ["afternoon"],
    "27": ["afternoon", "half past"],
    "2026-11-2": ["afternoon", "half past"],
    "127.0": ["127.0.0.1"],
    "novembre 127": ["127.0.0.1"],
}


def test_a_video_search_finds_dates_as_people_write_them(show) -> None:
    films = [
        dated("127.0.0.1", datetime(2026, 11, 3, 8, 5)),
        dated("afternoon", datetime(2026, 11, 27, 14, 3)),
        dated("half past", datetime(2026, 11, 28, 9, 27)),
    ]
    page = show(library(Shelf(films), language="fr"), "fr")
    box = page.get_by_role("searchbox")
    for search, found in SPOKEN.items():
        box.fill("")
        expect(page.locator(".card")).to_have_count(len(films))
        box.fill(search)
        expect(page.locator(".card")).to_have_count(len(found))
        assert sorted(names(page)) == sorted(found), search


def test_a_renamed_video_stays_with_its_camera(show) -> None:
    given = receipt("Experiment 7", []).model_copy(update={"camera": "Entrée"})
    films = shelf()
    films.films.append(film("whole 5.mp4", "Experiment 7", moment(2, 9), receipt=given))
    page = show(library(films))
    choices = page.get_by_label("Camera").locator("option")
    expect(choices).to_have_text(["All cameras", "Banc optique", "Entrée", "Nichoir"])
    page.get_by_label("Camera").select_option("Entrée")
    expect(page.locator(".card h3")).to_have_text(["Entrée", "Entrée", "Experiment 7"])


@pytest.mark.parametrize(
    ("locale", "heading", "date"),
    [("en-US", "Monday, November 23", "11/23/2026"), ("en-GB", "Monday 23 November", "23/11/2026")],
)
def test_dates_are_written_as_the_browser_s_region_writes_them(
    serve, chromium, locale, heading, date
) -> None:
    film_of = dated("Door", datetime(2026, 11, 23, 14, 3), receipt=receipt("Door", []))
    shelf_of = Shelf([film_of])
    context = chromium.new_context(locale=locale)
    page = context.new_page()
    page.clock.set_fixed_time(datetime(2026, 12, 1, 12))
    both = lambda: pn.Column(library(shelf_of)(), player(shelf_of, film_of.filename)(), **WIDE)  # noqa: E731
    page.goto(serve(both) + f"#videos/{film_of.filename}")
    expect(page.locator("h2.heading.placed")).to_have_text(heading)
    expect(page.locator("dd").first).to_contain_text(date)
    context.close()


def test_ctrl_a_selects_all_videos_wherever_the_focus_is(show) -> None:
    page = show(library(shelf()))
    expect(page.locator(".card")).to_have_count(4)
    page.keyboard.press("Control+a")
    expect(page.locator(".picked [role=status]")).to_contain_text("4")
    assert page.evaluate("getSelection().toString()") == ""


def test_a_card_shows_its_name_and_size_whole(show) -> None:
    films = [film(f"whole {n}.mp4", "Laboratory bench", moment(0, n)) for n in range(1, 9)]
    page = show(library(Shelf(films)))
    page.locator(".card").first.wait_for()
    whole = """width => {
      const all = (root) => [...root.querySelectorAll("*")].flatMap(
        (each) => [each, ...(each.shadowRoot ? all(each.shadowRoot) : [])])
      const texts = all(document).filter((each) => each.matches(".card h3, .card .second"))
      return innerWidth === width && texts.length > 0
        && texts.every((each) => each.scrollWidth <= each.clientWidth)
    }"""
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(whole, arg=width)
        label = page.locator(".poster").first.get_attribute("aria-label")
        assert page.locator(".poster .lasts").first.text_content() in label
        mark = page.locator(".pick input").first.bounding_box()
        assert min(mark["width"], mark["height"]) >= 44


def test_an_empty_library_says_how_to_fill_it(show) -> None:
    page = show(library(Shelf([])))
    expect(page.get_by_role("heading", name="No video yet")).to_be_visible()
    assert page.get_by_role("link", name="Go to the cameras").get_attribute("href") == "#live"
    expect(page.get_by_role("searchbox")).to_be_hidden()


FOCUSED = """() => {
  let each = document.activeElement
  while (each.shadowRoot?.activeElement) each = each.shadowRoot.activeElement
  return each.tagName
}"""


def test_deleting_a_video_asks_once_and_esc_cancels(show) -> None:
    films = shelf()
    page = show(library(films))
    page.get_by_role("button", name="Delete Entrée, today 09:00").click()
    question = page.get_by_role("dialog", name="Delete this video?")
    expect(question).to_contain_text('"Entrée, today 09:00", 10\u00a0s, 57\u00a0MB.')
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    page.keyboard.press("Escape")
    expect(question).to_have_count(0)
    expect(page.get_by_role("button", name="Delete Entrée, today 09:00")).to_be_focused()
    assert films.asked == []
    page.keyboard.press("Enter")
    question.get_by_role("button", name="Delete video").click()
    expect(page.locator(".card")).to_have_count(3)
    expect(question).to_have_count(0)
    assert films.asked == ["whole 1.mp4"]
    focused = page.evaluate(FOCUSED)
    assert focused in ("A", "INPUT"), "the focus was lost with the card"


def test_a_deletion_removes_the_file_from_the_disk(show, folder: Path, tmp_path) -> None:
    real = Films(tmp_path / "videos", Clock())
    real.open()
    for name in ("Entrée", "Nichoir"):
        shutil.copy(folder / "whole.mp4", tmp_path / "made.mp4")
        size = (tmp_path / "made.mp4").stat().st_size
        real.save(
            tmp_path / "made.mp4", receipt(name, []).model_copy(update={"size": size, "name": name})
        )

    def make() -> VideoLibraryView:
        part = VideoLibraryView(actions=VideoActions(real.delete, real.rename, real.lock), **WIDE)
        part.show_videos(real.videos())
        document = pn.state.curdoc
        tell = lambda: part.show_videos(real.videos())  # noqa: E731
        real.changed.connect(lambda filename: document.add_next_tick_callback(tell))
        return part

    page = show(make)
    page.get_by_role("button", name="Delete Nichoir").click()
    page.get_by_role("button", name="Delete video").click()
    expect(page.locator(".card h3")).to_have_text(["Entrée"])
    left = [path.name for path in real.folder.iterdir() if not path.name.startswith(".")]
    local = datetime(2026, 11, 23, 14, 3, tzinfo=timezone.utc).astimezone()
    stem = f"Entrée {local:%Y-%m-%d %H-%M-%S}"
    assert sorted(left) == [f"{stem}.json", f"{stem}.mp4"]
    real.close()


def test_a_failed_deletion_shows_the_reason_and_keeps_the_card(show) -> None:
    films = shelf()
    films.refusal = DiskError("folder_unwritable", folder="/videos", reason="read-only")
    page = show(library(films, language="fr"), "fr")
    page.get_by_role("button", name="Supprimer Nichoir").click()
    page.get_by_role("button", name="Supprimer la vidéo").click()
    expect(page.get_by_role("alert")).to_contain_text("La vidéo n’a pas été supprimée.")
    expect(page.get_by_role("alert")).to_contain_text("read-only")
    expect(page.get_by_role("button", name="Supprimer la vidéo")).to_be_enabled()
    page.get_by_role("button", name="La garder").click()
    expect(page.locator(".card")).to_have_count(4)


def many(count: int) -> Shelf:
    """A video every hour, with a receipt; the first one of each day at 9 o'clock."""
    first = moment(0, 9)
    told = receipt("Entrée", [])
    made = [(f"whole {n}.mp4", first - n * 3600 * 10**9) for n in range(count)]
    return Shelf([film(name, "Entrée", at, receipt=told) for name, at in made])


def listen(page: Page) -> list[str]:
    """The messages on Bokeh's socket from the next page load on."""
    heard: list[str] = []

    def met(socket) -> None:
        if socket.url.endswith("/ws"):
            socket.on("framereceived", lambda frame: heard.append(str(frame)))

    page.on("websocket", met)
    page.reload()
    return heard


def test_only_cards_near_the_viewport_are_rendered_among_thousands(serve, open_page) -> None:
    films = many(3000)
    page = open_page(serve(library(films))).page
    heard = listen(page)
    expect(page.get_by_role("status")).to_contain_text("3000 videos")
    assert 20 <= page.locator(".card").count() < 90
    page.evaluate("scrollTo(0, 1e9)")
    last = page.locator('[data-file="whole 2999.mp4"]')
    expect(last).to_be_in_viewport()
    assert last.get_attribute("aria-posinset") == "3000"
    assert page.locator(".card").count() < 90
    # Tab reaches a card that was not in the document before.
    page.evaluate("scrollTo(0, 0)")
    expect(page.locator('[data-file="whole 0.mp4"]')).to_be_in_viewport()
    edge = page.locator(".card").last.get_attribute("data-file")
    page.locator(f'[data-file="{edge}"]').get_by_role("button").focus()
    following = f"whole {int(edge.split()[1][:-4]) + 1}.mp4"
    expect(page.locator(f'[data-file="{following}"]')).to_have_count(1)
    page.keyboard.press("Tab")
    expect(page.locator(".card:focus-within")).to_have_attribute("data-file", following)
    # Only the change is sent.
    heard.clear()
    page.get_by_role("searchbox").fill("whole 2500")
    page.get_by_role("button", name="Delete Entrée").click()
    page.get_by_role("button", name="Delete video").click()
    expect(page.get_by_role("heading", name="No video matches")).to_be_visible()
    page.get_by_role("button", name="Clear search").click()
    expect(page.get_by_role("status")).to_contain_text("2999 videos")
    assert 0 < sum(map(len, heard)) < 2000


def test_several_selected_videos_are_deleted_after_one_question(show) -> None:
    films = many(40)
    page = show(library(films))
    picks = page.get_by_role("checkbox", name="Select Entrée")
    chosen = page.get_by_role("group", name="Selected videos")
    picks.nth(1).check()
    picks.nth(4).click(modifiers=["Shift"])
    expect(chosen).to_contain_text("4 videos selected, 4.8\u00a0MB")
    expect(page.locator(".pick input:checked")).to_have_count(4)
    picks.nth(3).uncheck()
    chosen.get_by_role("button", name="Delete…").click()
    question = page.get_by_role("dialog", name="Delete 3 videos?")
    expect(question).to_contain_text("3.6\u00a0MB in all")
    expect(question.get_by_role("button", name="Keep them")).to_be_focused()
    question.get_by_role("button", name="Delete 3 videos").click()
    expect(page.get_by_role("status").first).to_contain_text("37 videos")
    expect(chosen).to_be_hidden()
    assert films.asked == ["whole 1.mp4", "whole 2.mp4", "whole 4.mp4"]


def test_videos_that_cannot_be_deleted_are_reported_and_stay_selected(show) -> None:
    films = many(5)
    films.refusal = DiskError("folder_unwritable", folder="/videos", reason="read-only")
    page = show(library(films, language="fr"), "fr")
    page.get_by_role("checkbox").nth(1).check()
    page.keyboard.press("Control+a")
    chosen = page.get_by_role("group", name="Vidéos sélectionnées")
    expect(chosen).to_contain_text("5 vidéos sélectionnées")
    page.keyboard.press("Delete")
    page.get_by_role("button", name="Supprimer 5 vidéos").click()
    expect(page.get_by_role("alert")).to_contain_text("5 vidéos n’ont pas été modifiées.")
    expect(page.get_by_role("alert")).to_contain_text("read-only")
    page.get_by_role("button", name="Les garder").click()
    expect(chosen).to_contain_text("5 vidéos sélectionnées")


def test_keys_move_through_the_videos_select_and_lock_them(show) -> None:
    films = many(400)
    films.films[1] = replace(films.films[1], receipt=None)
    page = show(library(films))
    at = page.locator(".card:focus-within")
    page.locator(".card").first.get_by_role("link", name="Play").focus()
    page.keyboard.press("ArrowRight")
    expect(at).to_have_attribute("data-file", "whole 1.mp4")
    page.keyboard.press("ArrowDown")
    expect(at).to_have_attribute("data-file", "whole 7.mp4")
    page.keyboard.press("End")
    expect(at).to_have_attribute("data-file", "whole 399.mp4")
    expect(at).to_be_in_viewport()
    page.keyboard.press("Home")
    page.keyboard.press("x")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+X")
    chosen = page.get_by_role("group", name="Selected videos")
    expect(chosen).to_contain_text("3 videos selected")
    chosen.get_by_role("button", name="Lock").click()
    # The one without a receipt says why it was not changed; the others are locked.
    expect(chosen.get_by_role("alert")).to_contain_text("has no recording info")
    expect(page.get_by_role("img", name="Locked")).to_have_count(2)
    page.get_by_role("searchbox").fill("x Home End")
    expect(page.get_by_role("heading", name="No video matches")).to_be_visible()
    page.get_by_role("button", name="Clear search").click()
    page.locator(".card").first.get_by_role("link", name="Play").focus()
    page.keyboard.press("Escape")
    expect(chosen).to_be_hidden()


def test_the_row_of_latest_videos_never_wraps_or_overflows(show) -> None:
    films = many(12)

    def make() -> pn.Column:
        latest, everything = library(films, LatestVideos)(), library(films)()
        gapped = replace(films.films[0], receipt=receipt("Entrée", [GAP]))
        stage = player(Shelf([gapped]), "whole 0.mp4")
        return pn.Column(latest, everything, stage(), sizing_mode="stretch_width")

    page = show(make)
    expect(page.locator(".newest .card").first).to_be_visible()
    expect(page.get_by_role("slider")).to_be_visible()
    fitting = "width => innerWidth === width && document.documentElement.scrollWidth <= width"
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function(fitting, arg=width)
        tops = {card.bounding_box()["y"] for card in page.locator(".newest .card").all()}
        assert len(tops) == 1
        assert page.get_by_role("link", name="All videos (12)").get_attribute("href") == "#videos"


def until(page: Page, so: str) -> None:
    """Wait until an expression is true of the video: ``"film.currentTime > 0.3"``."""
    page.locator("video:not(.picture)").evaluate(
        "film => new Promise(done => { const look = () =>"
        f" {so} ? done() : requestAnimationFrame(look); look() }})"
    )


def seconds(page: Page) -> float:
    return page.locator("video:not(.picture)").evaluate("film => film.currentTime")


def test_the_player_plays_seeks_and_shows_the_gap(show) -> None:
    page = show(player(shelf(), "gap 2.mp4"))
    until(page, "film.currentTime > 0.3")
    page.keyboard.press("k")
    until(page, "film.paused")
    slider = page.get_by_role("slider", name="Position in the video")
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "08:00:00")
    page.keyboard.press("]")
    caption = page.locator(".caption").first
    expect(caption).to_have_text("No picture from 08:00:02 to 08:00:07 (4\u00a0s)")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^08:00:02. No picture from"))
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuenow", "7.90")
    expect(caption).to_be_hidden()
    line = slider.bounding_box()
    page.mouse.click(line["x"] + line["width"] / 2, line["y"] + line["height"] / 2)
    expect(page.locator(".time")).to_have_text(re.compile(r"^08:00:05\.0"))
    expect(page.get_by_text("Frame 30 of 60")).to_be_visible()
    page.keyboard.press(".")
    until(page, "!film.seeking")
    assert 7.0 < seconds(page) < 7.1
    page.keyboard.press(",")
    until(page, "!film.seeking && film.currentTime < 3")
    assert 2.9 < seconds(page) < 3.0
    page.get_by_label("Speed").select_option("4×")
    assert page.locator("video:not(.picture)").evaluate("film => film.playbackRate") == 4


def test_the_player_shows_the_receipt_and_saves_a_frame(show) -> None:
    page = show(player(shelf(), "gap 2.mp4", language="fr"), "fr")
    panel = page.locator(".known")
    expect(panel).to_contain_text("Complète, vérifiée, lisible")
    expect(panel).to_contain_text("1 (4,10\u00a0s)")
    expect(panel).to_contain_text("H.264 320×180")
    until(page, "film.readyState >= 2")
    page.keyboard.press("k")
    until(page, "film.paused")
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Enregistrer cette image").click()
    assert downloading.value.suggested_filename.startswith("Banc optique ")
    assert Path(downloading.value.path()).read_bytes().startswith(b"\x89PNG")


def test_the_player_shows_end_reason_and_warnings_in_the_page_s_language(show) -> None:
    late = RecordingWarning.of("first_frame_late", seconds=1.5)
    newer = RecordingWarning(code="of_a_newer_camrec", message="It rained.")
    told = receipt("Entrée", []).model_copy(update={"ended": "crash", "warnings": [late, newer]})
    films = Shelf([film("whole 1.mp4", "Entrée", moment(0, 9), receipt=told)])
    page = show(player(films, "whole 1.mp4", language="fr"), "fr")
    panel = page.locator(".known")
    expect(panel).to_contain_text("arrêt forcé de camrec")
    expect(panel.locator(".notes li")).to_have_text([late.text("fr"), "It rained."])


def test_a_reason_that_no_catalogue_knows_does_not_break_the_player(show) -> None:
    told = receipt("Entrée", []).model_copy(update={"ended": "rain"})
    films = Shelf([film("whole 1.mp4", "Entrée", moment(0, 9), receipt=told)])
    page = show(player(films, "whole 1.mp4"))
    expect(page.locator(".known")).to_contain_text("videos.ended_rain")
    expect(page.get_by_role("slider")).to_be_visible()


SHOWN = """film => new Promise(done => film.requestVideoFrameCallback(
  (now, told) => done(told.mediaTime)))"""


def test_frame_steps_are_exact_with_uneven_frame_intervals_and_across_a_gap(show, folder) -> None:
    times = preview.read_frame_times(folder / "uneven.mp4")
    hole = next(n for n, (a, b) in enumerate(itertools.pairwise(times)) if b - a > 1.5)
    gap = Gap(start=times[hole], duration=times[hole + 1] - times[hole])
    told = receipt("Entrée", [gap]).model_copy(update={"frames": len(times)})
    films = Shelf([film("uneven 1.mp4", "Entrée", moment(0, 9), duration=3.5, receipt=told)])
    page = show(player(films, "uneven 1.mp4"))
    until(page, "film.currentTime > 0.1")
    page.keyboard.press("k")
    until(page, "film.paused")
    at = page.locator(".now .second")
    page.keyboard.press("Home")
    expect(at).to_have_text(f"Frame 1 of {len(times)}")
    video = page.locator("video:not(.picture)")
    shown = []
    for number in range(1, len(times)):
        arriving = video.evaluate_handle(f"film => ({{ shown: ({SHOWN})(film) }})")
        page.keyboard.press(".")
        expect(at).to_have_text(f"Frame {number + 1} of {len(times)}")
        shown.append(arriving.evaluate("each => each.shown"))
    assert shown == pytest.approx(times[1:], abs=2e-4)
    page.keyboard.press("]")
    page.keyboard.press("[")
    expect(page.locator(".caption").first).to_contain_text("No picture from")
    for number in range(hole, hole - 5, -1):
        page.keyboard.press(",")
        expect(at).to_have_text(f"Frame {number} of {len(times)}")


def test_the_timeline_shows_the_frame_under_the_pointer(show, monkeypatch) -> None:
    page = show(player(shelf(), "gap 2.mp4", language="fr"), "fr")
    line = page.get_by_role("slider")
    box = line.bounding_box()
    peek = page.locator(".peek")
    expect(peek).to_be_hidden()
    PreviewHandler.asked.clear()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + 30)
    expect(peek.locator("img")).to_have_js_property("naturalWidth", 240)
    expect(peek).to_contain_text("08:00:05")
    expect(peek).to_contain_text("Pas d’image de 08:00:02 à 08:00:07")
    with monkeypatch.context() as holding:
        holding.setattr(PreviewHandler, "held", True)
        page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 30, steps=40)
        expect(peek).to_contain_text("08:00:09")
        expect(peek.locator(".gap")).to_be_hidden()
        assert len(PreviewHandler.asked) == 2, "one at a time"
    expect(peek.locator("img")).to_have_attribute("src", re.compile(r"at=9\.0"))
    assert len(PreviewHandler.asked) == 3, "what was passed over is not"
    for edge in (1, box["width"] - 1):
        page.mouse.move(box["x"] + edge, box["y"] + 30)
        inside = peek.bounding_box()
        assert box["x"] - 1 <= inside["x"] <= box["x"] + box["width"] - inside["width"] + 1
    page.mouse.move(0, 0)
    expect(peek).to_be_hidden()


def test_a_gap_at_the_end_is_shown_although_the_file_is_shorter(show) -> None:
    late = receipt("Entrée", [Gap(start=9.9, duration=5.1)])
    films = Shelf([film("whole 1.mp4", "Entrée", moment(0, 9), receipt=late)])
    page = show(player(films, "whole 1.mp4"))
    expect(page.locator(".missing")).to_have_attribute("style", "left: 66%; width: 34%;")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuemax", "15.00")
    page.keyboard.press("End")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuenow", "10.00")
    expect(page.locator(".caption").first).to_contain_text("No picture from 09:00:09")


def test_a_video_that_is_gone_or_cannot_be_played_says_so(show) -> None:
    page = show(player(shelf(), "never.mp4"))
    expect(page.get_by_role("heading", name="This video is no longer here")).to_be_visible()
    assert page.get_by_role("link", name="All videos").get_attribute("href") == "#videos"
    broken = Shelf([film("broken 1.mp4", "Entrée", moment(0, 9), video_codec="h265")])
    page = show(player(broken, "broken 1.mp4"))
    expect(page.get_by_role("alert")).to_contain_text("This browser cannot play this video (H.265)")


def test_changing_the_language_keeps_the_video_playing(show) -> None:
    parts = []

    def make() -> pn.Column:
        parts.append(player(shelf(), "whole 1.mp4")())
        other = pn.widgets.Button(label="other language")
        other.on_click(lambda event: parts[-1].param.update(language="fr"))
        return pn.Column(parts[-1], other, sizing_mode="stretch_width")

    page = show(make)
    until(page, "film.currentTime > 0.2")
    page.get_by_role("button", name="other language").click()
    expect(page.get_by_role("link", name="Toutes les vidéos")).to_be_visible()
    before = seconds(page)
    assert before > 0.2
    until(page, f"film.currentTime > {before}")


def test_the_player_of_a_deleted_video_goes_back_to_the_list(show) -> None:
    films = shelf()
    page = show(player(films, "whole 1.mp4"), fragment="#videos/whole%201.mp4")
    page.get_by_role("button", name="Delete Entrée").click()
    page.get_by_role("button", name="Delete video").click()
    page.wait_for_url("**/#videos")
    assert films.asked == ["whole 1.mp4"]


def test_a_video_renamed_in_the_player_keeps_playing(show) -> None:
    films = shelf()
    parts: list[VideoPlayer] = []

    def make() -> pn.Column:
        parts.append(player(films, "whole 1.mp4")())
        tab = pn.widgets.Button(label="the library told of it")
        tab.on_click(lambda event: parts[-1].show_video(films.films[0].filename, films.films[0]))
        return pn.Column(parts[-1], tab, sizing_mode="stretch_width")

    page = show(make, fragment="#videos/whole%201.mp4")
    until(page, "film.currentTime > 0.3")
    page.keyboard.press("k")
    until(page, "film.paused")
    before = seconds(page)
    page.get_by_role("button", name="Rename this video").click()
    field = page.get_by_label("Name of the video")
    expect(field).to_be_focused()
    field.fill("a name, k and .")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Rename this video")).to_be_focused()
    assert films.asked == []

    films.refusal = DiskError("folder_unwritable", folder="/videos", reason="read-only")
    page.keyboard.press("Enter")
    field.fill("Delivery")
    field.press("Enter")
    expect(page.get_by_role("alert").last).to_contain_text("read-only")
    films.refusal = None
    field.fill("Delivery")
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/#videos/whole%20Delivery%201.mp4")
    page.get_by_role("button", name="the library told of it").click()
    expect(page.get_by_role("heading", name="Delivery")).to_be_visible()
    until(page, f"Math.abs(film.currentTime - {before}) < 0.1 && film.src.includes('Delivery')")
    assert films.asked == ["Delivery", "Delivery"]


def test_a_single_video_card_is_no_wider_than_one_of_many(show) -> None:
    page = show(library(Shelf(shelf().films[:1]), LatestVideos))
    expect(page.locator(".newest .card")).to_have_count(1)
    expect(page.locator(".newest .row")).to_have_attribute("style", "--cards: 6;")
    assert page.locator(".newest .card").bounding_box()["width"] < 300
