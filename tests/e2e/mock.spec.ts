import { spawn, type ChildProcess } from 'node:child_process'
import { createInterface } from 'node:readline'
import { expect, test } from '@playwright/test'
import { keepScreenshot, Terminal } from './terminal'

interface State {
  connections: string[]
  topics: { topic: string; subscribers: number }[]
}

let mock: ChildProcess
let address: string

test.beforeAll(async () => {
  mock = spawn(
    '../.venv/bin/python',
    ['-m', 'templates.mock', '--port', '0', '--interval', '200'],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      env: { ...process.env, PYTHONPATH: '..' },
    },
  )
  if (!mock.stderr) throw new Error('The mock has no stderr.')
  for await (const line of createInterface(mock.stderr)) {
    const announced = /at (http:\S+)/.exec(line)?.[1]
    if (announced === undefined) continue
    address = announced
    return
  }
})
test.afterAll(() => mock.kill())

async function turn(knob: string, content?: object): Promise<void> {
  const body = content && JSON.stringify(content)
  const answer = await fetch(`${address}/mock/${knob}`, {
    method: 'POST',
    body,
  })
  expect(answer.status, knob).toBe(204)
}

async function state(): Promise<State> {
  return (await (await fetch(`${address}/mock`)).json()) as State
}

async function watched(): Promise<string[]> {
  const { topics } = await state()
  return topics.filter((each) => each.subscribers > 0).map((each) => each.topic)
}

test('the terminal opens on the mock, and takes what a server seldom does', async ({
  browser,
}, testInfo) => {
  const page = await browser.newPage({ baseURL: address })
  const broken: string[] = []
  page.on('console', (message) => {
    if (message.type() === 'error') broken.push(message.text())
  })
  const terminal = new Terminal(page)
  await terminal.open()
  await keepScreenshot(page, testInfo, 'mock')
  expect(await watched()).toContain('bars:AAPL:1')

  await turn('send/quotes.status?topic=quotes:AAPL', {
    stale: true,
    feedAge: 7000,
  })
  await expect(terminal.ticket.getByText('These prices are stale')).toBeVisible()
  await turn('send/quotes.status?topic=quotes:AAPL', {
    stale: false,
    feedAge: 0,
  })
  await expect(terminal.ticket.getByText('These prices are stale')).toBeHidden()

  const before = await watched()
  const { connections } = await state()
  await turn('send/bars.gap')
  await turn('restart')
  await expect.poll(async () => (await state()).connections).not.toEqual(connections)
  await expect(terminal.connection).toBeVisible()
  await expect.poll(watched).toEqual(expect.arrayContaining(before))
  expect(broken).toEqual([])
  await page.close()
})
