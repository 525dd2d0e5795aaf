import { expect, test, type Page, type WebSocketRoute } from '@playwright/test'
import { expectAccessible, keepScreenshot, Terminal } from './terminal'

interface Answer {
  type: string
  payload: { topic?: string; resumed?: boolean }
}

/** The stream of the page: what the server said, and what it could have said. */
async function tapped(page: Page) {
  const sockets: WebSocketRoute[] = []
  const answers = new Map<number, Answer[]>()
  await page.routeWebSocket('**/api/v1/ws', (socket) => {
    const number = sockets.push(socket)
    answers.set(number, [])
    socket.connectToServer().onMessage((text) => {
      const message = JSON.parse(String(text)) as Answer
      if (message.type.endsWith('.subscribe.response')) answers.get(number)?.push(message)
      socket.send(text)
    })
  })
  const all = () => [...answers.values()].flat()
  return {
    say: (message: object) => sockets.at(-1)?.send(JSON.stringify(message)),
    close: (code: number, reason: string) => sockets.at(-1)?.close({ code, reason }),
    /** Until the server has answered for each of these topics. */
    joined: async (...topics: string[]) => {
      await expect(() => {
        expect(all().map(({ payload }) => payload.topic)).toEqual(expect.arrayContaining(topics))
      }).toPass()
    },
    /** The families that were answered on a connection; the first is 1. */
    answers: (connection: number) =>
      (answers.get(connection) ?? []).map(({ type }) => type.split('.')[0] ?? '').sort(),
    get resumed() {
      return all().filter(({ payload }) => payload.resumed).length
    },
  }
}

const SIZES = [
  [1440, 900],
  [1024, 768],
] as const

async function accountsOf(page: Page): Promise<{ accountId: string; clock: string }[]> {
  const answer = await page.request.get('/api/v1/accounts')
  return ((await answer.json()) as { accounts: { accountId: string; clock: string }[] }).accounts
}

async function accountId(page: Page): Promise<string> {
  const accounts = await accountsOf(page)
  return accounts.find(({ clock }) => clock === 'live')?.accountId ?? ''
}

