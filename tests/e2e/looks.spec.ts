import { expect, test } from '@playwright/test'
import { expectAccessible, keepScreenshot, Terminal } from './terminal'

const SIZES = [
  { name: '1440', width: 1440, height: 900 },
  { name: '1024', width: 1024, height: 768 },
] as const
const PHONE = { name: '390', width: 390, height: 844 } as const

for (const theme of ['dark', 'light'] as const) {
  test.describe(`the ${theme} theme`, () => {
    test.use({ colorScheme: theme })

    for (const { name, width, height } of SIZES) {
      test(`is clear and accessible at ${name} pixels`, async ({ page }, testInfo) => {
        await page.setViewportSize({ width, height })
        await new Terminal(page).open()
        await expectAccessible(page)
        await keepScreenshot(page, testInfo, `terminal-${theme}-${name}`)
      })
    }

    test('is accessible in its panels and dialogs', async ({ page }, testInfo) => {
      const terminal = new Terminal(page)
      await terminal.open()
      for (const tab of ['Orders', 'Account']) {
        await terminal.tab(tab)
        await expectAccessible(page, terminal.panel)
      }
      await keepScreenshot(page, testInfo, `account-${theme}`)
      await page.keyboard.press('Control+k')
      const dialog = page.getByRole('dialog')
      await expect(dialog.locator('[data-symbol="REC:AAPL"]')).toBeVisible()
      await expectAccessible(page, '[role="dialog"]')
      await keepScreenshot(page, testInfo, `search-${theme}`)
    })

    test('has a layout for phones', async ({ page }, testInfo) => {
      await page.setViewportSize({ width: 390, height: 844 })
      await page.goto('/')
      await expect(page.locator('[data-chart="ready"]')).toBeVisible()
      for (const part of ['Watchlist', 'Trade', 'Portfolio', 'Chart']) {
        await page.getByRole('tab', { name: part }).click()
        await expect(page.getByRole('tabpanel', { name: part })).toBeVisible()
        await keepScreenshot(page, testInfo, `phone-${part.toLowerCase()}-${theme}`)
        await expectAccessible(page)
        const overflow = await page.evaluate(
          () => document.documentElement.scrollWidth - window.innerWidth,
        )
        expect(overflow).toBeLessThanOrEqual(0)
      }
    })
  })
}

test('an order says why it waits, on a phone too', async ({ page }, testInfo) => {
  const terminal = new Terminal(page)
  await terminal.open()
  const bid = await terminal.bid()
  await terminal.fill({ side: 'Buy', quantity: '4', limitPrice: (bid * 0.9).toFixed(2) })
  await terminal.submit()
  await terminal.tab('Orders')
  for (const { name, width, height } of [...SIZES, PHONE]) {
    await page.setViewportSize({ width, height })
    if (width === PHONE.width) {
      await page.getByRole('tab', { name: 'Portfolio' }).click()
      await terminal.tab('Orders')
      const table = page.getByRole('region', { name: 'Orders', exact: true })
      expect(await table.evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(0)
    }
    await page.getByRole('button', { name: /^Working. Why\? Buy 4/ }).click()
    const dialog = page.getByRole('dialog')
    await expect(dialog).toContainText(/The ask must fall to the limit.*Limit [\d.]+.*Now [\d.]+/)
    await expectAccessible(page, '[role="dialog"]')
    await keepScreenshot(page, testInfo, `explain-${name}`)
    await page.keyboard.press('Escape')
    await expect(dialog).toBeHidden()
  }
  await page.getByRole('button', { name: /^Cancel buy 4/ }).click()
  await expect(terminal.rows('Orders')).toHaveCount(0)
})

test('a long name of an account displaces nothing', async ({ page }) => {
  const name = 'The account of the slow and steady ones'
  await page.route('**/api/v1/accounts', async (route) => {
    const response = await route.fetch()
    const body = (await response.json()) as { accounts: { accountId: string; name: string }[] }
    const [first] = body.accounts
    if (first) body.accounts.push({ ...first, accountId: 'acc_other', name: `${name} too` })
    if (first) first.name = name
    await route.fulfill({ response, json: body })
  })
  const terminal = new Terminal(page)
  await page.setViewportSize({ width: 1024, height: 768 })
  await terminal.open()
  const kind = await terminal.topBar.locator('[data-kind]').boundingBox()
  const resolutions = await terminal.topBar.getByLabel('Resolution').boundingBox()
  expect((kind?.x ?? 0) + (kind?.width ?? 0)).toBeLessThanOrEqual(resolutions?.x ?? 0)
  const title = terminal.ticket.getByText('Order · AAPL')
  expect(await title.evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(0)

  await page.setViewportSize({ width: PHONE.width, height: PHONE.height })
  await page.getByRole('tab', { name: 'Trade' }).click()
  await terminal.ticket.getByRole('button', { name: `${name}, choose account` }).click()
  await expect(page.getByRole('menu').getByText(/\$/).first()).toBeInViewport({ ratio: 1 })
  await expectAccessible(page, '[role="menu"]')
  await page.keyboard.press('ArrowDown')
  await expect(page.locator('[role^="menuitem"]:focus')).toHaveCSS('outline-style', 'solid')
})

test('the theme can be switched and is remembered', async ({ page }) => {
  await new Terminal(page).open()
  await page.getByRole('button', { name: 'Switch to the light theme' }).click()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
  await page.reload()
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'light')
})

test('the terminal can be used with the keyboard alone', async ({ page }) => {
  const terminal = new Terminal(page)
  await terminal.open()
  await page.keyboard.press('/')
  await expect(page.getByPlaceholder('Ticker or name')).toBeFocused()
  await page.keyboard.type('MSFT')
  await expect(page.locator('[data-symbol="MSFT"][data-highlighted]')).toBeVisible()
  await page.keyboard.press('Enter')
  await expect(terminal.ticket.getByText('Order · MSFT')).toBeVisible()

  const quantity = terminal.ticket.getByLabel('Quantity', { exact: true })
  await quantity.fill('5')
  await quantity.press('ArrowUp')
  await expect(quantity).toHaveValue('6')
})
