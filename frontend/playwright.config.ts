import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'

/** The port of the server under test; nothing else should listen there. */
const port = Number(process.env.E2E_PORT ?? 8765)
/** Each run begins with an empty ledger. The workers of one run share the directory that the first process made. */
const data = (process.env.E2E_DATA ??= mkdtempSync(join(tmpdir(), 'trading-pro-e2e-')))
const executablePath = process.env.E2E_BROWSER === '' ? undefined : process.env.E2E_BROWSER

export default defineConfig({
  testDir: '../tests/e2e',
  outputDir: '../build/e2e/results',
  reporter: process.env.CI
    ? [['list'], ['html', { outputFolder: '../build/e2e/report', open: 'never' }]]
    : 'list',
  fullyParallel: false,
  workers: 1,
  retries: process.env.CI ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  use: {
    baseURL: `http://localhost:${port}`,
    viewport: { width: 1440, height: 900 },
    colorScheme: 'dark',
    timezoneId: 'Europe/Berlin',
    trace: 'on-first-retry',
    launchOptions: {
      executablePath,
      args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
    },
  },
  webServer: {
    command: `../.venv/bin/trading-pro serve --port ${port} --data-dir "${data}"`,
    url: `http://localhost:${port}/api/v1/health/ready`,
    timeout: 60_000,
    reuseExistingServer: false,
    gracefulShutdown: { signal: 'SIGTERM', timeout: 8000 },
  },
})
