"""The page: the parts, and what each shows of the station, for one browser."""

from __future__ import annotations

import threading
from typing import Any

import panel as pn
import param

from camrec import i18n
from camrec.dashboard.add_camera import Slot
from camrec.dashboard.banner import Notice
from camrec.dashboard.camera_card import Tile
from camrec.dashboard.library import Latest, Library
from camrec.dashboard.page_header import Header
from camrec.dashboard.page_state import Board, Facts
from camrec.dashboard.settings_dialog import Settings
from camrec.dashboard.status_bar import Health
from camrec.dashboard.stream_plots import Statistics
from camrec.dashboard.video_component import Deeds
from camrec.dashboard.video_player import Player
from camrec.station import Station
from camrec.dashboard.bundler import STATIC, bundle, styles

PARTS = ("header", "notice", "tiles", "latest", "videos", "player", "health")
PARTS += ("settings", "statistics")
LANGUAGE_COOKIE = "camrec_language"

# A column is a flex box with a button to scroll: here it is a grid, as tall as what it holds.
GRID = """
:host {
  display: grid !important;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 410px), 1fr));
  grid-auto-rows: max-content;
  grid-auto-flow: dense;
  gap: 16px;
  height: auto !important;
  overflow: visible !important;
}
.scroll-button { display: none !important; }
"""


class PageModel(param.Parameterized):
    """What one page shows: the station's facts, and its own language and place.

    facts : the board's latest.
    language : of this page.
    file : what the player shows, or None.
    """

    facts = param.ClassSelector(class_=Facts, default=Facts())
    language = param.Selector(default="en", objects=list(i18n.LANGUAGES))
    file = param.String(default=None, allow_None=True)


class Page:
    """One browser's page. It holds no state of the station: it shows the facts that it is told."""

    def __init__(self, station: Station, model: PageModel, base: str) -> None:
        self.station = station
        self.model = model
        self._told = {"language": model.language, "base": base, "sizing_mode": "stretch_width"}
        library = station.library
        deeds = Deeds(library.delete, library.rename, library.lock)
        self.header = Header(station, self._speak, self._look, **self._told)
        self.notice = Notice(**self._told)
        self.slot = Slot(station, **self._told)
        self.latest = Latest(deeds=deeds, **self._told)
        self.videos = Library(deeds=deeds, **self._told)
        self.player = Player(deeds=deeds, **self._told)
        self.health = Health(**self._told)
        self.settings = Settings(station, self._speak, **self._told)
        self.statistics = Statistics(board_of(station).history, language=model.language)
        self._tiles: dict[str, Tile] = {}
        self.tiles = pn.Column(self.slot, sizing_mode="stretch_width", stylesheets=[GRID])
        self._show()
        model.param.watch(lambda event: self._show(), "facts")
        model.param.watch(lambda event: self._show_file(), ["facts", "file"])
        model.param.watch(lambda event: self._translate(), "language")

    def _speak(self, language: str) -> None:
        self.model.language = language

    def _look(self, file: str | None) -> None:
        self.model.file = file

    def _translate(self) -> None:
        language = self.model.language
        fixed = (self.header, self.notice, self.slot, self.latest, self.videos, self.player)
        further = (self.health, self.settings, self.statistics)
        for part in (*fixed, *further, *self._tiles.values()):
            part.language = language

    def _show(self) -> None:
        facts = self.model.facts
        health = facts.health
        full = health["open"] >= health["most"]
        self.header.param.update(
            cameras=health["open"], videos=len(facts.videos), recordings=facts.recordings
        )
        self.header.together = facts.together
        self.notice.param.update(
            full=full,
            open=health["open"],
            most=health["most"],
            recordable=facts.together["count"],
        )
        self.slot.param.update(
            cameras=len(facts.sessions),
            open=health["open"],
            most=health["most"],
            demo=health["demo"],
            earlier=facts.earlier,
        )
        self.settings.facts = facts.settings
        self.health.facts = health
        self.latest.show(facts.videos)
        self.videos.show(facts.videos)
        self._show_cameras(facts.sessions, full)

    def _show_cameras(self, sessions: list[dict[str, Any]], full: bool) -> None:
        shown: dict[str, Tile] = {}
        for facts in sessions:
            tile = self._tiles.get(facts["session_id"])
            if tile is None:
                tile = Tile(
                    self.station, facts, self.slot.propose, self.statistics.show, **self._told
                )
            else:
                tile.show(facts)
            shown[tile.session_id] = tile
        self._tiles = shown
        objects = list(shown.values()) if full else [*shown.values(), self.slot]
        if objects != self.tiles.objects:
            self.tiles.objects = objects

    def _show_file(self) -> None:
        file = self.model.file
        if file is None:
            return
        video = next((each for each in self.model.facts.videos if each.filename == file), None)
        self.player.show(file, video)


def page(station: Station, language: str | None = None) -> pn.template.Template:
    """One page for the browser that asks, in its language where none is given.

    It ends with its session: then it is told of nothing any more, and nothing holds it.
    """
    board = board_of(station)
    model = PageModel(language=language or asked_language(station), facts=board.facts)
    document = pn.state.curdoc

    def tell(facts: Facts) -> None:
        document.add_next_tick_callback(lambda: model.param.update(facts=facts))

    def loaded() -> None:
        # Not before: what changes between a page's delivery and this moment, Panel forgets to send.
        leave = board.changed.connect(tell)
        pn.state.on_session_destroyed(lambda context: leave())
        model.facts = board.facts

    pn.state.onload(loaded)
    # Another page is made when camrec answers again; Bokeh's own words about it are in English.
    document.config.update(reconnect_session=False, notify_connection_status=False)
    parts = Page(station, model, base=f"{pn.state.rel_path or '.'}/")
    template = pn.template.Template((STATIC / "page.html").read_text("utf-8"))
    for name in PARTS:
        template.add_panel(name, getattr(parts, name))
    template.add_variable("language", model.language)
    template.add_variable("page_script", bundle("page.js"))
    template.add_variable("page_styles", styles("page.js"))
    return template


def asked_language(station: Station) -> str:
    """What was chosen on the page before, else the settings' language, else the browser's."""
    chosen = (pn.state.cookies or {}).get(LANGUAGE_COOKIE)
    if chosen in i18n.LANGUAGES:
        return chosen
    if station.config.language:
        return station.config.language
    return i18n.best_language((pn.state.headers or {}).get("Accept-Language"))


_boards: dict[Station, Board] = {}
_boards_lock = threading.Lock()


def board_of(station: Station) -> Board:
    """The one board of a station, for all its pages; started on first use."""
    with _boards_lock:
        if station not in _boards:
            _boards[station] = Board(station).start()
        return _boards[station]


def end_board(station: Station) -> None:
    """Look at the station no more: its pages are gone."""
    with _boards_lock:
        board = _boards.pop(station, None)
    if board is not None:
        board.stop()
