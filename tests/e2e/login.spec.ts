import { expect, test } from '@playwright/test'
import { expectAccessible, keepScreenshot } from './terminal'

test('a server that is not for this machine alone asks who one is', async ({ page }, testInfo) => {
  const server = String(testInfo.config.metadata['guarded'])
  await page.goto(server)
  await expect(page).toHaveURL(/\/login$/)
  await expectAccessible(page)
  await keepScreenshot(page, testInfo, 'login')

  await page.getByLabel('User name').fill('trader')
  await page.getByLabel('Password').fill('wrong horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('alert')).toContainText('wrong')

  await page.getByLabel('Password').fill('correct horse')
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.locator('[data-chart="ready"]')).toBeVisible()
  await expect(page.locator('[data-state-of-connection="connected"]')).toBeVisible()

  await page.getByRole('button', { name: 'User trader' }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await expect(page).toHaveURL(/\/login$/)
  await page.goto(server)
  await expect(page).toHaveURL(/\/login$/)
})
