import type { Activity } from '@generated/models'
import { formatAmount, formatQuantity, formatSigned, type Decimal } from '@/shared/money'
import { text } from '@/shared/text'

/** The contract's name of what was done to an account. */
export function titleOf({ kind }: Activity): string {
  return text.activities.kinds[kind]
}

/** What happened, in figures of then. */
export function figuresIn(activity: Activity): string[] {
  const { kind, symbol = '', quantity, equity, maintenanceMargin, split } = activity
  const margins = equity && maintenanceMargin ? [marginsIn({ equity, maintenanceMargin })] : []
  if (split) return [text.happenings.split(symbol, split.denominator, split.numerator)]
  if (quantity) return [text.happenings.liquidated(formatQuantity(quantity), symbol), ...margins]
  if (kind === 'dividend')
    return [
      text.happenings.dividend(symbol, activity.note ?? ''),
      text.happenings.booked(formatSigned(activity.amount)),
    ]
  return margins
}

export function marginsIn(figures: { equity: Decimal; maintenanceMargin: Decimal }): string {
  return text.happenings.figures(
    formatAmount(figures.equity),
    formatAmount(figures.maintenanceMargin),
  )
}
