import { http, HttpResponse } from 'msw/http'
import { describe, expect, it, vi } from 'vitest'
import { problem } from '@/mocks/broker'
import { refused } from '@/mocks/commands'
import { server } from '@/mocks/node'
import { render } from '@/mocks/render'
import { account } from '@/mocks/samples'
import AccountsDialog from './AccountsDialog.vue'

const dialog = () => {
  const found = document.querySelector('[role="dialog"]')
  if (!found) throw new Error('There is no dialog.')
  return found
}
const inDialog = (selector: string) => {
  const found = dialog().querySelector(selector)
  if (!found) throw new Error(`There is no ${selector}.`)
  return found
}
const press = (name: RegExp) => {
  const found = [...dialog().querySelectorAll('button')].find((each) =>
    name.test(each.getAttribute('aria-label') ?? each.textContent),
  )
  if (!found) throw new Error(`There is no button ${name.source}.`)
  found.click()
}

async function open() {
  const sent: unknown[] = []
  const take = async ({ request }: { request: Request }) => {
    sent.push(await request.json())
    return HttpResponse.json(account())
  }
  server.use(
    http.post('*/api/v1/accounts', take),
    http.patch('*/api/v1/accounts/:accountId', take),
    http.post('*/api/v1/accounts/:accountId/reset', take),
  )
  const wrapper = render(AccountsDialog, { open: false })
  await wrapper.setProps({ open: true })
  await vi.waitFor(() => {
    expect(dialog().textContent).toContain('Replay')
  })
  return sent
}

describe('the accounts of a user', () => {
  it('are renamed, reset and archived', async () => {
    const sent = await open()
    press(/^Rename Paper$/)
    const name = await vi.waitFor(() => inDialog('form input') as HTMLInputElement)
    name.value = 'Swing'
    name.dispatchEvent(new Event('input'))
    inDialog('form').dispatchEvent(new Event('submit'))
    await vi.waitFor(() => {
      expect(sent).toEqual([{ name: 'Swing' }])
    })
    press(/^Reset Replay$/)
    await vi.waitFor(() => {
      expect(dialog().textContent).toContain('This cannot be undone.')
    })
    inDialog('form').dispatchEvent(new Event('submit'))
    await vi.waitFor(() => {
      expect(sent.at(-1)).toEqual({ balance: '100000' })
    })
    server.use(
      http.patch('*/api/v1/accounts/:accountId', () =>
        refused({
          ...problem(409, 'account_not_flat', 'The account has open orders or positions'),
          detail: 'Close 1 position first.',
        }),
      ),
    )
    await vi.waitFor(() => {
      expect(dialog().querySelectorAll('button:disabled, form')).toHaveLength(0)
    })
    press(/^Archive Paper$/)
    await vi.waitFor(() => {
      expect(inDialog('[role="alert"]').textContent).toContain('Close 1 position')
    })
  })

  it('get another one, whose name is asked for', async () => {
    const sent = await open()
    press(/^New account$/)
    const form = await vi.waitFor(() => inDialog('form'))
    form.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => {
      expect(dialog().textContent).toContain('Enter a name.')
    })
    const name = inDialog('form input') as HTMLInputElement
    name.value = 'Breakouts'
    name.dispatchEvent(new Event('input'))
    form.dispatchEvent(new Event('submit'))
    await vi.waitFor(() => {
      expect(sent).toEqual([
        { name: 'Breakouts', type: 'margin', clock: 'live', currency: 'USD', balance: '100000' },
      ])
    })
  })
})
