"""The page: the parts, and what each shows of the station, for one browser."""

from __future__ import annotations

import threading
from typing import Any

import panel as pn
import param

from camrec import i18n
from camrec.compat import HIDE_SCROLL_BUTTON_CSS
from camrec.dashboard.add_camera import AddCamera
from camrec.dashboard.banner import Banner
from camrec.dashboard.bundler import STATIC, bundle, styles
from camrec.dashboard.camera_card import CameraCard
from camrec.dashboard.library import LatestVideos, VideoLibraryView
from camrec.dashboard.page_header import PageHeader
from camrec.dashboard.page_state import PageState, PageStateBoard
from camrec.dashboard.settings_dialog import SettingsDialog
from camrec.dashboard.status_bar import StatusBar
from camrec.dashboard.stream_plots import StreamStatistics
from camrec.dashboard.video_component import VideoActions
from camrec.dashboard.video_player import VideoPlayer
from camrec.station import Station

PAGE_PANEL_NAMES = ("header", "notice", "tiles", "latest", "videos", "player", "health")
PAGE_PANEL_NAMES += ("settings", "statistics")
LANGUAGE_COOKIE = "camrec_language"

# A column is a flex box with a button to scroll: here it is a grid, as tall as what it holds.
CARD_GRID_STYLESHEET = f"""
:host {{
  display: grid !important;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 410px), 1fr));
  grid-auto-rows: max-content;
  grid-auto-flow: dense;
  gap: 16px;
  height: auto !important;
  overflow: visible !important;
}}
{HIDE_SCROLL_BUTTON_CSS}
"""


class PageModel(param.Parameterized):
    """What one page shows: the station's facts, and its own language and place.

    facts : the board's latest.
    language : of this page.
    file : what the player shows, or None.
    """

    facts = param.ClassSelector(class_=PageState, default=PageState())
    language = param.Selector(default="en", objects=list(i18n.LANGUAGES))
    file = param.String(default=None, allow_None=True)


class Page:
    """One browser's page. It holds no state of the station: it shows the facts that it is told."""

    def __init__(self, station: Station, model: PageModel, base: str) -> None:
        self.station = station
        self.model = model
        self._shared_params = {
            "language": model.language,
            "base": base,
            "sizing_mode": "stretch_width",
        }
        library = station.library
        deeds = VideoActions(library.delete, library.rename, library.lock)
        self.header = PageHeader(station, self._set_language, self._set_file, **self._shared_params)
        self.notice = Banner(**self._shared_params)
        self.slot = AddCamera(station, **self._shared_params)
        self.latest = LatestVideos(deeds=deeds, **self._shared_params)
        self.videos = VideoLibraryView(deeds=deeds, **self._shared_params)
        self.player = VideoPlayer(deeds=deeds, **self._shared_params)
        self.health = StatusBar(**self._shared_params)
        self.settings = SettingsDialog(station, self._set_language, **self._shared_params)
        self.statistics = StreamStatistics(board_for(station).history, language=model.language)
        self._cards: dict[str, CameraCard] = {}
        self.tiles = pn.Column(
            self.slot, sizing_mode="stretch_width", stylesheets=[CARD_GRID_STYLESHEET]
        )
        self._show_state()
        model.param.watch(lambda event: self._show_state(), "facts")
        model.param.watch(lambda event: self._show_file(), ["facts", "file"])
        model.param.watch(lambda event: self._translate(), "language")

    def _set_language(self, language: str) -> None:
        self.model.language = language

    def _set_file(self, file: str | None) -> None:
        self.model.file = file

    def _translate(self) -> None:
        language = self.model.language
        fixed = (self.header, self.notice, self.slot, self.latest, self.videos, self.player)
        further = (self.health, self.settings, self.statistics)
        for part in (*fixed, *further, *self._cards.values()):
            part.language = language

    def _show_state(self) -> None:
        facts = self.model.facts
        health = facts.health
        full = health["open"] >= health["most"]
        self.header.param.update(
            cameras=health["open"], videos=len(facts.videos), recordings=facts.recordings
        )
        self.header.together = facts.group_recording
        self.notice.param.update(
            full=full,
            open=health["open"],
            most=health["most"],
            recordable=facts.group_recording["count"],
        )
        self.slot.param.update(
            cameras=len(facts.sessions),
            open=health["open"],
            most=health["most"],
            demo=health["demo"],
            earlier=facts.recent_cameras,
        )
        self.settings.facts = facts.settings
        self.health.facts = health
        self.latest.show(facts.videos)
        self.videos.show(facts.videos)
        self._show_cameras(facts.sessions, full)

    def _show_cameras(self, sessions: list[dict[str, Any]], full: bool) -> None:
        shown: dict[str, CameraCard] = {}
        for facts in sessions:
            tile = self._cards.get(facts["session_id"])
            if tile is None:
                tile = CameraCard(
                    self.station,
                    facts,
                    self.slot.fill_in,
                    self.statistics.show,
                    **self._shared_params,
                )
            else:
                tile.show(facts)
            shown[tile.session_id] = tile
        self._cards = shown
        objects = list(shown.values()) if full else [*shown.values(), self.slot]
        if objects != self.tiles.objects:
            self.tiles.objects = objects

    def _show_file(self) -> None:
        file = self.model.file
        if file is None:
            return
        video = next((each for each in self.model.facts.videos if each.filename == file), None)
        self.player.show(file, video)


def make_page(station: Station, language: str | None = None) -> pn.template.Template:
    """One page for the browser that asks, in its language where none is given.

    It ends with its session: then it is told of nothing any more, and nothing holds it.
    """
    board = board_for(station)
    model = PageModel(language=language or choose_language(station), facts=board.facts)
    document = pn.state.curdoc

    def tell(facts: PageState) -> None:
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
    for name in PAGE_PANEL_NAMES:
        template.add_panel(name, getattr(parts, name))
    template.add_variable("language", model.language)
    template.add_variable("page_script", bundle("page.js"))
    template.add_variable("page_styles", styles("page.js"))
    return template


def choose_language(station: Station) -> str:
    """What was chosen on the page before, else the settings' language, else the browser's."""
    chosen = (pn.state.cookies or {}).get(LANGUAGE_COOKIE)
    if chosen in i18n.LANGUAGES:
        return chosen
    if station.config.language:
        return station.config.language
    return i18n.best_language((pn.state.headers or {}).get("Accept-Language"))


_boards: dict[Station, PageStateBoard] = {}
_boards_lock = threading.Lock()


def board_for(station: Station) -> PageStateBoard:
    """The one board of a station, for all its pages; started on first use."""
    with _boards_lock:
        if station not in _boards:
            _boards[station] = PageStateBoard(station).start()
        return _boards[station]


def stop_board(station: Station) -> None:
    """Look at the station no more: its pages are gone."""
    with _boards_lock:
        board = _boards.pop(station, None)
    if board is not None:
        board.stop()
