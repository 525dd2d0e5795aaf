import type { Activity } from '@generated/models'
import { figuresIn, titleOf, type Happening } from '@/features/account'
import { formatAmount, type Decimal } from '@/shared/money'
import { text } from '@/shared/text'

/** A line of the activity view: a change of the balance, or what happened without one. */
export interface Line {
  id: string
  time: number
  what: string
  symbol: string
  amount?: Decimal
  balance: string
  note: string
  /** What the broker did or warned of without being asked. */
  happening: boolean
}

/** Newest first. */
export function lines(activities: readonly Activity[], happenings: readonly Happening[]): Line[] {
  return [...happenings.map(ofHappening), ...activities.map(ofActivity)].sort(
    (a, b) => b.time - a.time,
  )
}

function ofActivity(activity: Activity): Line {
  return {
    id: activity.activityId,
    time: activity.time,
    what: text.activities.kinds[activity.kind],
    symbol: activity.symbol ?? text.ui.none,
    amount: activity.amount,
    balance: formatAmount(activity.balance),
    note: activity.note ?? '',
    happening: false,
  }
}

function ofHappening(happening: Happening): Line {
  const { event } = happening
  return {
    id: happening.id,
    time: happening.time,
    what: titleOf(happening),
    symbol: event.type === 'margin_call' ? text.ui.none : event.symbol,
    balance: text.ui.none,
    note: figuresIn(happening).join(' · '),
    happening: true,
  }
}
