import { describe, expect, it } from 'vitest'
import { atWallTime, formatAge, formatDate, formatStamp, formatTime, wallTime, zoneOffset } from '.'

const WINTER = Date.UTC(2026, 10, 23, 14, 3, 9)
const SUMMER = Date.UTC(2026, 6, 1, 14, 3, 9)

describe('times', () => {
  it('shows a time in the zone asked for', () => {
    expect(formatTime(WINTER, 'UTC')).toBe('14:03:09')
    expect(formatTime(WINTER, 'America/New_York')).toBe('09:03:09')
    expect(formatTime(SUMMER, 'America/New_York')).toBe('10:03:09')
  })

  it('shows dates and stamps', () => {
    expect(formatDate(WINTER, 'UTC')).toBe('23 Nov 2026')
    expect(formatStamp(WINTER, 'UTC')).toBe('23 Nov, 14:03:09')
  })

  it('names the offset that holds at that time', () => {
    expect(zoneOffset(WINTER, 'America/New_York')).toBe('UTC−5')
    expect(zoneOffset(SUMMER, 'America/New_York')).toBe('UTC−4')
    expect(zoneOffset(WINTER, 'UTC')).toBe('UTC')
  })

  it('shows an age in one unit', () => {
    expect(formatAge(420)).toBe('0.4 s')
    expect(formatAge(42_000)).toBe('42 s')
    expect(formatAge(600_000)).toBe('10 min')
    expect(formatAge(7_200_000)).toBe('2 h')
  })

  it('reads a clock of the zone, before and after it is put forward', () => {
    for (const time of [
      Date.UTC(2026, 2, 29, 0, 59),
      Date.UTC(2026, 2, 29, 1, 1),
      WINTER - (WINTER % 60_000),
    ]) {
      expect(atWallTime(wallTime(time, 'Europe/Berlin'), 'Europe/Berlin')).toBe(time)
    }
    expect(wallTime(Date.UTC(2026, 6, 1, 12, 5), 'America/New_York')).toBe('2026-07-01T08:05')
    expect(atWallTime('', 'UTC')).toBeUndefined()
  })
})
