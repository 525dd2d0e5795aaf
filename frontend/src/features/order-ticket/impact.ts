import type { MarginFigures } from '@generated/models'
import { formatAmount } from '@/shared/money'
import { text } from '@/shared/text'

/** One figure as it is and as it would be, ready to be shown. */
export interface Impact {
  label: string
  before: string
  after: string
}

const WORDS = {
  initialMargin: text.account.initialMargin,
  maintenanceMargin: text.account.maintenanceMargin,
  orderMargin: text.account.orderMargin,
  availableFunds: text.account.available,
  buyingPower: text.account.buyingPower,
}
type Amount = keyof typeof WORDS & keyof MarginFigures

/** The rows of such amounts as both sides name. */
export function amounts<Key extends Amount>(
  keys: readonly Key[],
  before: Pick<MarginFigures, Key>,
  after: Pick<MarginFigures, Key>,
): Impact[] {
  return keys.map((key) => ({
    label: WORDS[key],
    before: formatAmount(before[key]),
    after: formatAmount(after[key]),
  }))
}
