import { vi } from 'vitest'
import { StreamClient, type Options, type Socket } from '@generated/stream'

/** A message as the client sent it. */
export interface Sent {
  type: string
  id?: string
  payload?: unknown
}

/** A server's end of each socket that the client opened. */
export class Wire implements Socket {
  static all: Wire[] = []
  onmessage: Socket['onmessage'] = null
  onclose: Socket['onclose'] = null
  frames: (Sent | Sent[])[] = []
  closed = false

  constructor(readonly url: string) {
    Wire.all.push(this)
  }
  /** The end of the newest socket. */
  static get last(): Wire {
    const wire = Wire.all.at(-1)
    if (!wire) throw new Error('no socket')
    return wire
  }
  send(data: string): void {
    this.frames.push(JSON.parse(data) as Sent)
  }
  close(): void {
    this.closed = true
  }
  say(message: unknown): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  end(code: number): void {
    this.onclose?.({ code, reason: '' })
  }
  get sent(): Sent[] {
    return this.frames.flat()
  }
}

export const hello = { type: 'hello', payload: {} }

/** Lets what was said in this turn leave. */
export const turn = () => vi.advanceTimersByTimeAsync(0)

/** The good answer to the request `id`. */
export function accept(
  id: string,
  topic: string,
  at: { seq: number; epoch?: string; resumed?: boolean },
  snapshot?: unknown,
): void {
  const type = `${topic.split(':')[0] ?? ''}.subscribe.response`
  Wire.last.say({ type, id, payload: { status: 'ok', topic, epoch: 'e', ...at, snapshot } })
}

/** A client on a wire, whose jitter is always half of what it may be. */
export function openOnWire(options: Partial<Options> = {}): StreamClient {
  return new StreamClient({
    url: 'ws://test',
    WebSocket: Wire,
    random: () => 0.5,
    retryAfter: () => Promise.resolve(undefined),
    ...options,
  })
}
