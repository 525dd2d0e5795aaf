import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineConfig } from '@playwright/test'

/** The ports of the two servers under test; nothing else should listen there. */
const port = Number(process.env.E2E_PORT ?? 8765)
const guarded = port + 1
/** Each run begins with empty ledgers. The workers of a run share the directory that its first process made. */
const data = (process.env.E2E_DATA ??= mkdtempSync(join(tmpdir(), 'trading-pro-e2e-')))
const executablePath = process.env.E2E_BROWSER === '' ? undefined : process.env.E2E_BROWSER

const COMMAND = '../.venv/bin/trading-pro'
const server = (name: string, at: number, prepare: string, env: Record<string, string>) => ({
  command: `${prepare}${COMMAND} serve --port ${at}`,
  url: `http://localhost:${at}/api/v1/health/ready`,
  env: { TRADING_PRO_DATA_DIR: join(data, name), TRADING_PRO_LOG_LEVEL: 'warning', ...env },
  timeout: 60_000,
  reuseExistingServer: false,
  gracefulShutdown: { signal: 'SIGTERM', timeout: 8000 } as const,
})

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
  metadata: { guarded: `http://localhost:${guarded}` },
  webServer: [
    server('local', port, '', {}),
    server(
      'guarded',
      guarded,
      `mkdir -p "${join(data, 'guarded')}" && echo "correct horse" | ${COMMAND} users add trader --password-stdin && `,
      { TRADING_PRO_LOCAL_MODE: 'false' },
    ),
  ],
})
