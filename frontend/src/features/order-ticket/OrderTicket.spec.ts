import { http, HttpResponse } from 'msw/http'
import type { PlaceOrderRequest } from '@generated/models'
import { describe, expect, it, vi } from 'vitest'
import { useAccounts } from '@/features/account'
import { useWorkspace } from '@/features/workspace'
import { problem } from '@/mocks/broker'
import { refused } from '@/mocks/commands'
import { server } from '@/mocks/node'
import { render } from '@/mocks/render'
import { notices } from '@/shared/composables/notices'
import { localZone, wallTime } from '@/shared/time'
import OrderTicket from './OrderTicket.vue'

async function open() {
  const ticket = render(OrderTicket)
  await useAccounts().load()
  await vi.waitFor(() => {
    expect(ticket.get('[data-testid="ask"]').text()).toMatch(/\d/)
  })
  const button = (label: RegExp) => {
    const found = ticket.findAll('button').find((each) => label.test(each.text()))
    if (!found) throw new Error(`There is no button ${label.source}.`)
    return found
  }
  const field = (label: string) => {
    const id = ticket
      .findAll('label')
      .find((each) => each.text() === label)
      ?.attributes('for')
    return ticket.get<HTMLInputElement>(`[id="${id}"]`)
  }
  return { ticket, button, field, submit: () => ticket.get('form').trigger('submit') }
}

