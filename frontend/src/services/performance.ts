import type { AccountTradePage, Performance } from '@generated/models'
import { body, rest } from './rest'

const PAGE = 200

/** What trading brought since the account began, or began anew. */
export function getPerformance(accountId: string): Promise<Performance> {
  const params = { path: { accountId } }
  return body(rest.GET('/accounts/{accountId}/performance', { params }))
}

/** The positions that became flat, the last one first. */
export function listTrades(accountId: string, cursor?: string): Promise<AccountTradePage> {
  const params = { path: { accountId }, query: { cursor, limit: PAGE } }
  return body(rest.GET('/accounts/{accountId}/trades', { params }))
}
