import { expect, test } from '@playwright/test'
import { expectAccessible, keepScreenshot } from './terminal'

test('both references can be read with no other server in reach', async ({
  page,
  baseURL,
}, testInfo) => {
  const foreign: string[] = []
  await page.route('**', async (route) => {
    if (baseURL !== undefined && route.request().url().startsWith(baseURL)) return route.continue()
    foreign.push(route.request().url())
    return route.abort()
  })
  const broken: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') broken.push(message.text())
  })

  await page.goto('/api/v1/docs')
  await expect(page.getByText('Place an order')).toBeVisible()
  await keepScreenshot(page, testInfo, 'docs-rest')

  await page.goto('/api/v1/ws/asyncapi')
  await expect(page.getByRole('heading', { name: 'account.update' })).toBeVisible()
  await expectAccessible(page, '#quotes')
  await keepScreenshot(page, testInfo, 'docs-stream')

  expect(foreign.filter((url) => !url.startsWith('data:'))).toEqual([])
  expect(broken).toEqual([])
})