for (const theme of ['dark', 'light'] as const) {
  test.describe(`the ${theme} theme`, () => {
    test.use({ colorScheme: theme })

    test('shows what is stale, until its source is back', async ({ page }, testInfo) => {
      const wire = await tapped(page)
      const terminal = new Terminal(page)
      await terminal.open()
      const topics = ['quotes:AAPL', 'quotes:MSFT', `pnl:${await accountId(page)}`]
      const tell = (stale: boolean) => {
        for (const topic of topics) {
          const type = `${topic.split(':')[0] ?? ''}.status`
          wire.say({ type, topic, payload: { stale, feedAge: stale ? 6_200 : 0 } })
        }
      }
      await wire.joined(...topics)
      tell(true)
      await expect(page.locator('[data-state-of-connection="stale"]')).toBeVisible()
      await expect(page.locator('[data-watched="AAPL"] [data-stale]')).toBeVisible()
      await expect(page.locator('[data-watched="BTCUSD"] [data-stale]')).toHaveCount(0)
      await expect(terminal.ticket.getByTestId('stale-note')).toBeVisible()
      await expect(terminal.topBar.locator('[data-stale]')).toBeVisible()
      for (const [width, height] of SIZES) {
        await page.setViewportSize({ width, height })
        await keepScreenshot(page, testInfo, `stale-${theme}-${width}`)
      }
      await expectAccessible(page)
      await page.getByRole('button', { name: /connection and data/ }).click()
      await expect(page.getByText('Source silent for')).toBeVisible()
      await keepScreenshot(page, testInfo, `stale-details-${theme}`)
      await page.keyboard.press('Escape')

      tell(false)
      await expect(terminal.connection).toBeVisible()
      await expect(page.locator('[data-stale]')).toHaveCount(0)
    })

    test('says that the broker cannot be reached', async ({ page }, testInfo) => {
      const wire = await tapped(page)
      const terminal = new Terminal(page)
      await terminal.open()
      const account = await accountId(page)
      const tell = (state: string, seq: number, reason?: string) => {
        const payload = { accountId: account, broker: 'paper', state, since: Date.now(), reason }
        wire.say({ type: 'connection.update', topic: `connection:${account}`, seq, payload })
      }
      await wire.joined(`connection:${account}`)
      tell('disconnected', 1_000, 'The ledger takes no writes; orders are refused meanwhile.')
      await expect(page.locator('[data-state-of-connection="brokerLost"]')).toBeVisible()
      await expect(terminal.ticket.getByTestId('broker-lost')).toContainText('The ledger takes no')
      await expectAccessible(page)
      await page.getByRole('button', { name: /connection and data/ }).click()
      await keepScreenshot(page, testInfo, `broker-${theme}`)
      await page.keyboard.press('Escape')
      tell('connected', 1_001)
      await expect(terminal.connection).toBeVisible()
    })

    test('says so on a phone, too', async ({ page }, testInfo) => {
      await page.setViewportSize({ width: 390, height: 844 })
      const wire = await tapped(page)
      await new Terminal(page).open()
      const account = await accountId(page)
      const status = { stale: true, feedAge: 6_200 }
      const topics = ['quotes:AAPL', `pnl:${account}`]
      await wire.joined(...topics)
      for (const topic of topics)
        wire.say({ type: `${topic.split(':')[0] ?? ''}.status`, topic, payload: status })
      await expect(page.locator('[data-state-of-connection="stale"]')).toBeVisible()
      await keepScreenshot(page, testInfo, `stale-phone-chart-${theme}`)
      await page.getByRole('tab', { name: 'Trade' }).click()
      await expect(page.getByTestId('stale-note')).toBeVisible()
      await keepScreenshot(page, testInfo, `stale-phone-trade-${theme}`)
      await page.getByRole('tab', { name: 'Portfolio' }).click()
      await expect(page.locator('[data-stale]').first()).toBeVisible()
      await keepScreenshot(page, testInfo, `stale-phone-portfolio-${theme}`)
      await expectAccessible(page)
    })

    test('says why the server ended the connection for good', async ({ page }, testInfo) => {
      const wire = await tapped(page)
      await new Terminal(page).open()
      await wire.close(4104, 'rate_exceeded')
      const banner = page.getByRole('alert').filter({ hasText: 'asked for too much' })
      await expect(banner).toBeVisible()
      await expectAccessible(page)
      await keepScreenshot(page, testInfo, `ended-${theme}`)
      await banner.getByRole('button', { name: 'Reload' }).click()
      await expect(page.locator('[data-state-of-connection="connected"]')).toBeVisible()
    })
  })
}

test('the chart and the account go on after a cut without being read anew', async ({ page }) => {
  const wire = await tapped(page)
  const terminal = new Terminal(page)
  const read: string[] = []
  page.on('request', (request) => {
    if (/\/(bars|orders|executions)\b/.test(request.url())) read.push(request.url())
  })
  await terminal.open()
  const accounts = await accountsOf(page)
  await wire.joined(...accounts.map((each) => `account:${each.accountId}`))
  await expect(() => {
    expect(read.filter((url) => url.includes('/executions'))).toHaveLength(accounts.length)
    expect(read.some((url) => url.includes('/bars'))).toBe(true)
  }).toPass()
  await page.waitForLoadState('networkidle')
  read.length = 0
  await wire.close(4002, 'shutting_down')
  await expect(terminal.connection).toBeHidden()
  await expect(terminal.connection).toBeVisible({ timeout: 20_000 })
  await expect(() => {
    expect(wire.answers(2)).toEqual(wire.answers(1))
  }).toPass()
  expect(wire.resumed).toBe(wire.answers(2).length)
  expect(read).toEqual([])
})
