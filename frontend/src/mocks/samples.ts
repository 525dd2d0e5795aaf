import type {
  Account,
  AccountFigures,
  Balance,
  Execution,
  Order,
  Position,
  Quote,
  Symbol,
} from '@generated/models'

/** One valid object of each kind, as the contract writes it; tests change what they are about. */
const TIME = Date.UTC(2026, 10, 23, 14, 30)

export function balance(changes: Partial<Balance> = {}): Balance {
  return { currency: 'USD', balance: '100000', realizedPnl: '0', commission: '0', ...changes }
}

export function order(changes: Partial<Order> = {}): Order {
  return {
    orderId: 'o1',
    accountId: 'paper',
    symbol: 'AAPL',
    side: 'buy',
    type: 'limit',
    quantity: '10',
    limitPrice: '187.20',
    timeInForce: 'gtc',
    reduceOnly: false,
    postOnly: false,
    status: 'working',
    filledQuantity: '0',
    remainingQuantity: '10',
    revision: 1,
    createdAt: TIME,
    createdMarketTime: TIME,
    updatedAt: TIME,
    updatedMarketTime: TIME,
    ...changes,
  }
}

export function position(changes: Partial<Position> = {}): Position {
  return {
    positionId: 'p1',
    accountId: 'paper',
    symbol: 'AAPL',
    side: 'long',
    status: 'open',
    quantity: '10',
    averagePrice: '187.42',
    costBasis: '1874.20',
    realizedPnl: '0',
    revision: 1,
    openedAt: TIME,
    openedMarketTime: TIME,
    updatedAt: TIME,
    updatedMarketTime: TIME,
    ...changes,
  }
}

export function execution(changes: Partial<Execution> = {}): Execution {
  return {
    executionId: 'x1',
    orderId: 'o1',
    accountId: 'paper',
    symbol: 'AAPL',
    side: 'buy',
    quantity: '10',
    price: '187.42',
    commission: '0',
    realizedPnl: '0',
    positionId: 'p1',
    positionEffect: 'open',
    model: 'quote',
    rule: 'A buy fills at the ask.',
    basis: { type: 'quote', time: TIME, bid: '187.41', ask: '187.42', last: '187.42' },
    time: TIME,
    marketTime: TIME,
    sequence: 2,
    ...changes,
  }
}

export function figures(changes: Partial<AccountFigures> = {}): AccountFigures {
  return {
    time: TIME,
    equity: '100000',
    marketValue: '0',
    unrealizedPnl: '0',
    initialMargin: '0',
    maintenanceMargin: '0',
    orderMargin: '0',
    availableFunds: '100000',
    excessLiquidity: '100000',
    buyingPower: '500000',
    positions: [],
    ...changes,
  }
}

export function account(changes: Partial<Account> = {}): Account {
  return {
    accountId: 'paper',
    name: 'Paper',
    type: 'margin',
    clock: 'live',
    paper: true,
    archived: false,
    balance: balance(),
    figures: figures(),
    createdAt: TIME,
    asOf: { epoch: 'e1', sequence: 1 },
    ...changes,
  }
}

export function symbol(changes: Partial<Symbol> = {}): Symbol {
  return {
    symbol: 'AAPL',
    ticker: 'AAPL',
    exchange: 'SIM',
    description: 'Apple Inc.',
    type: 'stock',
    currency: 'USD',
    tickSize: '0.01',
    quantityStep: '1',
    maxQuantity: '1000000',
    initialMarginRate: '0.2',
    maintenanceMarginRate: '0.1',
    calendar: '24/7',
    timeZone: 'UTC',
    session: '24x7',
    dataKind: 'simulated',
    source: 'Seeded simulation',
    venueSymbol: 'AAPL',
    clock: 'live',
    resolutions: ['1', '5', '15', '30', '60', '240', 'D', 'W', 'M'],
    marketOpen: true,
    ...changes,
  }
}

export function quote(changes: Partial<Quote> = {}): Quote {
  return {
    symbol: 'AAPL',
    time: TIME,
    bid: '187.41',
    ask: '187.42',
    last: '187.42',
    bidSize: '300',
    askSize: '200',
    lastSize: '100',
    open: '185.10',
    high: '188.02',
    low: '184.77',
    previousClose: '185.00',
    change: '2.42',
    changePercent: '1.31',
    volume: '12345678',
    dataKind: 'simulated',
    marketOpen: true,
    ...changes,
  }
}
