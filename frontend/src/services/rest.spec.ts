import { http, HttpResponse } from 'msw/http'
import { describe, expect, it, vi } from 'vitest'
import { problem } from '@/mocks/broker'
import { refused } from '@/mocks/commands'
import { server } from '@/mocks/node'
import { getSession, listAccounts, onSignedOut, reasonOf, RequestFailed } from '.'

const failure = async (call: Promise<unknown>): Promise<RequestFailed> => {
  const error: unknown = await call.catch((thrown: unknown) => thrown)
  if (!(error instanceof RequestFailed)) throw new Error('The request did not fail.')
  return error
}

describe('a request', () => {
  it('that is refused carries the Problem', async () => {
    const error = {
      field: '/limitPrice',
      rule: 'tick_size',
      message: 'Off the tick.',
      nearest: '1.01',
    }
    const body = {
      ...problem(422, 'price_off_tick', 'Off the tick'),
      errors: [error],
      detail: 'Use 1.01.',
    }
    server.use(http.get('*/api/v1/accounts', () => refused(body)))
    const failed = await failure(listAccounts())
    expect(failed.code).toBe('price_off_tick')
    expect(failed.field('limitPrice')?.nearest).toBe('1.01')
    expect(failed.ambiguous).toBe(false)
    expect(reasonOf(failed)).toBe('Use 1.01.')
  })

  it('without an answer is ambiguous', async () => {
    server.use(http.get('*/api/v1/accounts', () => HttpResponse.error()))
    const failed = await failure(listAccounts())
    expect(failed.ambiguous).toBe(true)
    expect(reasonOf(failed)).toBe('The server cannot be reached.')
  })

  it('answered by something else than our server says so', async () => {
    server.use(http.get('*/api/v1/accounts', () => new HttpResponse('<html>', { status: 502 })))
    expect(reasonOf(await failure(listAccounts()))).toBe('The server answered 502.')
  })

  it('of nobody tells that nobody is signed in', async () => {
    server.use(
      http.get('*/api/v1/auth/session', () =>
        refused(problem(401, 'unauthenticated', 'Not signed in')),
      ),
    )
    const listener = vi.fn()
    const stop = onSignedOut(listener)
    await failure(getSession())
    stop()
    expect(listener).toHaveBeenCalledOnce()
  })
})
