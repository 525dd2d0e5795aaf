import type {
  Account,
  ActivityPage,
  ActivityType,
  CreateAccountRequest,
  Leverage,
  LeveragePreview,
  UpdateAccountRequest,
} from '@generated/models'
import { body, rest } from './rest'

const PAGE = 200

export async function listAccounts(includeArchived = false): Promise<readonly Account[]> {
  const params = { query: includeArchived ? { includeArchived } : {} }
  return (await body(rest.GET('/accounts', { params }))).accounts
}

export function createAccount(account: CreateAccountRequest, key: string): Promise<Account> {
  const params = { header: { 'Idempotency-Key': key } }
  return body(rest.POST('/accounts', { params, body: account }))
}

/** Renames, archives or restores it. */
export function updateAccount(accountId: string, changes: UpdateAccountRequest): Promise<Account> {
  const params = { path: { accountId } }
  return body(rest.PATCH('/accounts/{accountId}', { params, body: changes }))
}

/** Forgets orders and positions and begins anew, with `balance` or with what it began with. */
export function resetAccount(
  accountId: string,
  balance: string | undefined,
  key: string,
): Promise<Account> {
  const params = { path: { accountId }, header: { 'Idempotency-Key': key } }
  return body(rest.POST('/accounts/{accountId}/reset', { params, body: { balance } }))
}

/** Every change of the balance and what the broker did without being asked, or some kinds of it, newest first. */
export function listActivities(
  accountId: string,
  kinds?: readonly ActivityType[],
): Promise<ActivityPage> {
  const params = { path: { accountId }, query: { kind: kinds && [...kinds], limit: PAGE } }
  return body(rest.GET('/accounts/{accountId}/activities', { params }))
}

export async function getLeverage(accountId: string, symbol: string): Promise<Leverage> {
  const params = { path: { accountId, symbol } }
  return (await body(rest.GET('/accounts/{accountId}/leverage/{symbol}', { params }))).leverage
}

export async function setLeverage(
  accountId: string,
  symbol: string,
  leverage: string,
): Promise<Leverage> {
  const params = { path: { accountId, symbol } }
  const call = rest.PUT('/accounts/{accountId}/leverage/{symbol}', { params, body: { leverage } })
  return (await body(call)).leverage
}

export function previewLeverage(
  accountId: string,
  symbol: string,
  leverage: string,
): Promise<LeveragePreview> {
  const params = { path: { accountId, symbol } }
  return body(
    rest.POST('/accounts/{accountId}/leverage/{symbol}/preview', { params, body: { leverage } }),
  )
}
