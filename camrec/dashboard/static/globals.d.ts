/** What TypeScript's library does not know: BokehJS, and APIs that only Chromium has. */

interface BokehModel {
  title: { text: string }
  data: Record<string, number[]>
  stream(data: Record<string, number[]>, rollover: number): void
  setv(values: Record<string, number>): void
}

interface BokehDocument {
  get_model_by_name(name: string): BokehModel
  on_event(name: string, listener: () => void): void
  clear(): void
  _recompute_all_models(): void
}

interface BokehViews {
  roots: { model: { document: BokehDocument } }[]
  clear(): void
}

declare const Bokeh: {
  Panel?: unknown
  documents: BokehDocument[]
  embed: { embed_item(item: unknown, host: HTMLElement): Promise<BokehViews> }
}

interface Window {
  Bokeh?: typeof Bokeh
  camrecLoading?: boolean
}

declare class MediaStreamTrackGenerator extends MediaStreamTrack {
  constructor(options: { kind: "video" | "audio" })
  readonly writable: WritableStream<VideoFrame>
}
