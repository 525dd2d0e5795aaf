import { expect, test, type Page } from '@playwright/test'
import { parse, transcript, Values } from './transcript'

/** What is conflated may come at any time; what comes of an account is told completely. */
const MAY_COME_BETWEEN = /^(bars|quotes|pnl|connection)\.update$/

interface Frame {
  type: string
}

declare global {
  interface Window {
    heard: (frame: string) => void
    wire: WebSocket
  }
}

/** The browser's own WebSocket. */
class Browser {
  readonly #frames: string[] = []
  readonly #values = new Values()
  #answer: { status: number; body: string } = { status: 0, body: '' }

  constructor(readonly page: Page) {}

  async open(): Promise<void> {
    await this.page.exposeFunction('heard', (frame: string) => this.#frames.push(frame))
    await this.page.goto('/api/v1/ws/asyncapi')
  }

  async play(line: string): Promise<void> {
    const [, sign = '', text = ''] = /^(connect|->|<-|\*\*|=|[A-Z]+) ?(.*)$/.exec(line) ?? []
    if (sign === 'connect') await this.#connect()
    else if (sign === '->') await this.#say(text)
    else if (sign === '<-') await this.#hear(text)
    else if (sign === '=') this.#check(text)
    else if (line === '** the connection is cut') await this.#cut()
    else await this.#ask(sign, text)
  }

  async #connect(): Promise<void> {
    await this.page.evaluate(() => {
      window.wire = new WebSocket(`ws://${location.host}/api/v1/ws`)
      window.wire.onmessage = ({ data }: MessageEvent<string>) => {
        window.heard(data)
      }
    })
  }

  async #say(text: string): Promise<void> {
    const frame = /^[[{]/.test(text) ? JSON.stringify(this.#values.fill(parse(text))) : text
    await this.page.evaluate((frame) => {
      window.wire.send(frame)
    }, frame)
  }

  async #hear(text: string): Promise<void> {
    const wanted = parse(text)
    for (;;) {
      await expect.poll(() => this.#frames.length, { message: text, intervals: [20] }).not.toBe(0)
      const frame = this.#frames.shift() ?? ''
      if (this.#values.matches(wanted, parse(frame))) return
      expect((JSON.parse(frame) as Frame).type, `${frame} instead of ${text}`).toMatch(
        MAY_COME_BETWEEN,
      )
    }
  }

  async #cut(): Promise<void> {
    await this.page.evaluate(
      () =>
        new Promise((resolve) => {
          window.wire.onclose = resolve
          window.wire.close()
        }),
    )
    this.#frames.length = 0
  }

  async #ask(method: string, text: string): Promise<void> {
    const [path = '', body] = text.split(/ (.*)/)
    const target = String(this.#values.fill(path))
    const content = body === undefined ? undefined : JSON.stringify(this.#values.fill(parse(body)))
    this.#answer = await this.page.evaluate(
      async ({ method, target, content }) => {
        const headers = { 'Content-Type': 'application/json' }
        const answer = await fetch(target, { method, body: content, headers })
        return { status: answer.status, body: await answer.text() }
      },
      { method, target, content },
    )
  }

  #check(text: string): void {
    const [status, body = ''] = text.split(/ (.*)/)
    expect(String(this.#answer.status), this.#answer.body).toBe(status)
    const answer = parse(this.#answer.body)
    expect(this.#values.matches(parse(body), answer), `${this.#answer.body} for ${text}`).toBe(true)
  }
}

test('a browser has the conversation that the page about streaming shows', async ({ page }) => {
  const browser = new Browser(page)
  await browser.open()
  const lines = transcript('conversation')
  expect(lines.length).toBeGreaterThan(20)
  for (const line of lines) await browser.play(line)
})
