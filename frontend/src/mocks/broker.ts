import type {
  AccountEvent,
  AccountFigures,
  AccountUpdate,
  Activity,
  Execution,
  ModifyOrderRequest,
  Order,
  OrderResult,
  PlaceOrderRequest,
  Position,
  Problem,
} from '@generated/models'
import { add, compare, multiply, nearestStep, subtract } from '@/shared/money'
import { quoteAt, symbols } from './market'
import { ordersOf } from './orders'
import { account, balance, execution, figures, order, position } from './samples'

/** A broker that books at once and forgets everything with the page: enough to drive the screens. */
export class MockBroker {
  readonly epoch = 'mock'
  sequence = 1
  orders = new Map<string, Order>()
  positions = new Map<string, Position>()
  executions: Execution[] = []
  /** Newest first. */
  activities: Activity[] = []
  private ids = 0

  constructor(
    readonly accountId: string,
    private readonly tell: (sequence: number, update: AccountUpdate) => void,
  ) {}

  get asOf() {
    return { epoch: this.epoch, sequence: this.sequence }
  }

  place(request: PlaceOrderRequest): OrderResult | Problem {
    const refusal = refuse(request)
    if (refusal) return refusal
    const [placed, ...legs] = ordersOf(request, this.accountId, () => `ord_${++this.ids}`)
    for (const leg of legs) this.orders.set(leg.orderId, leg)
    const held = legs.map((leg): AccountEvent => ({ type: 'order', order: leg }))
    return this.meets(placed) ? this.fill(placed, held) : this.book(placed, 'order_placed', held)
  }

  cancel(orderId: string): OrderResult | undefined {
    const found = this.orders.get(orderId)
    if (found?.status !== 'working' && found?.status !== 'held') return undefined
    return this.book({ ...found, status: 'canceled', revision: 2 }, 'order_canceled', [])
  }

  /** Takes new quantities, prices and times in force as they come. */
  modify(orderId: string, changes: ModifyOrderRequest): OrderResult | undefined {
    const found = this.orders.get(orderId)
    if (found?.status !== 'working' && found?.status !== 'held') return undefined
    const { quantity = found.quantity, limitPrice = found.limitPrice } = changes
    const { stopPrice = found.stopPrice, timeInForce = found.timeInForce } = changes
    const terms = { quantity, remainingQuantity: quantity, limitPrice, stopPrice, timeInForce }
    const revision = found.revision + 1
    return this.book({ ...found, ...terms, revision }, 'order_modified', [])
  }

  reverse(positionId: string): OrderResult | undefined {
    const found = this.positions.get(positionId)
    const closed = this.close(positionId)
    if (!found || !closed) return undefined
    const { symbol, quantity } = found
    const result = this.place({ type: 'market', symbol, side: closed.order.side, quantity })
    return 'status' in result ? undefined : result
  }

  close(positionId: string): OrderResult | undefined {
    const found = this.positions.get(positionId)
    if (!found) return undefined
    const side = found.side === 'long' ? 'sell' : 'buy'
    const placed = order({
      type: 'market',
      limitPrice: undefined,
      side,
      symbol: found.symbol,
      quantity: found.quantity,
    })
    return this.fill({
      ...placed,
      orderId: `ord_${++this.ids}`,
      accountId: this.accountId,
      createdAt: Date.now(),
    })
  }

  /** Books what no order led to, and tells of it. */
  happen(what: Pick<Activity, 'kind'> & Partial<Activity>, also: AccountEvent[] = []): void {
    this.sequence += 1
    const [time, transactionId] = [Date.now(), `tra_${this.sequence}`]
    const { accountId, sequence } = this
    const activityId = `act_${sequence}`
    const about = { activityId, balance: balance().balance, time, marketTime: time, sequence }
    const activity = { ...about, amount: '0', ...what }
    this.activities.unshift(activity)
    const events: AccountEvent[] = [
      ...also,
      { type: 'balance', balance: balance(), activities: [activity] },
    ]
    this.tell(this.sequence, {
      transactionId,
      accountId,
      time,
      marketTime: time,
      cause: 'liquidation',
      events,
    })
  }

  figures(): AccountFigures {
    const rows = [...this.positions.values()].map((each) => {
      const { bid, ask } = quoteAt(each.symbol, Date.now())
      const marketPrice = each.side === 'long' ? bid : ask
      const value = multiply(marketPrice, each.quantity)
      const gain =
        each.side === 'long' ? subtract(value, each.costBasis) : subtract(each.costBasis, value)
      return {
        positionId: each.positionId,
        symbol: each.symbol,
        marketPrice,
        marketValue: value,
        unrealizedPnl: gain,
        time: Date.now(),
      }
    })
    const gain = rows.reduce((sum, row) => add(sum, row.unrealizedPnl), '0')
    const margin = rows.reduce((sum, row) => add(sum, multiply(row.marketValue, '0.2')), '0')
    const equity = add(balance().balance, gain)
    return figures({
      equity,
      unrealizedPnl: gain,
      initialMargin: margin,
      availableFunds: subtract(equity, margin),
      positions: rows,
    })
  }

