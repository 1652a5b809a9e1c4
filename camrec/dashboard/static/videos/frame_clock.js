// The frame of a video that is shown at a time, by the file's frame times, as soon as they have loaded.

import { serverUrl, urlPart } from "../kit/route.js"
import { missingLength, recordedLength } from "./video_format.js"

/** @import { PlayedVideo, Receipt, Video } from "../wire.js" */

/**
 * `frameNumber` counts from 1. `step` is the time to seek to for the frame that is `steps` further.
 * @typedef {object} FrameTimes
 * @property {boolean} isExact
 * @property {number | null} count
 * @property {(time: number, steps: number) => number} step
 * @property {(time: number) => number} frameNumber
 */

const USUAL_RATE = 25 // frames per second, if there is no receipt
const SEEK_INSIDE_S = 0.004 // after a frame's time, so that a seek never shows the frame before
const MIN_LENGTH_S = 0.001
const ROUNDING_FRAMES = 1e-6
const ROUNDING_S = 1e-5

/**
 * An estimate: frames at equal intervals, except in the gaps. A gap lasts from the frame before it, which is still shown,
 * to the frame after it.
 * @param {Pick<Video, "duration" | "gaps">} video
 * @param {Pick<Receipt, "frames"> | null} receipt
 * @returns {FrameTimes}
 */
export function estimatedFrameTimes(video, receipt) {
  const count = receipt?.frames ?? null
  const filledLength = recordedLength(video) - missingLength(video)
  const rate = count ? Math.max(count - video.gaps.length, 1) / Math.max(filledLength, MIN_LENGTH_S) : USUAL_RATE
  /** @param {number} time */
  const frameAt = (time) => {
    let filled = time
    let passedGaps = 0
    for (const gap of video.gaps) {
      filled -= Math.min(Math.max(time - gap.start, 0), gap.duration)
      if (time >= gap.start + gap.duration) passedGaps += 1
    }
    return Math.floor(filled * rate + ROUNDING_FRAMES) + passedGaps
  }
  return {
    isExact: false,
    count,
    frameNumber: (time) => Math.min(frameAt(time) + 1, count ?? Infinity),
    step(time, steps) {
      const wanted = Math.max(frameAt(time) + steps, 0)
      let [passedGaps, missing] = [0, 0]
      for (const gap of video.gaps) {
        if (wanted <= frameAt(gap.start)) break
        passedGaps += 1
        missing += gap.duration
      }
      return (wanted - passedGaps + 0.5) / rate + missing // the middle of the frame
    },
  }
}

/**
 * The exact times of all frames.
 * @param {number[]} times in seconds, sorted
 * @returns {FrameTimes}
 */
export function exactFrameTimes(times) {
  /** @param {number} time */
  const frameAt = (time) => {
    let [low, high] = [0, times.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (times[middle] <= time + ROUNDING_S) low = middle + 1
      else high = middle
    }
    return Math.max(low - 1, 0)
  }
  return {
    isExact: true,
    count: times.length,
    frameNumber: (time) => frameAt(time) + 1,
    step(time, steps) {
      const wanted = Math.min(Math.max(frameAt(time) + steps, 0), times.length - 1)
      const next = times[wanted + 1] ?? Infinity
      return times[wanted] + Math.min(SEEK_INSIDE_S, (next - times[wanted]) / 2)
    },
  }
}

/**
 * The estimate first; the exact times when they have loaded, and then `changed` is called.
 * @param {PlayedVideo} video
 * @param {Receipt | null} receipt
 * @param {string} base
 * @param {AbortSignal} signal
 * @param {() => void} changed
 */
export function frameClock(video, receipt, base, signal, changed) {
  const clock = { ...estimatedFrameTimes(video, receipt) }
  if (video.playable) loadTimes()

  async function loadTimes() {
    try {
      const answer = await fetch(serverUrl(`videos/${urlPart(video.filename)}/times`, base), { signal })
      const { times } = answer.ok ? await answer.json() : { times: [] }
      if (times.length === 0) return
      Object.assign(clock, exactFrameTimes(times))
      changed()
    } catch {
      // The estimate remains.
    }
  }

  return clock
}
