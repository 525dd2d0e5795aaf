import type { FieldError, Problem } from '@generated/models'
import { reasonOf, RequestFailed } from '@/services'
import type { Decimal } from '@/shared/money'

/** A field of the requests that place or change orders, as a Problem points to it. */
export type FieldPath =
  | 'quantity'
  | 'limitPrice'
  | 'stopPrice'
  | 'trailingOffset'
  | 'timeInForce'
  | 'expiresAt'
  | 'reduceOnly'
  | 'postOnly'
  | 'ocoGroupId'
  | 'takeProfit/limitPrice'
  | 'stopLoss/stopPrice'
  | 'stopLoss/limitPrice'
  | 'stopLoss/trailingOffset'

export interface FieldRefusal {
  message: string
  /** The nearest value that would do. */
  nearest?: Decimal
}
export type Refusals = Partial<Record<FieldPath, FieldRefusal>>

export interface Refused {
  refusals: Refusals
  /** What belongs to no field that is shown. */
  failure?: string
}

/** What was refused, sorted to the fields that are shown. Of a single fault the Problem's detail says it best. */
export function refusedBy(error: unknown, shown: readonly FieldPath[]): Refused {
  if (!(error instanceof RequestFailed) || !error.problem)
    return { refusals: {}, failure: reasonOf(error) }
  return sortFaults(error.problem, shown)
}

export function sortFaults(
  problem: Pick<Problem, 'detail' | 'errors'> & { title?: string },
  shown: readonly FieldPath[],
): Refused {
  const { errors = [], detail } = problem
  const refusals: Refusals = {}
  const others: FieldError[] = []
  for (const each of errors) {
    const path = shown.find((field) => field === each.field.replace(/^\//, ''))
    if (path === undefined) others.push(each)
    else
      refusals[path] = {
        message: errors.length === 1 ? (detail ?? each.message) : each.message,
        nearest: each.nearest,
      }
  }
  if (others.length === 0 && errors.length > 0) return { refusals }
  return { refusals, failure: sentence(detail ?? problem.title ?? '', others) }
}

function sentence(detail: string, others: readonly FieldError[]): string {
  const added = others.map((each) => each.message).filter((each) => !detail.includes(each))
  return [detail, ...added].join(' ')
}
