import type {
  Account,
  AccountSnapshot,
  AccountEvent,
  AccountUpdate,
  Balance,
  Execution,
  ExecutionPage,
  MarginCall,
  Order,
  OrderPage,
  Position,
} from '@generated/models'

/** An account as of one ledger transaction. Immutable: each transaction gives a new one, whole or not at all. */
export interface LedgerState {
  readonly accountId: string
  readonly epoch: string
  readonly sequence: number
  readonly balance: Balance
  /** All orders known, by id; the open ones are complete, the ended ones are as far as they were read. */
  readonly orders: ReadonlyMap<string, Order>
  /** The open positions, by id. */
  readonly positions: ReadonlyMap<string, Position>
  /** Newest first, as far as they were read. */
  readonly executions: readonly Execution[]
  /** As long as the account is near its liquidation. */
  readonly marginCall?: MarginCall
  /** Name and state of the account, once they have changed. */
  readonly profile?: Readonly<Pick<Account, 'name' | 'archived'>>
}

/** Whether an order can still fill: it is on its way, waits for its entry, or works. */
export function isOpen({ status }: Pick<Order, 'status'>): boolean {
  return status === 'pending' || status === 'held' || status === 'working'
}

export type Applied =
  | { outcome: 'applied'; state: LedgerState }
  /** Seen already; nothing changes. */
  | { outcome: 'repeated'; state: LedgerState }
  /** A transaction is missing; only a fresh snapshot helps. */
  | { outcome: 'gap'; state: LedgerState }

/**
 * The state that a snapshot describes. What an earlier state of the same epoch knows of ended orders and of
 * executions stays; its open orders do not, since the snapshot has all that are still open.
 */
export function fromSnapshot(
  snapshot: AccountSnapshot,
  epoch: string,
  sequence: number,
  earlier?: LedgerState,
): LedgerState {
  const kept = earlier?.epoch === epoch ? earlier : undefined
  const ended = [...(kept?.orders.values() ?? [])].filter((order) => !isOpen(order))
  return {
    accountId: snapshot.accountId,
    epoch,
    sequence,
    balance: snapshot.balance,
    orders: new Map([...ended, ...snapshot.orders].map((order) => [order.orderId, order])),
    positions: new Map(snapshot.positions.map((each) => [each.positionId, each])),
    executions: kept?.executions ?? [],
    marginCall: snapshot.marginCall,
    profile: earlier?.profile,
  }
}

/** One transaction of the stream. */
export function apply(state: LedgerState, sequence: number, update: AccountUpdate): Applied {
  const reset = update.events.some((event) => event.type === 'reset')
  if (!reset && sequence <= state.sequence) return { outcome: 'repeated', state }
  if (!reset && sequence !== state.sequence + 1) return { outcome: 'gap', state }
  const after = update.events.reduce((now, event) => applyEvent(now, event, update.time), state)
  return { outcome: 'applied', state: { ...after, sequence } }
}

function applyEvent(state: LedgerState, event: AccountEvent, time: number): LedgerState {
  switch (event.type) {
    case 'order':
      return { ...state, orders: withEntry(state.orders, event.order.orderId, event.order) }
    case 'execution':
      return { ...state, executions: [event.execution, ...state.executions] }
    case 'position':
      return { ...state, positions: withPosition(state.positions, event.position) }
    case 'balance':
      return { ...state, balance: event.balance }
    case 'reset':
      return { ...state, ...EMPTY, epoch: event.epoch, balance: event.balance }
    case 'margin_call': {
      const { active, equity, maintenanceMargin } = event
      return {
        ...state,
        marginCall: active ? { since: time, equity, maintenanceMargin } : undefined,
      }
    }
    case 'profile':
      return { ...state, profile: { name: event.name, archived: event.archived } }
    default:
      return state
  }
}

const EMPTY = {
  orders: new Map(),
  positions: new Map(),
  executions: [],
  marginCall: undefined,
} as const

function withPosition(
  positions: ReadonlyMap<string, Position>,
  position: Position,
): ReadonlyMap<string, Position> {
  if (position.status === 'open') return withEntry(positions, position.positionId, position)
  return new Map([...positions].filter(([id]) => id !== position.positionId))
}

function withEntry<V>(map: ReadonlyMap<string, V>, key: string, value: V): ReadonlyMap<string, V> {
  return new Map(map).set(key, value)
}

export interface History {
  orders: OrderPage
  executions: ExecutionPage
}

/**
 * Adds what was read over REST. Undefined while a page tells of a later transaction than the state: it must wait
 * until the stream has come so far, or a fill would be shown before its position.
 */
export function join(state: LedgerState, history: History): LedgerState | undefined {
  const { orders, executions } = history
  if (orders.asOf.epoch !== state.epoch || executions.asOf.epoch !== state.epoch) return state
  if (Math.max(orders.asOf.sequence, executions.asOf.sequence) > state.sequence) return undefined
  return {
    ...state,
    orders: joinOrders(state.orders, orders.orders),
    executions: joinExecutions(state.executions, executions.executions),
  }
}

function joinOrders(known: ReadonlyMap<string, Order>, read: readonly Order[]) {
  const joined = new Map(known)
  for (const order of read) {
    const mine = joined.get(order.orderId)
    if (!mine || mine.revision < order.revision) joined.set(order.orderId, order)
  }
  return joined
}

function joinExecutions(known: readonly Execution[], read: readonly Execution[]) {
  const ids = new Set(known.map((each) => each.executionId))
  const added = read.filter((each) => !ids.has(each.executionId))
  return [...known, ...added].sort((a, b) => b.sequence - a.sequence)
}
