import { describe, expect, it } from 'vitest'
import { formatAge, formatDate, formatStamp, formatTime, zoneOffset } from '.'

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
})
