// Which picture of a video is shown when: by the times of the file, as soon as camrec has told them.

const USUAL_RATE = 25 // pictures a second, where no receipt tells
const INSIDE = 0.004 // s behind a picture's own time, where it is sought: never the one before it

/**
 * Where pictures are in a video, as if they came at an even distance but for its gaps. A gap lasts
 * from the picture before it, which is still shown, to the one behind it.
 */
function evenly(video, receipt) {
  const count = receipt?.frames ?? null
  const even = span(video) - missed(video)
  const rate = count ? Math.max(count - video.gaps.length, 1) / Math.max(even, 0.001) : USUAL_RATE
  const at = (time) => {
    let filled = time
    let passed = 0
    for (const gap of video.gaps) {
      filled -= Math.min(Math.max(time - gap.start, 0), gap.duration)
      if (time >= gap.start + gap.duration) passed += 1
    }
    return Math.floor(filled * rate + 1e-6) + passed
  }
  /** The middle of the picture `steps` away. */
  const step = (time, steps) => {
    const wanted = Math.max(at(time) + steps, 0)
    let [passed, lost] = [0, 0]
    for (const gap of video.gaps) {
      if (wanted <= at(gap.start)) break
      passed += 1
      lost += gap.duration
    }
    return (wanted - passed + 0.5) / rate + lost
  }
  return { exact: false, count, step, number: (time) => Math.min(at(time) + 1, count ?? Infinity) }
}

/** The same by the times of all pictures, in seconds and sorted. */
function exactly(times) {
  const at = (time) => {
    let [low, high] = [0, times.length]
    while (low < high) {
      const middle = (low + high) >> 1
      if (times[middle] <= time + 1e-5) low = middle + 1
      else high = middle
    }
    return Math.max(low - 1, 0)
  }
  const step = (time, steps) => {
    const wanted = Math.min(Math.max(at(time) + steps, 0), times.length - 1)
    const next = times[wanted + 1] ?? Infinity
    return times[wanted] + Math.min(INSIDE, (next - times[wanted]) / 2)
  }
  return { exact: true, count: times.length, step, number: (time) => at(time) + 1 }
}

/** {exact, count, step, number}, first as it may be, then as it is; `changed` is called then. */
function pictures(video, receipt, base, signal, changed) {
  const found = { ...evenly(video, receipt) }
  if (!video.playable) return found
  fetch(address(`videos/${part(video.filename)}/times`, base), { signal })
    .then((answer) => (answer.ok ? answer.json() : { times: [] }))
    .then(({ times }) => {
      if (times.length === 0) return
      Object.assign(found, exactly(times))
      changed()
    })
    .catch(() => {}) // the estimate stays
  return found
}
