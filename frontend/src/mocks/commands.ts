import { http, HttpResponse } from 'msw/http'
import type {
  ModifyOrderRequest,
  Order,
  OrderExplanation,
  OrderPreview,
  PlaceOrderRequest,
  Problem,
} from '@generated/models'
import { multiply } from '@/shared/money'
import { type MockBroker, problem, refuse } from './broker'
import { quoteAt } from './market'

const ACCOUNT = '*/api/v1/accounts/:accountId'

/** What previews, explains and changes orders and positions, as far as the screens need it. */
export function commands(brokers: Record<string, MockBroker>) {
  const of = (accountId: unknown) => brokers[String(accountId)]
  return [
    http.post(`${ACCOUNT}/orders/preview`, async ({ params, request }) => {
      const wanted = (await request.json()) as PlaceOrderRequest
      return HttpResponse.json(preview(wanted, of(params.accountId)))
    }),
    http.get(`${ACCOUNT}/leverage/:symbol`, ({ params }) =>
      HttpResponse.json({
        leverage: {
          symbol: params.symbol,
          leverage: '5',
          minLeverage: '1',
          maxLeverage: '5',
          leverageStep: '0.1',
          initialMarginRate: '0.2',
          maintenanceMarginRate: '0.1',
        },
        asOf: of(params.accountId)?.asOf,
      }),
    ),
    http.get(`${ACCOUNT}/activities`, ({ params, request }) => {
      const kinds = new URL(request.url).searchParams.get('kind')?.split(',')
      const broker = of(params.accountId)
      const activities = broker?.activities.filter((each) => kinds?.includes(each.kind) ?? true)
      return HttpResponse.json({ activities: activities ?? [], asOf: broker?.asOf })
    }),
    http.post(`${ACCOUNT}/orders/cancel`, ({ params }) => {
      const broker = of(params.accountId)
      const orders = [...(broker?.orders.keys() ?? [])].flatMap((id) => broker?.cancel(id) ?? [])
      return HttpResponse.json({ orders: orders.map((each) => each.order), asOf: broker?.asOf })
    }),
    http.patch(`${ACCOUNT}/orders/:orderId`, async ({ params, request }) => {
      const changes = (await request.json()) as ModifyOrderRequest
      const result = of(params.accountId)?.modify(String(params.orderId), changes)
      return result ? HttpResponse.json(result) : ended('order_not_working')
    }),
    http.get(`${ACCOUNT}/orders/:orderId/explain`, ({ params }) => {
      const broker = of(params.accountId)
      const found = broker?.orders.get(String(params.orderId))
      return broker && found
        ? HttpResponse.json(explain(found, broker))
        : refused(problem(404, 'order_not_found', 'Order not found'))
    }),
    http.post(`${ACCOUNT}/positions/:positionId/reverse`, ({ params }) => {
      const result = of(params.accountId)?.reverse(String(params.positionId))
      return result ? HttpResponse.json(result) : ended('position_closed')
    }),
    http.put(`${ACCOUNT}/positions/:positionId/brackets`, ({ params }) => {
      const broker = of(params.accountId)
      const position = broker?.positions.get(String(params.positionId))
      return position
        ? HttpResponse.json({ position, legs: [], asOf: broker?.asOf })
        : ended('position_closed')
    }),
  ]
}

function preview(wanted: PlaceOrderRequest, broker: MockBroker | undefined): OrderPreview {
  const refusal = refuse(wanted)
  const price = quoteAt(wanted.symbol, Date.now()).ask
  const margin = multiply(multiply(price, wanted.quantity), '0.2')
  const none = { initialMargin: '0', maintenanceMargin: '0', orderMargin: '0' }
  return {
    symbol: wanted.symbol,
    side: wanted.side,
    quantity: wanted.quantity,
    price,
    value: multiply(price, wanted.quantity),
    currency: 'USD',
    commission: '1.5',
    before: { ...none, availableFunds: '100000' },
    after: { ...none, initialMargin: margin, availableFunds: '99000' },
    warnings: ['The price moves quickly.'],
    errors: refusal
      ? [{ code: refusal.code, detail: refusal.detail ?? '', errors: refusal.errors ?? [] }]
      : [],
    confirmId: refusal ? undefined : 'c1',
    validUntil: refusal ? undefined : Date.now() + 30_000,
    asOf: broker?.asOf ?? { epoch: 'mock', sequence: 1 },
  }
}

function explain(order: Order, broker: MockBroker): OrderExplanation {
  const { revision, status, quantity, filledQuantity, limitPrice, stopPrice } = order
  const version = { revision, status, quantity, filledQuantity, limitPrice, stopPrice }
  return {
    order,
    history: [{ ...version, time: order.createdAt, marketTime: order.createdAt }],
    executions: broker.executions.filter((each) => each.orderId === order.orderId),
    waitsFor:
      status === 'working'
        ? [
            {
              condition: 'limit',
              description: 'The ask must fall to the limit.',
              price: limitPrice,
            },
          ]
        : [],
    asOf: broker.asOf,
  }
}

const ended = (code: string) => refused(problem(409, code, 'It has ended already'))

export function refused(body: Problem): Response {
  return HttpResponse.json(body, {
    status: body.status,
    headers: { 'Content-Type': 'application/problem+json' },
  })
}
