import type { Execution } from '@generated/models'
import { text } from '@/shared/text'

/** The prices on which it filled: "bid 205.56 · ask 205.57". */
export function basisOf({ basis }: Execution, price: (price: string) => string): string {
  return basis.type === 'quote'
    ? text.executions.onQuote(price(basis.bid), price(basis.ask))
    : text.executions.onBar(price(basis.open), price(basis.high), price(basis.low))
}