  account(name: string, clock: 'live' | 'replay') {
    return account({
      accountId: this.accountId,
      name,
      clock,
      figures: this.figures(),
      asOf: this.asOf,
    })
  }

  private meets({ type, side, symbol, limitPrice }: Order): boolean {
    const { bid, ask } = quoteAt(symbol, Date.now())
    if (type === 'market') return true
    if (type !== 'limit' || limitPrice === undefined) return false
    return side === 'buy' ? compare(limitPrice, ask) >= 0 : compare(limitPrice, bid) <= 0
  }

  private fill(placed: Order, others: AccountEvent[] = []): OrderResult {
    const { bid, ask } = quoteAt(placed.symbol, Date.now())
    const price = placed.side === 'buy' ? ask : bid
    const held = [...this.positions.values()].find((each) => each.symbol === placed.symbol)
    const closes = held !== undefined && (held.side === 'long') === (placed.side === 'sell')
    const next = position({
      ...(held ?? {
        positionId: `pos_${++this.ids}`,
        openedAt: Date.now(),
        quantity: '0',
        costBasis: '0',
      }),
      symbol: placed.symbol,
      accountId: this.accountId,
      side: held?.side ?? (placed.side === 'buy' ? 'long' : 'short'),
      averagePrice: held?.averagePrice ?? price,
    })
    next.quantity = closes ? '0' : add(next.quantity, placed.quantity)
    next.costBasis = closes ? '0' : add(next.costBasis, multiply(price, placed.quantity))
    next.status = closes ? 'closed' : 'open'
    const filled: Order = {
      ...placed,
      status: 'filled',
      filledQuantity: placed.quantity,
      remainingQuantity: '0',
      averagePrice: price,
      revision: 2,
    }
    const made = execution({
      executionId: `exe_${++this.ids}`,
      orderId: placed.orderId,
      accountId: this.accountId,
      symbol: placed.symbol,
      side: placed.side,
      quantity: placed.quantity,
      price,
      positionId: next.positionId,
      time: Date.now(),
      sequence: this.sequence + 1,
      positionEffect: closes ? 'close' : 'open',
      basis: { type: 'quote', time: Date.now(), bid, ask, last: ask },
    })
    return this.book(filled, 'order_filled', [
      { type: 'execution', execution: made },
      { type: 'position', position: next },
      { type: 'balance', balance: balance() },
      ...others,
    ])
  }

  private book(changed: Order, cause: AccountUpdate['cause'], events: AccountEvent[]): OrderResult {
    this.sequence += 1
    this.orders.set(changed.orderId, changed)
    const made: Execution[] = []
    for (const event of events) {
      if (event.type === 'execution') made.push(event.execution)
      if (event.type === 'position' && event.position.status === 'open')
        this.positions.set(event.position.positionId, event.position)
      if (event.type === 'position' && event.position.status === 'closed')
        this.positions.delete(event.position.positionId)
    }
    this.executions = [...made, ...this.executions]
    const time = Date.now()
    this.tell(this.sequence, {
      transactionId: `tra_${this.sequence}`,
      accountId: this.accountId,
      time,
      marketTime: time,
      cause,
      events: [{ type: 'order', order: changed }, ...events],
    })
    return { order: changed, executions: made, asOf: this.asOf }
  }
}

export function refuse(request: PlaceOrderRequest): Problem | undefined {
  const listed = symbols.find((each) => each.symbol === request.symbol)
  if (!listed) return problem(404, 'symbol_not_found', 'Symbol not found')
  if (request.type === 'limit') {
    const nearest = nearestStep(request.limitPrice, listed.tickSize)
    if (compare(nearest, request.limitPrice) !== 0) {
      const message = `The price must be a multiple of ${listed.tickSize}; ${nearest} is the nearest.`
      const error = {
        field: '/limitPrice',
        rule: 'tick_size',
        message,
        value: request.limitPrice,
        nearest,
      }
      return {
        ...problem(422, 'price_off_tick', 'The price is not a multiple of the tick size'),
        errors: [error],
      }
    }
  }
  if (compare(request.quantity, '10000') > 0) {
    return {
      ...problem(422, 'insufficient_margin', 'Not enough margin'),
      detail: 'The order needs 12,345.00 USD more than is available.',
    }
  }
  return undefined
}

export function problem(status: number, code: string, title: string): Problem {
  return { type: `https://trading-pro.example/problems/${code}`, title, status, code }
}
