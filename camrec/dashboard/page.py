"""The page in one browser: its parts, and what each part shows of the station."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import panel as pn
import param
from bokeh.document import Document

from camrec import i18n
from camrec.compat import HIDE_SCROLL_BUTTON_CSS, use_own_server_only
from camrec.dashboard.absence import read_absence
from camrec.dashboard.add_camera import AddCamera
from camrec.dashboard.alert_rows import list_alerts
from camrec.dashboard.banner import Banner
from camrec.dashboard.bundler import STATIC, bundle, styles
from camrec.dashboard.camera_card import CameraCard
from camrec.dashboard.clock_details import ClockDetails
from camrec.dashboard.library import LatestVideos, VideoLibraryView
from camrec.dashboard.page_header import PageHeader
from camrec.dashboard.page_state import PageState, SessionRow
from camrec.dashboard.page_state_board import board_for
from camrec.dashboard.plans_view import PlansView
from camrec.dashboard.settings_dialog import SettingsDialog
from camrec.dashboard.status_bar import StatusBar
from camrec.dashboard.stream_history import StreamHistory
from camrec.dashboard.stream_plots import StreamStatistics
from camrec.dashboard.video_component import VideoActions
from camrec.dashboard.video_player import VideoPlayer
from camrec.station import Station

LANGUAGE_COOKIE = "camrec_language"

# A Panel column is a flex box that scrolls. Here it is a grid that is as tall as its cards.
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
    """What one page shows.

    state : the station's latest state.
    language : the language of this page.
    file : the file name of the video that the player shows; None: the page shows another view.
    """

    # __init__ sets the state, so it is never None.
    state: param.ClassSelector[PageState] = param.ClassSelector(class_=PageState)  # type: ignore[assignment]
    language: param.Selector[str] = param.Selector(default="en", objects=list(i18n.LANGUAGES))
    file = param.String(default=None, allow_None=True)

    def __init__(self, state: PageState, language: str) -> None:
        super().__init__(state=state, language=language)  # type: ignore[no-untyped-call]  # param


class SharedParams(TypedDict):
    """The parameters that every part of a page has."""

    language: str
    base: str
    sizing_mode: str


class Page:
    """One browser's page. It shows the state in `model`, and stores none of the station's state."""

    def __init__(
        self, station: Station, model: PageModel, history: StreamHistory, base: str
    ) -> None:
        self._station = station
        self._model = model
        self._shared_params = SharedParams(
            language=model.language, base=base, sizing_mode="stretch_width"
        )
        library = station.library
        actions = VideoActions(library.delete, library.rename, library.lock)
        self.header = PageHeader(
            station,
            self._set_language,
            self._set_file,
            lambda since: read_absence(station, model.state.videos, model.state.alerts, since),
            **self._shared_params,
        )
        self.banner = Banner(station, **self._shared_params)
        self.add_camera = AddCamera(station, **self._shared_params)
        self.latest_videos = LatestVideos(actions=actions, **self._shared_params)
        self.library = VideoLibraryView(actions=actions, **self._shared_params)
        self.player = VideoPlayer(actions=actions, station=station, **self._shared_params)
        self.plans = PlansView(station, **self._shared_params)
        self.status_bar = StatusBar(**self._shared_params)
        self.settings = SettingsDialog(station, self._set_language, **self._shared_params)
        self._clock = ClockDetails(station, **self._shared_params)
        self.statistics = StreamStatistics(history, self._clock, model.language)
        self._cards: dict[str, CameraCard] = {}
        self.camera_grid = pn.Column(
            self.add_camera, sizing_mode="stretch_width", stylesheets=[CARD_GRID_STYLESHEET]
        )
        self._show_state()
        model.param.watch(lambda event: self._show_state(), "state")
        model.param.watch(lambda event: self._show_file(), ["state", "file"])
        model.param.watch(lambda event: self._translate(), "language")

    def add_to(self, template: pn.template.Template) -> None:
        """Add the parts to the template, with the names that ``page.html`` uses."""
        template.add_panel("header", self.header)
        template.add_panel("banner", self.banner)
        template.add_panel("camera_grid", self.camera_grid)
        template.add_panel("latest_videos", self.latest_videos)
        template.add_panel("library", self.library)
        template.add_panel("player", self.player)
        template.add_panel("plans", self.plans)
        template.add_panel("status_bar", self.status_bar)
        template.add_panel("settings", self.settings)
        template.add_panel("statistics", self.statistics)

    def _set_language(self, language: str) -> None:
        self._model.language = language

    def _set_file(self, file: str | None) -> None:
        self._model.file = file

    def _translate(self) -> None:
        language = self._model.language
        for part in (
            self.header,
            self.banner,
            self.add_camera,
            self.latest_videos,
            self.library,
            self.player,
            self.plans,
            self.status_bar,
            self.settings,
            self._clock,
            *self._cards.values(),
        ):
            part.language = language
        self.statistics.language = language
        self._show_alerts()

    def _show_state(self) -> None:
        state = self._model.state
        status = state.status
        full = status["full"]
        self.header.param.update(
            cameras=status["open"],
            videos=len(state.videos),
            plans=len(state.plans),
            recordings=state.running_recordings,
        )
        self.header.group_recording = state.group_recording
        self._show_alerts()
        self.banner.param.update(
            full=full,
            open=status["open"],
            most=status["most"],
            recordable=state.group_recording["count"],
            awaited=state.awaited_recordings,
        )
        self.add_camera.param.update(
            cameras=len(state.sessions),
            open=status["open"],
            most=status["most"],
            demo=status["demo"],
            recent_cameras=state.recent_cameras,
        )
        self.settings.facts = state.settings
        self.status_bar.facts = status
        self.latest_videos.show_videos(state.videos)
        self.library.show_videos(state.videos)
        self.plans.show_state(state)
        self._show_cameras(state.sessions, full)

    def _show_alerts(self) -> None:
        state = self._model.state
        day_of = self._station.plans.clock.day_of
        self.header.alerts = list_alerts(state.alerts, state.videos, self._model.language, day_of)

    def _show_cameras(self, rows: Sequence[SessionRow], full: bool) -> None:
        shown: dict[str, CameraCard] = {}
        for row in rows:
            session_id = row.fields["session_id"]
            card = self._cards.get(session_id)
            if card is None:
                card = CameraCard(
                    self._station,
                    row,
                    self.add_camera.fill_in,
                    self.statistics.open,
                    **self._shared_params,
                )
            else:
                card.show_session(row)
            shown[session_id] = card
        self._cards = shown
        objects = list(shown.values()) if full else [*shown.values(), self.add_camera]
        if objects != self.camera_grid.objects:
            self.camera_grid.objects = objects

    def _show_file(self) -> None:
        file = self._model.file
        if file is None:
            return
        video = next((each for each in self._model.state.videos if each.filename == file), None)
        self.player.show_video(file, video)


def make_page(station: Station, language: str | None = None) -> pn.template.Template:
    """Make the page for the browser that requests it now.

    When its Bokeh session ends, the page is no longer notified, so it can be garbage-collected.

    language : the language of the page; None: `choose_language` decides.
    """
    board = board_for(station)
    model = PageModel(state=board.state, language=language or choose_language(station))
    document = pn.state.curdoc
    assert isinstance(document, Document)  # Panel makes pages only for sessions
    use_own_server_only(document)

    def update(state: PageState) -> None:
        document.add_next_tick_callback(lambda: _set_state(model, state))

    def loaded() -> None:
        # Panel does not send changes that happen between the delivery of the page and this call.
        disconnect = board.changed.connect(update)
        pn.state.on_session_destroyed(lambda context: disconnect())
        model.state = board.state

    pn.state.onload(loaded)
    # The page reloads itself when camrec answers again. Bokeh's own notifications are in English.
    document.config.update(reconnect_session=False, notify_connection_status=False)
    browser_page = Page(station, model, board.history, base=f"{pn.state.rel_path or '.'}/")
    template = pn.template.Template((STATIC / "page.html").read_text("utf-8"))
    browser_page.add_to(template)
    template.add_variable("language", model.language)
    template.add_variable("page_script", bundle("page.js"))
    template.add_variable("page_styles", styles("page.js"))
    return template


def _set_state(model: PageModel, state: PageState) -> None:
    model.state = state


def choose_language(station: Station) -> str:
    """Return the user's choice on the page, else the settings' language, else the browser's."""
    chosen = pn.state.cookies.get(LANGUAGE_COOKIE) if pn.state.cookies else None
    if chosen in i18n.LANGUAGES:
        return chosen
    configured: str = station.config.language
    if configured:
        return configured
    accept = (pn.state.headers or {}).get("Accept-Language")
    return i18n.best_language(accept if isinstance(accept, str) else None)
