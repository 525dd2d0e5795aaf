import type {
  AccountEvent,
  AccountUpdate,
  CorporateActionEvent,
  LiquidationEvent,
  MarginCall,
  MarginCallEvent,
} from '@generated/models'
import { add, type Decimal } from '@/shared/money'

/** What the broker did to an account, or warns it of, without being asked. */
export interface Happening {
  id: string
  accountId: string
  epoch: string
  /** When it was recorded. */
  time: number
  event: MarginCallEvent | LiquidationEvent | CorporateActionEvent
  /** What a dividend brought or cost, in the account's currency. */
  amount?: Decimal
  /** What is held of the symbol after a split. */
  held?: Decimal
  dismissed?: boolean
}

export function happened(update: AccountUpdate, epoch: string): Happening[] {
  const { accountId, transactionId, time, events } = update
  return events.flatMap((event, at): Happening[] => {
    const about = { accountId, epoch, time }
    switch (event.type) {
      case 'margin_call':
        return [{ ...about, id: event.active ? callId(accountId, time) : transactionId, event }]
      case 'liquidation':
        return [{ ...about, id: `${transactionId}:${at}`, event }]
      case 'corporate_action':
        return [{ ...about, id: `${transactionId}:${at}`, event, ...broughtBy(event, events) }]
      default:
        return []
    }
  })
}

/** The call that stood already when the account was opened. */
export function standing(accountId: string, epoch: string, call: MarginCall): Happening {
  const { since, equity, maintenanceMargin } = call
  const event = { type: 'margin_call', active: true, equity, maintenanceMargin } as const
  return { id: callId(accountId, since), accountId, epoch, time: since, event }
}

/** A newer happening takes the place of an older one of the same subject. */
export function subject({ accountId, event }: Happening): string {
  return event.type === 'corporate_action'
    ? `${accountId}:${event.type}:${event.symbol}`
    : `${accountId}:${event.type}`
}

export function isHappenings(value: unknown): value is Happening[] {
  return Array.isArray(value) && value.every(isHappening)
}

const callId = (accountId: string, since: number) => `${accountId}:margin_call:${since}`

function broughtBy({ symbol, action }: CorporateActionEvent, events: readonly AccountEvent[]) {
  if (action.type === 'dividend') {
    const paid = events.flatMap((each) => (each.type === 'balance' ? (each.activities ?? []) : []))
    const mine = paid.filter((each) => each.kind === 'dividend' && each.symbol === symbol)
    return { amount: mine.reduce((sum, each) => add(sum, each.amount), '0') }
  }
  const held = events.find((each) => each.type === 'position' && each.position.symbol === symbol)
  return held?.type === 'position' ? { held: held.position.quantity } : {}
}

const TYPES = ['margin_call', 'liquidation', 'corporate_action']

function isHappening(value: unknown): boolean {
  const { id, event } = (value ?? {}) as { id?: unknown; event?: { type?: unknown } }
  return typeof id === 'string' && TYPES.includes(String(event?.type))
}
