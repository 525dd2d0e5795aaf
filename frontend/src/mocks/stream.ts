import { ws } from 'msw/ws'
import type { AccountUpdate, BrokerConnection, Freshness, Resolution } from '@generated/models'
import type { MockBroker } from './broker'
import { barAt, quoteAt, startOf } from './market'

interface Payload {
  symbol?: string
  resolution?: Resolution
  accountId?: string
  resume?: { epoch: string; seq: number }
}
interface Envelope {
  type: string
  id?: string
  payload?: Payload
}
interface Client {
  say: (message: object) => void
  close: (code: number, reason: string) => void
  topics: Map<string, () => object>
}

const TICK = 400

/** The stream of the mock server: it answers subscriptions and repeats every topic's newest value. */
export class MockStream {
  private readonly clients = new Set<Client>()
  /** Every transaction of each account, so that a client can resume. */
  private readonly transactions = new Map<string, Map<number, AccountUpdate>>()
  private readonly statuses = new Map<string, Freshness>()
  private readonly connections = new Map<string, BrokerConnection>()
  private seq = 1

  constructor(private readonly broker: (accountId: string) => MockBroker | undefined) {}

  handler() {
    return ws.link('ws://*/api/v1/ws').addEventListener('connection', ({ client }) => {
      const mine: Client = {
        say: (message) => {
          client.send(JSON.stringify(message))
        },
        close: (code, reason) => {
          client.close(code, reason)
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
      mine.say({ type: 'hello', payload: { authenticated: true } })
    })
  }

  /** One committed transaction, to whoever follows the account. */
  account(accountId: string, sequence: number, update: AccountUpdate): void {
    const all = this.transactions.get(accountId) ?? new Map<number, AccountUpdate>()
    this.transactions.set(accountId, all.set(sequence, update))
    const topic = `account:${accountId}`
    this.publish(topic, { type: 'account.update', topic, seq: sequence, payload: update })
  }

  /** The source of a topic fell silent, or is back. */
  status(topic: string, status: Freshness): void {
    if (status.stale) this.statuses.set(topic, status)
    else this.statuses.delete(topic)
    this.publish(topic, { type: `${familyOf(topic)}.status`, topic, payload: status })
  }

  connection(connection: BrokerConnection): void {
    this.connections.set(connection.accountId, connection)
    const topic = `connection:${connection.accountId}`
    const seq = (this.seq += 1)
    this.publish(topic, { type: 'connection.update', topic, seq, payload: connection })
  }

  /** All that was sent since is lost. */
  gap(topic: string, seq: number): void {
    const payload = { epoch: 'mock', lastSeq: seq - 1 }
    this.publish(topic, { type: `${familyOf(topic)}.gap`, topic, seq, payload })
  }

  /** Ends every connection. */
  cut(code: number, reason = ''): void {
    for (const client of [...this.clients]) client.close(code, reason)
  }

  private publish(topic: string, message: object): void {
    for (const client of this.clients) if (client.topics.has(topic)) client.say(message)
  }

  private receive(client: Client, { type, id, payload = {} }: Envelope): void {
    const [family = '', action] = type.split('.')
    if (type === 'ping') client.say({ type: 'pong', id, payload: { time: Date.now() } })
    const topic = [family, payload.symbol ?? payload.accountId, payload.resolution]
      .filter(Boolean)
      .join(':')
    if (action === 'unsubscribe') client.topics.delete(topic)
    if (action !== 'subscribe') return
    client.topics.set(topic, this.source(family, payload))
    this.answer(client, topic, id, payload)
    const status = this.statuses.get(topic)
    if (status) client.say({ type: `${family}.status`, topic, payload: status })
  }

  private answer(client: Client, topic: string, id: string | undefined, asked: Payload): void {
    const type = `${familyOf(topic)}.subscribe.response`
    const missed = this.missed(topic, asked)
    if (missed) {
      const payload = { status: 'ok', topic, ...asked.resume, resumed: true }
      client.say({ type, id, payload })
      for (const [seq, update] of missed)
        client.say({ type: 'account.update', topic, seq, payload: update })
      return
    }
    const broker = this.broker(asked.accountId ?? '')
    const counted = familyOf(topic) === 'account' ? broker : undefined
    const place = { epoch: counted?.epoch ?? 'mock', seq: counted?.sequence ?? this.seq }
    const resumed = asked.resume && { resumed: false }
    const snapshot = client.topics.get(topic)?.()
    client.say({ type, id, payload: { status: 'ok', topic, ...place, ...resumed, snapshot } })
  }

  /** The transactions since the place that the client is at; undefined where it must start anew. */
  private missed(topic: string, { accountId = '', resume }: Payload) {
    const broker = this.broker(accountId)
    if (familyOf(topic) !== 'account' || resume?.epoch !== broker?.epoch || !resume)
      return undefined
    return [...(this.transactions.get(accountId) ?? [])].filter(([seq]) => seq > resume.seq)
  }

  private source(
    family: string,
    { symbol = '', resolution = '1', accountId = '' }: Payload,
  ): () => object {
    if (family === 'quotes') return () => quoteAt(symbol, Date.now())
    if (family === 'pnl') return () => this.broker(accountId)?.figures() ?? {}
    if (family === 'connection') {
      const connected = { accountId, broker: 'paper', state: 'connected', since: 0 }
      return () => this.connections.get(accountId) ?? connected
    }
    if (family === 'bars') {
      return () => ({
        ...barAt(symbol, resolution, startOf(resolution, Date.now()), Date.now()),
        closed: false,
      })
    }
    return () => {
      const broker = this.broker(accountId)
      const working = [...(broker?.orders.values() ?? [])].filter((each) =>
        ['pending', 'held', 'working'].includes(each.status),
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
      const family = familyOf(topic)
      if (family === 'account' || family === 'connection' || this.statuses.has(topic)) continue
      client.say({ type: `${family}.update`, topic, seq: this.seq, payload: source() })
    }
  }
}

const familyOf = (topic: string) => topic.split(':')[0] ?? ''
