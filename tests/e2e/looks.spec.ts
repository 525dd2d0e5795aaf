import { expect, test } from '@playwright/test'
import { expectAccessible, keepScreenshot, Terminal } from './terminal'

const SIZES = [
  { name: '1440', width: 1440, height: 900 },
  { name: '1024', width: 1024, height: 768 },
] as const

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
