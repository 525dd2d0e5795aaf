import { formatAmount, formatQuantity, formatSigned, type Decimal } from '@/shared/money'
import { text } from '@/shared/text'
import type { Happening } from './happenings'

/** The contract's name of what happened. */
export function titleOf({ event }: Happening): string {
  switch (event.type) {
    case 'margin_call':
      return event.active ? text.happenings.marginCall : text.happenings.marginCallLifted
    case 'liquidation':
      return text.happenings.liquidation
    case 'corporate_action':
      return text.happenings.corporateActions[event.action.type]
  }
}

/** What happened in figures, those of then. */
export function figuresIn({ event, amount, held }: Happening): string[] {
  switch (event.type) {
    case 'margin_call':
      return [marginsIn(event)]
    case 'liquidation':
      return [
        text.happenings.liquidated(formatQuantity(event.quantity), event.symbol),
        marginsIn(event),
      ]
    case 'corporate_action':
      return event.action.type === 'split'
        ? [
            text.happenings.split(event.symbol, event.action.denominator, event.action.numerator),
            ...(held === undefined ? [] : [text.happenings.held(formatQuantity(held))]),
          ]
        : [
            text.happenings.dividend(
              event.symbol,
              formatQuantity(event.action.amount),
              event.action.currency,
            ),
            ...(amount === undefined ? [] : [text.happenings.booked(formatSigned(amount))]),
          ]
  }
}

export function marginsIn(figures: { equity: Decimal; maintenanceMargin: Decimal }): string {
  return text.happenings.figures(
    formatAmount(figures.equity),
    formatAmount(figures.maintenanceMargin),
  )
}
