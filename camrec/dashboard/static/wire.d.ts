/**
 * What Python and the page send each other; dashboard/wire_types.py has the same. Times are milliseconds since 1970,
 * durations are in seconds, sizes in bytes, unless a field says otherwise.
 */

export type Fact = string | number | null | undefined

export interface Texts {
  language: string
  [key: string]: string | { one: string; other: string }
}

/** What every component has, besides its own parameters. */
export interface Model {
  base: string
  texts: Texts
  on(names: string | string[], changed: (message: any) => void): void
  send_msg(message: { do: string; [argument: string]: unknown }): void
}

export interface View {
  el: HTMLElement
  model: { document: BokehDocument }
  camrecEnd?: () => void
}

export interface RenderArguments<Parameters = {}> {
  model: Model & Parameters
  view: View
}

/** Python's answer to a message: `problem` says in the page's language why it failed. */
export interface Answer {
  answered: string
  ok: boolean
  problem: string
  code: string
  given: string
}

export interface Gap {
  start: number
  duration: number
}

export interface Video {
  filename: string
  name: string
  camera: string | null
  started_at: number
  duration: number
  size: number
  gaps: Gap[]
  playable: boolean
  locked: boolean
}

export interface PlayedVideo extends Video {
  width: number | null
  height: number | null
  video_codec: string | null
  audio_codec: string | null
}

/** Something that needed a person, or several losses of one camera; dashboard/wire_types.py says what each field means. */
export interface Alert {
  alert_ids: string[]
  kind: string
  at: number
  until: number | null
  title: string
  why: string
  camera: string
  lost: number
  lost_since: number | null
  seen: boolean
  filename: string | null
}

/** What happened since a moment, and the days on which all plans began. */
export interface Absence {
  since: number
  recorded: number
  missing: number
  begun: { at: number; plans: number }[]
}

/** What the settings dialog shows; dashboard/wire_types.py says what each field means. */
export interface Settings {
  most: number
  folder: string
  token: boolean
  retention_bytes: number
  retention_days: number
  excess: { count: number; bytes: number }
  when_full: string
  min_free: number
  keep_awake: boolean
  place: number[]
  webhook: boolean
  webhook_when: string[]
}

/** What happened in a video, as GET /videos/FILENAME/events describes it. */
export interface VideoEvent {
  id: string
  at: string
  length: number | null
  text: string
  value: string | number | null
  second: number
  frame: number | null
  in_gap: boolean
  end_second: number | null
}

export interface Receipt {
  asked: number | null
  details: Record<string, string>
  events: unknown[]
  ended: string
  frames: number
  sha256: string | null
  warnings: { code: string; facts: Record<string, Fact>; message: string }[]
}

/** What the player shows. If `video` is null, there is none of that name. */
export interface ShownVideo {
  filename?: string
  video: PlayedVideo | null
  receipt: Receipt | null
  can_mark?: boolean
}

export interface Recording {
  recording_id: string
  state: string
  duration: number | null
  started_at: number
  ends_at: number | null
  bytes: number
  gaps: Gap[]
  marks: number
  plan_id: string | null
}

/** A recording in the stream's messages: times in ISO 8601. */
export interface WireRecording extends Omit<Recording, "started_at" | "ends_at" | "marks"> {
  events: number
  started_at: string
  ends_at: string | null
  filename: string | null
  error: { message: string } | null
}

export interface ScheduledRecording {
  recording_id: string
  starts_at: number
  duration: number | null
}

/** One of a camera that is closed until shortly before it. */
export interface AwaitedRecording extends ScheduledRecording {
  name: string
}

/** What a notebook's cell knows of its session; a card knows more. */
export interface SessionFacts {
  session_id: string
  state: string
  retries: number
  recording: Recording | null
  trouble: string
  failure: { title: string; fact: string; checks: string[] } | null
  waiting_for?: string | null
}

export interface Session extends SessionFacts {
  camera_id: string
  name: string
  kind: string
  host: string
  attempt: number
  tries: number
  seen: number
  wanted: number
  proxy_ready: boolean
  video_codec: string | null
  audio_codec: string | null
  scheduled: ScheduledRecording[]
  stays: boolean
  paused_plan: string | null
}

/** What the stream sends once a second; null: not known. */
export interface StreamFacts {
  now: number // seconds
  video_codec: string | null
  width: number | null
  height: number | null
  fps: number
  bit_rate: number
  lost: number
  lag: number | null
  age: number | null
  usual_distance: number
  waiting_for: string | null
  retries: number
  recorded: number | null
  recording: WireRecording | null
  free_bytes: number
  room_bytes: number
  file_bit_rate: number
  max_seconds: number
}

/** What dates the frames of a session; dashboard/wire_types.py says what each field means. */
export interface ClockFields {
  chosen: boolean
  used: boolean
  changeable: boolean
  state: string
  reports: number
  error: number
  ahead: number
  zone: number
  sending: boolean
}

/** What the stream sends before H.264 frames. */
export interface StreamFormat {
  codec: string
  width: number
  height: number
}

/** A start by the sun: `offset` is seconds after it, or before it if negative. */
export interface SunStart {
  sun: "sunrise" | "sunset"
  offset: number
}

/** When a plan records, as REST describes it. */
export interface PlanRule {
  cameras: string[]
  days?: string[]
  start?: string | SunStart
  end?: string
  duration?: number
  always?: boolean
  until?: string
  enabled: boolean
  name?: string
  details?: Record<string, string>
}

/** A plan. `next`, when it starts the next time, is a wall time (plans/wall_time.js), as are all times below. */
export interface PlanRow {
  plan_id: string
  plan: PlanRule
  next: number | null
}

/** A camera that a plan may record; `rate`: bytes per second of its videos, null: not known. */
export interface PlanCamera {
  camera_id: string
  name: string
  rate: number | null
  has_password: boolean
}

/** One time that a plan asks for, or a scheduled recording. `ends_at`: null: when somebody stops it. */
export interface PlanOccurrence {
  plan_id: string | null
  camera_id: string
  name: string
  starts_at: number
  ends_at: number | null
  began_at: number | null
  is_late: boolean
  state: string
  reason: string
  cause: string
  stopped_at: number | null
  lacking: [from: number, to: number][]
  filenames: string[]
}

/** When the disk is full, within the next `weeks`; dashboard/wire_types.py says what each field means. */
export interface DiskFacts {
  full_at: number | null
  deletes_oldest: boolean
  deleted: number
  deletes_new: boolean
  stops_at: number | null
  weeks: number
  unmeasured: string[]
  lost: number
  cut: number
}

/** The week that the page shows; dashboard/wire_types.py says what each field means. */
export interface PlanWeek {
  first: number
  now: number
  zone: string
  utc_offset: number
  cameras: PlanCamera[]
  once: OnceRow[]
  occurrences: PlanOccurrence[]
  free_after: { day: number; bytes: number }[]
  nights: { day: number; sunrise: number | null; sunset: number | null }[]
  recording_until: Record<string, number>
  keeps_awake: boolean
  place: number[]
  has_keyring: boolean
  disk: DiskFacts
}

/** What a plan would do that is being typed; dashboard/wire_types.py says what each field means. */
export interface PlanPreview {
  now: number
  starts_at: number | null
  ends_at: number | null
  full_at: number | null
  is_measured: boolean
  open_at_once: number
  max_sessions: number
}

/** A recording that somebody scheduled for later, without a plan. */
export interface OnceRow {
  recording_id: string
  name: string
  starts_at: number
  duration: number | null
}
