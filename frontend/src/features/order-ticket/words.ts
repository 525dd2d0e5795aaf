import { formatPrice, positiveDecimal } from '@/shared/money'
import { text } from '@/shared/text'
import type { Draft } from './draft'

export const OFFSET_UNITS = (['price', 'percent'] as const).map((value) => ({
  value,
  label: text.ticket.shortOffsetUnits[value],
  title: text.ticket.offsetUnits[value],
}))

/** When and where the order would fill, in words; empty as long as a price is missing. */
export function whenAndWhere(draft: Draft): string {
  const [limit, stop, offset] = [draft.limitPrice, draft.stopPrice, draft.trailingOffset].map(
    (typed) => {
      const value = positiveDecimal(typed)
      return value === undefined ? undefined : formatPrice(value)
    },
  )
  switch (draft.type) {
    case 'market':
      return text.ticket.atMarket
    case 'limit':
      return limit === undefined ? '' : text.ticket.atLimit(limit)
    case 'stop':
      return stop === undefined ? '' : text.ticket.atStop(stop)
    case 'stop_limit':
      return stop === undefined || limit === undefined ? '' : text.ticket.atStopLimit(stop, limit)
    case 'trailing_stop': {
      if (offset === undefined) return ''
      const unit = draft.trailingOffsetType === 'percent' ? ' %' : ''
      return text.ticket.trailing(`${offset}${unit}`)
    }
  }
}
