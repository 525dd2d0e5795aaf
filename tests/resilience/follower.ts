/** The generated client, as a process: prints what each subscription brought, one JSON text a line. */

import { createInterface } from 'node:readline'
import { StreamClient, type Family, type Listener } from '../../generated/typescript/stream.ts'

interface Asked {
  family: Family
  payload: never
}

const [url = '', subscriptions = '[]'] = process.argv.slice(2)
let socket: WebSocket | undefined

/** Remembers the newest socket, so that it can be broken off from here. */
class Remembered extends WebSocket {
  constructor(address: string) {
    super(address)
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- this is what it is for
    socket = this
  }
}

function print(message: object): void {
  process.stdout.write(`${JSON.stringify(message)}\n`)
}

const client = new StreamClient({
  url,
  WebSocket: Remembered,
  backoff: { first: 5, longest: 50, attempt: 5_000 },
})
client.onState((state, ending) => {
  print({ state, ending })
})
for (const [number, { family, payload }] of (JSON.parse(subscriptions) as Asked[]).entries()) {
  const tell = (kind: string) => (content: unknown, place?: unknown) => {
    print({ number, kind, payload: content, place })
  }
  const listener: Listener<'account'> = {
    onSnapshot: tell('snapshot'),
    onUpdate: tell('update'),
    onResume: (place) => {
      print({ number, kind: 'resume', place })
    },
    onGap: tell('gap'),
    onStatus: tell('status'),
    onError: tell('error'),
  }
  client.subscribe(family, payload, listener as Listener<never>)
}
createInterface(process.stdin)
  .on('line', () => socket?.close())
  .on('close', () => process.exit())
