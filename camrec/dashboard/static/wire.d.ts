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

export interface Receipt {
  asked: number
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
