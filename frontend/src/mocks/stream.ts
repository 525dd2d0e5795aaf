import { ws } from 'msw/ws'
import type { AccountUpdate, Resolution } from '@generated/models'
import type { MockBroker } from './broker'
import { barAt, quoteAt, startOf } from './market'

interface Payload {
  symbol?: string
  resolution?: Resolution
  accountId?: string
}
interface Envelope {
  type: string
  id?: string
  payload?: Payload
}
interface Client {
  send: (data: string) => void
  topics: Map<string, () => object>
}

const TICK = 400

/** The stream of the mock server: it answers subscriptions and repeats every topic's newest value. */
export class MockStream {
  private readonly clients = new Set<Client>()
  private seq = 1

  constructor(private readonly broker: (accountId: string) => MockBroker | undefined) {}

  handler() {
    return ws.link('ws://*/api/v1/ws').addEventListener('connection', ({ client }) => {
      const mine: Client = {
        send: (data) => {
          client.send(data)
        },
        topics: new Map(),
      }
      this.clients.add(mine)
      const timer = setInterval(() => {
        this.tick(mine)
      }, TICK)
      client.addEventListener('close', () => {
        clearInterval(timer)
        this.clients.delete(mine)
      })
      client.addEventListener('message', ({ data }) => {
        const frame = JSON.parse(data as string) as Envelope | Envelope[]
        for (const each of Array.isArray(frame) ? frame : [frame]) this.receive(mine, each)
      })
      mine.send(JSON.stringify({ type: 'hello', payload: {} }))
    })
  }

  /** One committed transaction, to whoever follows the account. */
  account(accountId: string, sequence: number, update: AccountUpdate): void {
    const topic = `account:${accountId}`
    for (const client of this.clients) {
      if (!client.topics.has(topic)) continue
      client.send(JSON.stringify({ type: 'account.update', topic, seq: sequence, payload: update }))
    }
  }

  private receive(client: Client, { type, id, payload = {} }: Envelope): void {
    const [family = '', action] = type.split('.')
    if (type === 'ping')
      client.send(JSON.stringify({ type: 'pong', id, payload: { time: Date.now() } }))
    const topic = [family, payload.symbol ?? payload.accountId, payload.resolution]
      .filter(Boolean)
      .join(':')
    if (action === 'unsubscribe') client.topics.delete(topic)
    if (action !== 'subscribe') return
    const source = this.source(family, payload)
    client.topics.set(topic, source)
    const broker = family === 'account' ? this.broker(payload.accountId ?? '') : undefined
    const place = { epoch: broker?.epoch ?? 'mock', seq: broker?.sequence ?? this.seq }
    client.send(
      JSON.stringify({
        type: `${family}.subscribe.response`,
        id,
        payload: { status: 'ok', topic, ...place, snapshot: source() },
      }),
    )
  }

  private source(
    family: string,
    { symbol = '', resolution = '1', accountId = '' }: Payload,
  ): () => object {
    if (family === 'quotes') return () => quoteAt(symbol, Date.now())
    if (family === 'pnl') return () => this.broker(accountId)?.figures() ?? {}
    if (family === 'bars') {
      return () => ({
        ...barAt(symbol, resolution, startOf(resolution, Date.now()), Date.now()),
        closed: false,
      })
    }
    return () => {
      const broker = this.broker(accountId)
      const working = [...(broker?.orders.values() ?? [])].filter(
        (each) => each.status === 'working',
      )
      return {
        accountId,
        orders: working,
        positions: [...(broker?.positions.values() ?? [])],
        balance: broker?.account('', 'live').balance,
      }
    }
  }

  private tick(client: Client): void {
    this.seq += 1
    for (const [topic, source] of client.topics) {
      const family = topic.split(':')[0] ?? ''
      if (family === 'account') continue
      client.send(
        JSON.stringify({ type: `${family}.update`, topic, seq: this.seq, payload: source() }),
      )
    }
  }
}
