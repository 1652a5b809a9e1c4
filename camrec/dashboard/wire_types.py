"""The dictionaries that Python sends to the page's components. `static/wire.d.ts` has the same.

Times are milliseconds since 1970, durations are in seconds, sizes in bytes and bit rates in bits
per second, unless a field says otherwise.
"""

from __future__ import annotations

from typing import TypedDict

# A catalogue's text, or its two forms: "one" and "other".
Texts = dict[str, "str | dict[str, str]"]


class GapRow(TypedDict):
    """A time without frames. `start` is in seconds from the start of the video."""

    start: float
    duration: float


class RecordingRow(TypedDict):
    """The latest recording of a session.

    bytes : its size when `state` or `gaps` last changed.
    marks : how many events it has.
    plan_id : the plan that it is made for.
    """

    recording_id: str
    state: str
    duration: float | None
    started_at: float
    ends_at: float | None
    bytes: int
    gaps: list[GapRow]
    marks: int
    plan_id: str | None


class ScheduledRecordingRow(TypedDict):
    recording_id: str
    starts_at: float
    duration: float | None


class AwaitedRecordingRow(ScheduledRecordingRow):
    """A scheduled recording of a camera that is closed until shortly before it; its name."""

    name: str


class RunningRecordingRow(TypedDict):
    """An entry of the header's list of running recordings."""

    recording_id: str
    name: str
    ends_at: float | None


class SessionFields(TypedDict):
    """What a camera's card shows of its session, without translated texts.

    seen : frames that have been decoded while the session opens.
    stays : whether the camera is opened again at each start.
    paused_plan : a paused plan that would record the camera without a break.
    """

    session_id: str
    camera_id: str
    name: str
    kind: str
    host: str
    state: str
    attempt: int
    seen: int
    waiting_for: str | None
    retries: int
    proxy_ready: bool
    video_codec: str | None
    audio_codec: str | None
    recording: RecordingRow | None
    scheduled: list[ScheduledRecordingRow]
    stays: bool
    paused_plan: str | None


class OpenFailure(TypedDict):
    """Why a camera was not opened, in the page's language."""

    title: str
    fact: str
    checks: list[str]


class CardFields(SessionFields):
    """A session as its card gets it, with texts in the page's language.

    tries : attempts after which opening fails.
    wanted : frames that must be decoded before the session is live.
    failure : why the session has failed; None: it has not.
    trouble : why the latest recording failed; empty: it did not.
    """

    tries: int
    wanted: int
    failure: OpenFailure | None
    trouble: str


class RecentCameraRow(TypedDict):
    """A camera that was opened before. `asks`: camrec no longer knows its password."""

    id: str
    name: str
    url: str
    host: str
    asks: bool


class ClockFields(TypedDict):
    """What dates the frames of a session.

    chosen : the camera's own clock does, as far as it is right, when it is opened the next time.
    used : that was chosen when the session was opened.
    changeable : the choice can be changed.
    state : a `CameraClockState`, as REST calls it.
    reports : 0: the camera has not said what its clock shows.
    error : seconds by which the UTC of a frame may be wrong.
    ahead : seconds by which the camera's clock is ahead; negative: it is behind.
    zone : hours by which the camera's local time, which it calls UTC, is ahead of UTC.
    sending : the clock may say when a frame was sent.
    """

    chosen: bool
    used: bool
    changeable: bool
    state: str
    reports: int
    error: float
    ahead: float
    zone: float
    sending: bool


class CameraWithoutVideo(TypedDict):
    """A camera that sends no frames now. `last`: when the last one arrived."""

    name: str
    recorded: bool
    last: float


class LeftBehind(TypedDict):
    """Recordings that a killed camrec left in `folder` and that could not be saved."""

    count: int
    folder: str


class StatusFields(TypedDict):
    """What the status bar shows.

    proxies : the state of each proxy's process, by its name.
    ffmpeg : its version; None: it is missing.
    free, total : bytes of the disk.
    seconds : how long all open cameras can be recorded at once; None: their rates are not known.
    open, most : how many sessions are open, and how many may be open.
    full : whether nobody can open another one.
    demo : whether a demo camera is not open.
    without : the cameras without video; those that are being recorded come first.
    left : recordings that could not be saved.
    """

    proxies: dict[str, str]
    ffmpeg: str | None
    free: int
    total: int
    seconds: float | None
    open: int
    most: int
    full: bool
    demo: bool
    without: list[CameraWithoutVideo]
    left: LeftBehind


class ExcessFields(TypedDict):
    """Videos that will be deleted: how many, and their bytes."""

    count: int
    bytes: int


class AlertRow(TypedDict):
    """A line of the bell: something that needed a person, or several losses of one camera.

    alert_ids : the newest first.
    title, why : what happened, if it is one alert, and the rest of its sentence.
    camera : its name; empty: it is about no camera.
    lost : for lost cameras: milliseconds without a picture, in all that are over.
    lost_since : when the loss that lasts began; None: none lasts.
    filename : the newest video of it, if there is one.
    """

    alert_ids: list[str]
    kind: str
    at: float
    until: float | None
    title: str
    why: str
    camera: str
    lost: float
    lost_since: float | None
    seen: bool
    filename: str | None


class BegunDayRow(TypedDict):
    """A day on which all of its plans began, the last one `at` that moment."""

    at: float
    plans: int


class AbsenceFields(TypedDict):
    """What happened since a moment, in seconds of all cameras; `begun`: the newest day first."""

    since: float
    recorded: float
    missing: float
    begun: list[BegunDayRow]


