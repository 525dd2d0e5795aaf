import type {
  Account,
  ExecutionPage,
  OrderPage,
  OrderResult,
  PlaceOrderRequest,
} from '@generated/models'
import { body, rest } from './rest'

const PAGE = 200

export async function listAccounts(): Promise<readonly Account[]> {
  return (await body(rest.GET('/accounts'))).accounts
}

/** `order.clientOrderId` is the key of the intent: send the same one when asking again. */
export function placeOrder(accountId: string, order: PlaceOrderRequest): Promise<OrderResult> {
  const params = { path: { accountId } }
  return body(rest.POST('/accounts/{accountId}/orders', { params, body: order }))
}

export function listOrders(accountId: string, cursor?: string): Promise<OrderPage> {
  const params = { path: { accountId }, query: { cursor, limit: PAGE } }
  return body(rest.GET('/accounts/{accountId}/orders', { params }))
}

export function cancelOrder(accountId: string, orderId: string, key: string): Promise<OrderResult> {
  const params = { path: { accountId, orderId }, header: { 'Idempotency-Key': key } }
  return body(rest.POST('/accounts/{accountId}/orders/{orderId}/cancel', { params }))
}

/** Closes all of the position. */
export function closePosition(
  accountId: string,
  positionId: string,
  key: string,
): Promise<OrderResult> {
  const params = { path: { accountId, positionId }, header: { 'Idempotency-Key': key } }
  return body(rest.POST('/accounts/{accountId}/positions/{positionId}/close', { params, body: {} }))
}

export function listExecutions(accountId: string, cursor?: string): Promise<ExecutionPage> {
  const params = { path: { accountId }, query: { cursor, limit: PAGE } }
  return body(rest.GET('/accounts/{accountId}/executions', { params }))
}
