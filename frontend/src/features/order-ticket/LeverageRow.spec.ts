import { http, HttpResponse } from 'msw/http'
import { expect, it, vi } from 'vitest'
import type { LeveragePreview } from '@generated/models'
import { server } from '@/mocks/node'
import { render } from '@/mocks/render'
import { account, symbol } from '@/mocks/samples'
import LeverageRow from './LeverageRow.vue'

const leverage = (value: string, rate: string) => ({
  symbol: 'AAPL',
  leverage: value,
  minLeverage: '1',
  maxLeverage: '5',
  leverageStep: '0.1',
  initialMarginRate: rate,
  maintenanceMarginRate: '0.1',
})
const margin = (initialMargin: string) => ({
  initialMargin,
  maintenanceMargin: '0',
  orderMargin: '0',
  availableFunds: '0',
  buyingPower: '0',
})
const preview = (missing?: string): LeveragePreview => ({
  before: leverage('5', '0.2'),
  after: leverage('2', '0.5'),
  marginBefore: margin('1000'),
  marginAfter: margin('2500'),
  ...(missing && { missing }),
  asOf: { epoch: 'e', sequence: 1 },
})
const button = () => {
  const found = document.querySelector<HTMLButtonElement>('[role="dialog"] [type="submit"]')
  if (!found) throw new Error('There is no button.')
  return found
}

async function open(found: LeveragePreview) {
  const sent: string[] = []
  const path = '*/api/v1/accounts/:accountId/leverage/:symbol'
  server.use(
    http.post(`${path}/preview`, () => {
      sent.push('preview')
      return HttpResponse.json(found)
    }),
    http.put(path, () => {
      sent.push('set')
      return HttpResponse.json({ leverage: found.after, asOf: found.asOf })
    }),
  )
  const row = render(LeverageRow, { account: account(), symbol: symbol() })
  await vi.waitFor(() => row.get('button').trigger('click'))
  const field = await vi.waitFor(() => {
    const input = document.querySelector<HTMLInputElement>('[role="dialog"] input')
    if (!input) throw new Error('There is no field.')
    return input
  })
  field.value = '2'
  field.dispatchEvent(new Event('input'))
  button().click()
  await vi.waitFor(() => {
    expect(document.body.textContent).toContain('2,500.00')
  })
  return sent
}

it('previews another leverage before it sets it', async () => {
  const sent = await open(preview())
  expect(button().textContent).toContain('Set 2×')
  expect(sent).toEqual(['preview'])
  button().click()
  await vi.waitFor(() => {
    expect(sent).toEqual(['preview', 'set'])
  })
})

it('does not offer what the account cannot carry', async () => {
  await open(preview('785.40'))
  expect(document.body.textContent).toContain('785.40 is missing')
  expect(button().disabled).toBe(true)
})
