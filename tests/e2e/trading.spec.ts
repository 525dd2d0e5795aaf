import { expect, test } from '@playwright/test'
import { Terminal } from './terminal'

test('the chart draws and follows the prices', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.open()
  const chart = page.getByRole('group', { name: /Price chart of AAPL/ })
  const drawn = async () => (await chart.locator('canvas').first().screenshot()).length
  expect(await drawn()).toBeGreaterThan(2000)

  const last = page.locator('[data-watched="BTCUSD"]')
  const before = await last.innerText()
  await expect(last).not.toHaveText(before)
  await expect(page.getByRole('banner').getByText('Simulated')).toBeVisible()
})

test('a market order becomes a position, and closing it leaves none', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.open()
  await terminal.fill({ side: 'Buy', quantity: '7' })
  await terminal.submit()
  await terminal.tab('Positions')
  const row = terminal.rows('Positions').filter({ hasText: 'AAPL' })
  await expect(row).toContainText('Long')
  await expect(row).toContainText('7')

  await page.reload()
  await expect(row).toContainText('Long')

  await row.getByRole('button', { name: /^Close long 7/ }).click()
  await expect(row).toHaveCount(0)
  await terminal.tab('Executions')
  await expect(terminal.rows('Executions').filter({ hasText: 'AAPL' })).toHaveCount(2)
})

test('a limit order works until it is canceled, and stays over a reload', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.open()
  const limit = ((await terminal.bid()) * 0.5).toFixed(2)
  await terminal.fill({ side: 'Buy', quantity: '3', limitPrice: limit })
  await terminal.submit()
  await terminal.tab('Orders')
  const row = terminal.rows('Orders').filter({ hasText: limit })
  await expect(row).toContainText('Working')

  await page.reload()
  await expect(row).toContainText('Working')

  await row.getByRole('button', { name: /^Cancel buy 3/ }).click()
  await expect(row).toHaveCount(0)
  await page.getByText('All', { exact: true }).click()
  await expect(row).toContainText('Canceled')
})

test('a bracket is previewed, placed, edited and canceled with its entry', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.open()
  const limit = ((await terminal.bid()) * 0.5).toFixed(2)
  await terminal.fill({ side: 'Buy', quantity: '4', limitPrice: limit })
  await terminal.ticket.getByLabel('Take profit', { exact: true }).check()
  await terminal.ticket.getByLabel('Stop loss', { exact: true }).check()
  await expect(terminal.ticket.getByTestId('take-profit-distance')).toContainText('Profit')
  await terminal.ticket.getByTestId('preview-order').click()
  await expect(terminal.ticket.getByTestId('preview')).toContainText('Order margin')
  await terminal.submit()
  await terminal.tab('Orders')
  await expect(terminal.rows('Orders').filter({ hasText: 'Held' })).toHaveCount(2)

  await page.getByRole('button', { name: /^Edit buy 4/ }).click()
  const dialog = page.getByRole('dialog')
  await dialog.getByLabel('Quantity', { exact: true }).fill('6')
  await dialog.getByRole('button', { name: 'Save changes' }).click()
  await page.getByRole('button', { name: /^Working. Why\? Buy 6/ }).click()
  await expect(dialog).toContainText('What it waits for')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: /^Cancel buy 6/ }).click()
  await expect(terminal.rows('Orders')).toHaveCount(0)
})

test('a refusal stands at its field and names the nearest price', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.open()
  await terminal.fill({ side: 'Buy', quantity: '1', limitPrice: '100.005' })
  await terminal.submit()
  const price = terminal.ticket.getByLabel('Limit price', { exact: true })
  await expect(price).toHaveAttribute('aria-invalid', 'true')
  const nearest = terminal.ticket.getByRole('button', { name: /^Use 100\.0\d$/ })
  await nearest.click()
  await expect(price).toHaveValue(/^100\.0[01]$/)
  await expect(price).not.toHaveAttribute('aria-invalid', 'true')
})

test('more than the account can carry is refused with the amount that is missing', async ({
  page,
}) => {
  const terminal = new Terminal(page)
  await terminal.open()
  await terminal.fill({ side: 'Buy', quantity: '900000' })
  await terminal.submit()
  await expect(terminal.ticket.getByRole('alert')).toContainText(/\d/)
})

test('recorded data says so and trades in the replay account', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.open()
  await terminal.choose('REC:AAPL')
  await expect(terminal.topBar.getByText('Recorded')).toBeVisible()
  await expect(terminal.ticket.getByTestId('ticket-account')).toHaveText('Replay')
  await expect(terminal.ticket.getByTestId('replay-note')).toBeVisible()
  await expect(terminal.topBar.getByRole('button', { name: /^Replay/ })).toBeVisible()

  await page.reload()
  await expect(terminal.topBar.getByText('Recorded')).toBeVisible()
  await terminal.choose('AAPL')
  await expect(terminal.ticket.getByTestId('ticket-account')).toHaveText('Paper')
})

test('older bars come when one scrolls back', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.open()
  const older = page.waitForResponse((response) => /bars\?.*\bto=\d+/.test(response.url()))
  await page.mouse.move(300, 300)
  for (let step = 0; step < 12; step += 1) await page.mouse.wheel(0, 400)
  for (let step = 0; step < 4; step += 1) {
    await page.mouse.move(200, 300)
    await page.mouse.down()
    await page.mouse.move(1000, 300, { steps: 5 })
    await page.mouse.up()
  }
  expect((await older).status()).toBe(200)
})

test('prices return by themselves after the connection was cut', async ({ page }) => {
  const cuts: (() => Promise<void>)[] = []
  await page.routeWebSocket('**/api/v1/ws', (socket) => {
    socket.connectToServer()
    cuts.push(() => socket.close({ code: 4002, reason: 'shutting_down' }))
  })
  const terminal = new Terminal(page)
  await terminal.open()
  const reconnecting = page.locator('[data-state-of-connection="reconnecting"]')
  const seen = reconnecting.waitFor({ state: 'attached' })
  await cuts[0]?.()
  await seen
  await expect(terminal.connection).toBeVisible({ timeout: 20_000 })
  const price = page.locator('[data-watched="BTCUSD"]')
  const before = await price.innerText()
  await expect(price).not.toHaveText(before)
})
