import type { Bar, BarUpdate } from '@generated/models'

/**
 * History and the stream of the same bars, joined. The stream was opened first, so nothing lies between them; where
 * both know a bar, the one with more volume is the later one, since volume only grows while a bar lasts.
 */
export function joinBars(history: readonly Bar[], streamed: Iterable<Bar>): Bar[] {
  const joined = new Map(history.map((bar) => [bar.time, bar]))
  const oldest = history[0]?.time ?? 0
  for (const bar of streamed) {
    const known = joined.get(bar.time)
    if (bar.time >= oldest && (!known || bar.volume >= known.volume)) joined.set(bar.time, bar)
  }
  return [...joined.values()].sort((a, b) => a.time - b.time)
}

/** Keeps the newest version of each bar until it is handed over, in the order of time. */
export class Coalescer {
  private readonly waiting = new Map<number, BarUpdate>()

  add(bar: BarUpdate): void {
    this.waiting.set(bar.time, bar)
  }

  take(): BarUpdate[] {
    const bars = [...this.waiting.values()].sort((a, b) => a.time - b.time)
    this.waiting.clear()
    return bars
  }
}
