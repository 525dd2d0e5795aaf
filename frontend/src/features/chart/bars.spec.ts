import { describe, expect, it } from 'vitest'
import { Coalescer, joinBars } from './bars'

const bar = (time: number, close: number, volume = 1) => ({
  time,
  open: 1,
  high: 9,
  low: 1,
  close,
  volume,
})

describe('joining history and stream', () => {
  it('takes the later version of a bar', () => {
    expect(joinBars([bar(1, 1), bar(2, 2, 5)], [bar(2, 3, 6)]).map((b) => b.close)).toEqual([1, 3])
    expect(joinBars([bar(1, 1), bar(2, 2, 5)], [bar(2, 3, 4)]).map((b) => b.close)).toEqual([1, 2])
  })

  it('adds bars that began since, in order', () => {
    expect(joinBars([bar(1, 1)], [bar(3, 3), bar(2, 2)]).map((b) => b.time)).toEqual([1, 2, 3])
  })

  it('leaves out what is older than the page', () => {
    expect(joinBars([bar(5, 1)], [bar(4, 1)]).map((b) => b.time)).toEqual([5])
  })
})

describe('coalescing', () => {
  it('keeps the newest version of each bar, and loses no closed one', () => {
    const coalescer = new Coalescer()
    coalescer.add({ ...bar(1, 1), closed: false })
    coalescer.add({ ...bar(1, 2), closed: true })
    coalescer.add({ ...bar(2, 3), closed: false })
    expect(coalescer.take().map((b) => [b.time, b.close])).toEqual([
      [1, 2],
      [2, 3],
    ])
    expect(coalescer.take()).toEqual([])
  })
})