class SettingsFields(TypedDict):
    """What the settings dialog shows.

    most : how many sessions may be open.
    folder : the videos folder after the next start.
    token : whether a token is set.
    retention_bytes, retention_days : what all videos may take, and how old they may be; 0: no
        limit.
    excess : the videos that the next saved one will delete.
    when_full : what happens when the disk is full: "stop" or "delete_oldest".
    min_free : it counts as full when this many bytes are left.
    keep_awake : whether the computer is kept awake at any time while a plan is active.
    place : latitude and longitude, for sunrise and sunset; empty: not set.
    webhook : whether a webhook is set.
    webhook_when : what is sent to it.
    """

    most: int
    folder: str
    token: bool
    retention_bytes: int
    retention_days: float
    excess: ExcessFields
    when_full: str
    min_free: int
    keep_awake: bool
    place: list[float]
    webhook: bool
    webhook_when: list[str]


class GroupRecordingFields(TypedDict):
    """The cameras that can be recorded at once.

    count : live cameras that are not being recorded.
    rate : bits per second of all their files together.
    most : the longest recording of all these cameras that is offered, in seconds.
    room, free : bytes of the disk that recordings may use, and that are free.
    """

    count: int
    rate: float
    most: int
    room: int
    free: int


class VideoRow(TypedDict):
    """What a video's card shows."""

    filename: str
    name: str
    camera: str | None
    started_at: float
    duration: float
    size: int
    gaps: list[GapRow]
    playable: bool
    locked: bool


class PlayedVideoRow(VideoRow):
    """What the player shows of a video. Sizes are in pixels; codecs have FFmpeg's names."""

    width: int | None
    height: int | None
    video_codec: str | None
    audio_codec: str | None


class PlanRow(TypedDict):
    """A plan. `plan`: as REST describes it. `next`: when it starts the next time, a wall time.

    A wall time is in milliseconds since 1970 as if the clocks of camrec's time zone showed UTC.
    """

    plan_id: str
    plan: dict[str, object]
    next: float | None


class PlanCameraRow(TypedDict):
    """A camera that a plan may record.

    rate : bytes per second of its videos; None: not known.
    has_password : whether it is opened with a password, which a plan stores.
    """

    camera_id: str
    name: str
    rate: float | None
    has_password: bool


class OnceRow(TypedDict):
    """A recording that somebody scheduled for later, without a plan. Times are wall times."""

    recording_id: str
    name: str
    starts_at: float
    duration: float | None


class PlanOccurrenceRow(TypedDict):
    """An occurrence of a plan, or a scheduled recording. Times are wall times.

    ends_at : None: when somebody stops it.
    began_at : when its recording began; None: it has not.
    is_late : whether it should have begun before; not if the plan was only made then.
    reason : in the page's language; empty: there is none.
    cause : the reason as a word, such as "asleep"; empty: there is none.
    stopped_at : when a person stopped it; None: nobody did.
    lacking : the times after `began_at` without frames, as start and end.
    """

    plan_id: str | None
    camera_id: str
    name: str
    starts_at: float
    ends_at: float | None
    began_at: float | None
    is_late: bool
    state: str
    reason: str
    cause: str
    stopped_at: float | None
    lacking: list[tuple[float, float]]
    filenames: list[str]


class FreeAfterRow(TypedDict):
    """The free bytes of the disk at the end of a day."""

    day: float
    bytes: int


class NightRow(TypedDict):
    """The sun on a day, in wall times; None: it does not rise or set."""

    day: float
    sunrise: float | None
    sunset: float | None


class DiskForecastFields(TypedDict):
    """How long the disk has room.

    full_at : when it will be full, a wall time; None: not in the next `weeks`.
    deletes_oldest : old videos are deleted then.
    deleted, deletes_new : how many of the present videos are deleted in the next `weeks`, and
        whether some of those are, too, that are recorded in them.
    stops_at : when it is full and recording stops, because no video may be deleted, a wall time.
    unmeasured : the names of the cameras that are not counted: what they send is not known.
    lost, cut : planned recordings of the week after `stops_at` which cannot be made, or end early.
    """

    full_at: float | None
    deletes_oldest: bool
    deleted: int
    deletes_new: bool
    stops_at: float | None
    weeks: int
    unmeasured: list[str]
    lost: int
    cut: int


class PlanWeekFields(TypedDict):
    """A week, as the page with the plans shows it. Times are wall times.

    first : its first day.
    zone : the name of the time zone.
    utc_offset : minutes by which its clocks are ahead of UTC now.
    cameras : those that a plan may record.
    once : the recordings that somebody scheduled.
    recording_until : when what a plan records now ends, by the plan's id.
    keeps_awake : whether the computer is kept awake at any time while a plan is active.
    place : latitude and longitude of the settings; empty: not set.
    has_keyring : whether passwords are stored in the system's keyring, and not in a file.
    """

    first: float
    now: float
    zone: str
    utc_offset: int
    cameras: list[PlanCameraRow]
    once: list[OnceRow]
    occurrences: list[PlanOccurrenceRow]
    free_after: list[FreeAfterRow]
    nights: list[NightRow]
    recording_until: dict[str, float]
    keeps_awake: bool
    place: list[float]
    has_keyring: bool
    disk: DiskForecastFields


class PlanPreviewFields(TypedDict):
    """What a plan would do that is being typed. Times are wall times.

    now : when this was found out.
    starts_at, ends_at : its first time; `starts_at` is None if it has none, `ends_at` if it is
        recorded until somebody stops it.
    full_at : when the disk will be full; None: not in the next weeks.
    is_measured : whether it is known what all planned cameras send.
    open_at_once : the most cameras that are open while it records.
    max_sessions : how many cameras may be open.
    """

    now: float
    starts_at: float | None
    ends_at: float | None
    full_at: float | None
    is_measured: bool
    open_at_once: int
    max_sessions: int
