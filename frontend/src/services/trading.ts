import type {
  CanceledOrders,
  CancelOrdersRequest,
  ExecutionPage,
  ModifyOrderRequest,
  OrderExplanation,
  OrderPage,
  OrderPreview,
  OrderResult,
  PlaceOrderRequest,
  PositionBrackets,
  PositionBracketsRequest,
} from '@generated/models'
import { body, rest } from './rest'

const PAGE = 200

/** `order.clientOrderId` is the key of the intent: send the same one when asking again. */
export function placeOrder(accountId: string, order: PlaceOrderRequest): Promise<OrderResult> {
  const params = { path: { accountId } }
  return body(rest.POST('/accounts/{accountId}/orders', { params, body: order }))
}

/** What the order would cost and change; nothing is booked. */
export function previewOrder(accountId: string, order: PlaceOrderRequest): Promise<OrderPreview> {
  const params = { path: { accountId } }
  return body(rest.POST('/accounts/{accountId}/orders/preview', { params, body: order }))
}

export function modifyOrder(
  accountId: string,
  orderId: string,
  changes: ModifyOrderRequest,
): Promise<OrderResult> {
  const params = { path: { accountId, orderId } }
  return body(rest.PATCH('/accounts/{accountId}/orders/{orderId}', { params, body: changes }))
}

/** Why the order filled as it did, or what it waits for. */
export function explainOrder(accountId: string, orderId: string): Promise<OrderExplanation> {
  const params = { path: { accountId, orderId } }
  return body(rest.GET('/accounts/{accountId}/orders/{orderId}/explain', { params }))
}

export function cancelOrders(
  accountId: string,
  which: CancelOrdersRequest,
  key: string,
): Promise<CanceledOrders> {
  const params = { path: { accountId }, header: { 'Idempotency-Key': key } }
  return body(rest.POST('/accounts/{accountId}/orders/cancel', { params, body: which }))
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

/** Closes the position and opens as large a one on the other side. */
export function reversePosition(
  accountId: string,
  positionId: string,
  key: string,
): Promise<OrderResult> {
  const params = { path: { accountId, positionId }, header: { 'Idempotency-Key': key } }
  return body(rest.POST('/accounts/{accountId}/positions/{positionId}/reverse', { params }))
}

/** Replaces all legs of the position by these. */
export function setPositionBrackets(
  accountId: string,
  positionId: string,
  brackets: PositionBracketsRequest,
): Promise<PositionBrackets> {
  const params = { path: { accountId, positionId } }
  const call = rest.PUT('/accounts/{accountId}/positions/{positionId}/brackets', {
    params,
    body: brackets,
  })
  return body(call)
}

export function listExecutions(accountId: string, cursor?: string): Promise<ExecutionPage> {
  const params = { path: { accountId }, query: { cursor, limit: PAGE } }
  return body(rest.GET('/accounts/{accountId}/executions', { params }))
}
