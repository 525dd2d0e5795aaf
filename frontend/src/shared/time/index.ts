/** Times are Unix milliseconds; a zone is an IANA name. */
const LOCALE = 'en-GB'
const formatters = new Map<string, Intl.DateTimeFormat>()

type Style = 'time' | 'minute' | 'date' | 'stamp'

const STYLES: Record<Style, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' },
  minute: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  date: { year: 'numeric', month: 'short', day: '2-digit' },
  stamp: {
    month: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  },
}

function formatter(style: Style, zone: string): Intl.DateTimeFormat {
  const key = `${style}:${zone}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat(LOCALE, { ...STYLES[style], timeZone: zone })
    formatters.set(key, found)
  }
  return found
}

export function localZone(): string {
  return Intl.DateTimeFormat().resolvedOptions().timeZone
}

/** "14:03:09" */
export function formatTime(time: number, zone = localZone()): string {
  return formatter('time', zone).format(time)
}

/** "23 Nov 2026" */
export function formatDate(time: number, zone = localZone()): string {
  return formatter('date', zone).format(time)
}

/** "23 Nov, 14:03:09" */
export function formatStamp(time: number, zone = localZone()): string {
  return formatter('stamp', zone).format(time)
}

/** "UTC", "UTC−5", "UTC+5:30": what the zone is at that time. */
export function zoneOffset(time: number, zone: string): string {
  const key = `offset:${zone}`
  let found = formatters.get(key)
  if (!found) {
    found = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'shortOffset' })
    formatters.set(key, found)
  }
  const part = found.formatToParts(time).find((each) => each.type === 'timeZoneName')
  return (part?.value ?? 'UTC').replace('GMT', 'UTC').replace('-', '−').replace(/\+0$/, '')
}

/** A duration in one unit: "0.4 s", "12 s", "3 min", "2 h". */
export function formatAge(milliseconds: number): string {
  const seconds = milliseconds / 1000
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3600)} h`
}

/** What a clock in the zone shows, to the minute: "2026-11-24T17:30". */
export function wallTime(time: number, zone: string): string {
  const key = `wall:${zone}`
  let found = formatters.get(key)
  if (!found) {
    // Swedish writes dates as ISO 8601 does.
    found = new Intl.DateTimeFormat('sv-SE', {
      dateStyle: 'short',
      timeStyle: 'short',
      timeZone: zone,
    })
    formatters.set(key, found)
  }
  return found.format(time).replace(' ', 'T')
}

/** The time at which a clock in the zone shows that, or undefined where it is none. */
export function atWallTime(wall: string, zone: string): number | undefined {
  const asUtc = Date.parse(`${wall}Z`)
  if (Number.isNaN(asUtc)) return undefined
  const ahead = (time: number) => Date.parse(`${wallTime(time, zone)}Z`) - time
  const near = asUtc - ahead(asUtc)
  return asUtc - ahead(near)
}
