import type { Resolution, Symbol } from '@generated/models'
import type { Zone } from '@/features/workspace'
import { localZone } from '@/shared/time'

/** The IANA name of the chosen zone for a symbol. */
export function zoneName(zone: Zone, symbol: Symbol | undefined): string {
  if (zone === 'local') return localZone()
  return zone === 'exchange' ? (symbol?.timeZone ?? 'UTC') : 'UTC'
}

/** Daily and longer bars carry 00:00 UTC of their trading day: only UTC shows that day everywhere. */
export function axisZone(zone: string, resolution: Resolution): string {
  return resolution === 'D' || resolution === 'W' || resolution === 'M' ? 'UTC' : zone
}
