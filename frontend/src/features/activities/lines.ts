import type { Activity } from '@generated/models'
import { figuresIn, titleOf } from '@/features/account'
import { formatAmount, type Decimal } from '@/shared/money'
import { text } from '@/shared/text'

/** A line of the activity view. */
export interface Line {
  id: string
  time: number
  what: string
  symbol: string
  /** What changed the balance; absent where something left it as it was. */
  amount?: Decimal
  balance: string
  note: string
}

export function lineOf(activity: Activity): Line {
  const { activityId, time, symbol, balance, note } = activity
  return {
    id: activityId,
    time,
    what: titleOf(activity),
    symbol: symbol ?? text.ui.none,
    amount: QUIET.has(activity.kind) ? undefined : activity.amount,
    balance: formatAmount(balance),
    note: note ?? figuresIn(activity).join(' · '),
  }
}

const QUIET = new Set<Activity['kind']>(['split', 'margin_call', 'margin_restored', 'liquidation'])
