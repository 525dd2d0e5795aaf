import { http, HttpResponse } from 'msw/http'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Bar, BarUpdate } from '@generated/models'
import { server } from '@/mocks/node'
import { symbol } from '@/mocks/samples'
import { replaceStream, type Listener, type Stream } from '@/services'
import { serverBars } from './source'

type BarsListener = Listener<'bars'>
const PLACE = { epoch: 'e', seq: 1 }
const series = { symbol: symbol(), resolution: '1' as const }
const bar = (minute: number, close: number, volume = 1): Bar => ({
  time: minute * 60_000,
  open: 1,
  high: 9,
  low: 1,
  close,
  volume,
})
const update = (minute: number, close: number, volume = 1): BarUpdate => ({
  ...bar(minute, close, volume),
  closed: false,
})

let listener: BarsListener
let stopped = 0
let history: Bar[] = []
const requests: URLSearchParams[] = []

const stand: Stream = {
  state: 'open',
  onState: () => () => undefined,
  watch: (_family, _params, given) => {
    listener = given
    return () => {
      stopped += 1
    }
  },
  close: () => undefined,
}

describe('bars from the server', () => {
  let source: ReturnType<typeof serverBars>
  const seen: [number, number][] = []
  const resets = vi.fn()

  beforeEach(() => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
    replaceStream(stand)
    stopped = 0
    seen.length = 0
    resets.mockClear()
    requests.length = 0
    history = [bar(1, 1), bar(2, 2)]
    server.use(
      http.get('*/api/v1/datafeed/bars', ({ request }) => {
        requests.push(new URL(request.url).searchParams)
        return HttpResponse.json({
          symbol: 'AAPL',
          resolution: '1',
          adjustment: 'none',
          bars: history,
          noData: history.length === 0,
        })
      }),
    )
    source = serverBars()
  })
  afterEach(() => {
    source.dispose()
    replaceStream()
    vi.useRealTimers()
  })

  async function open(): Promise<Bar[]> {
    const loading = source.load(series)
    listener.onSnapshot?.(update(2, 2.5, 5), PLACE)
    listener.onUpdate?.(update(3, 3), PLACE)
    const { bars } = await loading
    source.watch(series, (each) => seen.push([each.time / 60_000, each.close]), resets)
    return [...bars]
  }

  it('join history and what was streamed meanwhile', async () => {
    expect((await open()).map((each) => each.close)).toEqual([1, 2.5, 3])
  })

  it('hand over the newest version of a bar at most ten times a second', async () => {
    await open()
    for (const close of [3.1, 3.2, 3.3]) listener.onUpdate?.(update(3, close), PLACE)
    expect(seen).toEqual([])
    vi.advanceTimersByTime(100)
    expect(seen).toEqual([[3, 3.3]])
  })

  it('ask for older bars before the oldest one', async () => {
    await open()
    await source.load(series, 60_000)
    expect(requests.at(-1)?.get('to')).toBe('60000')
  })

  it('end the history where nothing older exists', async () => {
    await open()
    history = []
    expect(await source.load(series, 60_000)).toEqual({ bars: [], more: false })
  })

  it('fill the hole that a cut left', async () => {
    await open()
    history = [bar(2, 2.5, 5), bar(3, 3.9, 9), bar(4, 4), bar(5, 5)]
    listener.onSnapshot?.(update(6, 6), PLACE)
    listener.onSnapshot?.(update(6, 6), PLACE)
    await vi.waitFor(() => {
      vi.advanceTimersByTime(100)
      expect(seen.map(([minute]) => minute)).toEqual([3, 4, 5, 6])
    })
  })

  it('read all again when the stream began anew, or the hole is too long', async () => {
    await open()
    listener.onSnapshot?.(update(6, 6), { epoch: 'e2', seq: 1 })
    expect(resets).toHaveBeenCalledTimes(1)
    history = [bar(900, 1), bar(901, 2)]
    listener.onSnapshot?.(update(901, 6), { epoch: 'e2', seq: 1 })
    await vi.waitFor(() => {
      expect(resets).toHaveBeenCalledTimes(2)
    })
  })

  it('say when all must be read again, and stop when nobody looks', async () => {
    await open()
    listener.onReset?.({ reason: 'replay_restarted', epoch: 'e2' }, PLACE)
    expect(resets).toHaveBeenCalledOnce()
    source.dispose()
    expect(stopped).toBe(1)
  })
})
