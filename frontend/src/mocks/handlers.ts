import { http, HttpResponse } from 'msw/http'
import type { PlaceOrderRequest, Resolution } from '@generated/models'
import { MockBroker, problem } from './broker'
import { commands, refused } from './commands'
import { bars, symbols, quoteAt } from './market'
import { MockStream } from './stream'

const API = '*/api/v1'

/** A whole server for tests and for work on the screens without one. A fresh one forgets everything. */
export function createServer() {
  const stream = new MockStream((accountId) => brokers[accountId])
  const broker = (accountId: string) =>
    new MockBroker(accountId, (sequence, update) => {
      stream.account(accountId, sequence, update)
    })
  const brokers: Record<string, MockBroker> = { paper: broker('paper'), replay: broker('replay') }
  return {
    handlers: [...market(), ...trading(brokers), ...commands(brokers), stream.handler()],
    brokers,
    stream,
  }
}

function market() {
  return [
    http.get(`${API}/auth/session`, () =>
      HttpResponse.json({
        userId: 'u1',
        userName: 'local',
        authentication: 'local',
        permissions: ['read', 'trade'],
      }),
    ),
    http.get(`${API}/health`, () =>
      HttpResponse.json({
        status: 'ok',
        version: '0.1.0',
        apiVersion: '1.0.0',
        time: Date.now(),
        uptime: 1000,
        feeds: [
          {
            name: 'simulated',
            dataKind: 'simulated',
            status: 'ok',
            dataAge: 200,
            heartbeatAge: 200,
          },
          { name: 'replay', dataKind: 'recorded', status: 'ok', dataAge: 900, heartbeatAge: 200 },
        ],
        ledger: { status: 'ok' },
        backplane: { status: 'ok' },
      }),
    ),
    http.get(`${API}/datafeed/symbols`, ({ request }) => {
      const query = new URL(request.url).searchParams.get('query')?.toUpperCase() ?? ''
      const found = symbols.filter((each) =>
        `${each.symbol} ${each.description.toUpperCase()}`.includes(query),
      )
      return HttpResponse.json({ symbols: found })
    }),
    http.get(`${API}/datafeed/symbols/:symbol`, ({ params }) => {
      const found = symbols.find((each) => each.symbol === params.symbol)
      return found
        ? HttpResponse.json(found)
        : refused(problem(404, 'symbol_not_found', 'Symbol not found'))
    }),
    http.get(`${API}/datafeed/bars`, ({ request }) => {
      const query = new URL(request.url).searchParams
      const symbol = query.get('symbol') ?? ''
      const resolution = (query.get('resolution') ?? '1') as Resolution
      const to = Number(query.get('to') ?? Date.now())
      const page = bars(symbol, resolution, to, Number(query.get('countBack') ?? 500))
      return HttpResponse.json({
        symbol,
        resolution,
        adjustment: 'none',
        bars: page,
        noData: false,
      })
    }),
    http.get(`${API}/datafeed/quotes`, ({ request }) => {
      const ids = (new URL(request.url).searchParams.get('symbols') ?? '').split(',')
      return HttpResponse.json({ quotes: ids.map((id) => quoteAt(id, Date.now())) })
    }),
  ]
}

function trading(brokers: Record<string, MockBroker>) {
  const of = (accountId: unknown) =>
    brokers[String(accountId)] ?? new MockBroker(String(accountId), () => undefined)
  const answer = (result: object | undefined, conflict: string) =>
    result ? HttpResponse.json(result) : refused(problem(409, conflict, 'It has ended already'))
  return [
    http.get(`${API}/accounts`, () =>
      HttpResponse.json({
        accounts: [of('paper').account('Paper', 'live'), of('replay').account('Replay', 'replay')],
      }),
    ),
    http.get(`${API}/accounts/:accountId/orders`, ({ params }) => {
      const broker = of(params.accountId)
      return HttpResponse.json({ orders: [...broker.orders.values()], asOf: broker.asOf })
    }),
    http.get(`${API}/accounts/:accountId/executions`, ({ params }) => {
      const broker = of(params.accountId)
      return HttpResponse.json({ executions: broker.executions, asOf: broker.asOf })
    }),
    http.post(`${API}/accounts/:accountId/orders`, async ({ params, request }) => {
      const result = of(params.accountId).place((await request.json()) as PlaceOrderRequest)
      return 'status' in result ? refused(result) : HttpResponse.json(result, { status: 201 })
    }),
    http.post(`${API}/accounts/:accountId/orders/:orderId/cancel`, ({ params }) =>
      answer(of(params.accountId).cancel(String(params.orderId)), 'order_not_working'),
    ),
    http.post(`${API}/accounts/:accountId/positions/:positionId/close`, ({ params }) =>
      answer(of(params.accountId).close(String(params.positionId)), 'position_closed'),
    ),
  ]
}