describe('the order ticket', () => {
  it('places a market order, and the account has the position', async () => {
    const { field, submit } = await open()
    await field('Quantity').setValue('25')
    await submit()
    await vi.waitFor(() => {
      expect(useAccounts().positions.map((each) => [each.symbol, each.quantity])).toContainEqual([
        'AAPL',
        '25',
      ])
    })
    expect(notices.value.at(-1)?.title).toMatch(/^Buy 25 AAPL filled at/)
  })

  it('sells when the bid is chosen', async () => {
    const { ticket, button } = await open()
    await button(/^Sell/).trigger('click')
    expect(ticket.get('[data-testid="submit-order"]').text()).toContain('Sell 10 AAPL')
  })

  it('shows a refusal at its field, and takes the nearest price', async () => {
    const { ticket, button, field, submit } = await open()
    await button(/^Limit$/).trigger('click')
    await field('Limit price').setValue('100.005')
    await submit()
    await vi.waitFor(() => {
      expect(field('Limit price').attributes('aria-invalid')).toBe('true')
    })
    expect(ticket.get('[role="alert"]').text()).toContain('multiple of 0.01')
    await button(/^Use 100.01$/).trigger('click')
    expect(field('Limit price').element.value).toBe('100.01')
    expect(ticket.find('[role="alert"]').exists()).toBe(false)
  })

  it('places a bracket with its entry, and shows what each leg would bring', async () => {
    const { ticket, button, field, submit } = await open()
    await button(/^Limit$/).trigger('click')
    await field('Limit price').setValue('100')
    await field('Take profit').setValue(true)
    await field('Stop loss').setValue(true)
    expect(field('Take profit price').element.value).toBe('101.00')
    expect(ticket.get('[data-testid="take-profit-distance"]').text()).toBe(
      '100 ticks · 1.00 % · Profit 10.00 USD',
    )
    expect(ticket.get('[data-testid="stop-loss-distance"]').text()).toContain('Loss 10.00 USD')
    expect(ticket.text()).toContain('Reward is 1 times the risk')
    await submit()
    await vi.waitFor(() => {
      const orders = useAccounts().openOrders
      expect(orders.map((each) => each.bracketLeg ?? each.type).sort()).toEqual([
        'limit',
        'stop_loss',
        'take_profit',
      ])
    })
  })

  it('shows a refusal beside the leg that it is about, and the rest below', async () => {
    const { ticket, button, field, submit } = await open()
    server.use(
      http.post('*/api/v1/accounts/:accountId/orders', () =>
        refused({
          ...problem(422, 'bracket_wrong_side', 'A bracket leg lies on the wrong side'),
          detail: 'Two faults.',
          errors: [
            {
              field: '/stopLoss/stopPrice',
              rule: 'bracket_side',
              message: 'Below 187.42.',
              nearest: '187.41',
            },
            { field: '/symbol', rule: 'price', message: 'Another fault.' },
          ],
        }),
      ),
    )
    await field('Stop loss').setValue(true)
    await submit()
    await vi.waitFor(() => {
      expect(ticket.get('[data-testid="refusal"]').text()).toBe('Two faults. Another fault.')
    })
    expect(field('Stop loss price').attributes('aria-invalid')).toBe('true')
    expect(ticket.text()).toContain('Below 187.42.')
    await button(/^Use 187.41$/).trigger('click')
    expect(field('Stop loss price').element.value).toBe('187.41')
  })

  it('takes an end for a gtd order, and moves it to the nearest that would do', async () => {
    const { button, field, submit } = await open()
    await button(/^GTD$/).trigger('click')
    expect(field('Ends at').element.value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/)
    const nearest = Date.UTC(2026, 10, 30, 16, 30, 0, 1)
    server.use(
      http.post('*/api/v1/accounts/:accountId/orders', () =>
        refused({
          ...problem(422, 'expiry_invalid', 'The expiry does not fit'),
          detail: 'expiresAt has passed.',
          errors: [
            { field: '/expiresAt', rule: 'future', message: 'Later.', nearest: String(nearest) },
          ],
        }),
      ),
    )
    await submit()
    await vi.waitFor(() => {
      button(/^Use 2026-/)
    })
    await button(/^Use 2026-/).trigger('click')
    expect(field('Ends at').element.value).toBe(wallTime(nearest + 59_999, localZone()))
  })

  it('previews an order, and places just that one', async () => {
    const { ticket, button, field } = await open()
    await field('Quantity').setValue('7')
    await button(/^Preview$/).trigger('click')
    await vi.waitFor(() => {
      expect(ticket.get('[data-testid="preview"]').text()).toContain('The price moves quickly.')
    })
    expect(ticket.get('[data-testid="preview"]').text()).toMatch(/Commission1\.50/)
    const sent: PlaceOrderRequest[] = []
    server.use(
      http.post('*/api/v1/accounts/:accountId/orders', async ({ request }) => {
        sent.push((await request.json()) as PlaceOrderRequest)
        return HttpResponse.error()
      }),
    )
    expect(ticket.get('[data-testid="submit-order"]').text()).toContain('Confirm: Buy 7 AAPL')
    await ticket.get('form').trigger('submit')
    await vi.waitFor(() => {
      expect(sent.map((each) => [each.quantity, each.confirmId])).toEqual([['7', 'c1']])
    })
  })

  it('shows what a preview found wrong as a refusal', async () => {
    const { ticket, button, field } = await open()
    await button(/^Limit$/).trigger('click')
    await field('Limit price').setValue('100.005')
    await button(/^Preview$/).trigger('click')
    await vi.waitFor(() => {
      expect(field('Limit price').attributes('aria-invalid')).toBe('true')
    })
    expect(ticket.find('[data-testid="preview"]').exists()).toBe(false)
    await button(/^Use 100.01$/).trigger('click')
    expect(field('Limit price').element.value).toBe('100.01')
  })

  it('says what a rule of the whole order refused', async () => {
    const { ticket, field, submit } = await open()
    await field('Quantity').setValue('20000')
    await submit()
    await vi.waitFor(() => {
      expect(ticket.get('[role="alert"]').text()).toContain('12,345.00')
    })
  })

  it('asks for a quantity before it sends anything', async () => {
    const { ticket, field, submit } = await open()
    await field('Quantity').setValue('0')
    await submit()
    expect(ticket.get('[role="alert"]').text()).toBe('Enter a quantity above zero.')
  })

  it('sends the same order again under the same key when there was no answer', async () => {
    const { button, submit } = await open()
    const keys: (string | undefined)[] = []
    server.use(
      http.post('*/api/v1/accounts/:accountId/orders', async ({ request }) => {
        keys.push(((await request.json()) as PlaceOrderRequest).clientOrderId)
        return HttpResponse.error()
      }),
    )
    await submit()
    await vi.waitFor(() => {
      button(/^Send again$/)
    })
    await button(/^Send again$/).trigger('click')
    await vi.waitFor(() => {
      expect(keys).toHaveLength(2)
    })
    expect(keys[0]).toBe(keys[1])
  })

  it('trades recorded symbols in the replay account, and says so', async () => {
    const { ticket } = await open()
    expect(useAccounts().current?.name).toBe('Paper')
    useWorkspace().symbol = 'REC:AAPL'
    await vi.waitFor(() => {
      expect(ticket.find('[data-testid="replay-note"]').exists()).toBe(true)
    })
    expect(ticket.get('[data-testid="ticket-account"]').text()).toBe('Replay')
    expect(useAccounts().current?.name).toBe('Replay')
    expect(ticket.text()).toContain('Recorded')
  })
})
