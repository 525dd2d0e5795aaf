import { AxeBuilder } from '@axe-core/playwright'
import { expect, type Locator, type Page, type TestInfo } from '@playwright/test'

/** The terminal as its user sees it. */
export class Terminal {
  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.goto('/')
    await expect(this.page.locator('[data-chart="ready"]')).toBeVisible()
    await expect(this.connection).toBeVisible()
  }

  get connection(): Locator {
    return this.page.locator('[data-state-of-connection="connected"]')
  }

  get ticket(): Locator {
    return this.page.getByRole('region', { name: 'Order ticket' })
  }

  /** Selects the panel of orders, positions, executions and figures. */
  readonly panel = '[aria-label="Portfolio"]'

  get topBar(): Locator {
    return this.page.getByRole('banner')
  }

  async choose(symbol: string): Promise<void> {
    await this.page.keyboard.press('Control+k')
    const dialog = this.page.getByRole('dialog', { name: 'Search symbols' })
    await dialog.getByPlaceholder('Ticker or name').fill(symbol.split(':').pop() ?? symbol)
    await dialog.locator(`[data-symbol="${symbol}"]`).click()
    await expect(dialog).toBeHidden()
    await expect(this.page.locator('[data-chart="ready"]')).toBeVisible()
  }

  async fill(order: {
    side: 'Buy' | 'Sell'
    quantity: string
    limitPrice?: string
  }): Promise<void> {
    const { side, quantity, limitPrice } = order
    await this.ticket
      .getByRole('button', { name: new RegExp(`^${side} [\\d,.]+$`) })
      .first()
      .click()
    await this.ticket
      .getByText(limitPrice === undefined ? 'Market' : 'Limit', { exact: true })
      .click()
    await this.ticket.getByLabel('Quantity', { exact: true }).fill(quantity)
    if (limitPrice !== undefined)
      await this.ticket.getByLabel('Limit price', { exact: true }).fill(limitPrice)
  }

  async submit(): Promise<void> {
    await this.ticket.getByTestId('submit-order').click()
  }

  async bid(): Promise<number> {
    await expect(this.ticket.getByTestId('bid')).toHaveText(/\d/)
    return Number((await this.ticket.getByTestId('bid').innerText()).replaceAll(',', ''))
  }

  async tab(name: string): Promise<void> {
    await this.page.getByRole('tab', { name }).click()
  }

  rows(table: string): Locator {
    return this.page.getByRole('region', { name: table, exact: true }).locator('tbody tr[data-row]')
  }
}

/** No rule of WCAG or of good practice is broken on the page, or the part of it, as it is now. */
export async function expectAccessible(page: Page, part?: string): Promise<void> {
  const axe = new AxeBuilder({ page })
  const { violations } = await (part === undefined ? axe : axe.include(part)).analyze()
  const found = violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(' | ')}`,
  )
  expect(found).toEqual([])
}

/** Keeps what the page looks like as an artefact of the run. */
export async function keepScreenshot(page: Page, testInfo: TestInfo, name: string): Promise<void> {
  const body = await page.screenshot({
    path: `../build/e2e/screenshots/${name}.png`,
  })
  await testInfo.attach(name, { body, contentType: 'image/png' })
}
