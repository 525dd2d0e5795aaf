import {
  StreamClient,
  closeCodes,
  type Ending,
  type Families,
  type Family,
  type Listener,
  type State,
} from '@generated/stream'

export type {
  Ending,
  Families,
  Family,
  Listener,
  Place,
  State as StreamState,
} from '@generated/stream'

/** The one connection of this page. It stays connected by itself. */
export interface Stream {
  readonly state: State
  onState(listener: (state: State, ending?: Ending) => void): () => void
  /** Returns what ends it. */
  watch<F extends Family>(
    family: F,
    params: Families[F]['params'],
    listener: Listener<F>,
  ): () => void
  close(): void
}

function connect(): Stream {
  const { protocol, host } = globalThis.location
  const url = `${protocol === 'https:' ? 'wss' : 'ws'}://${host}/api/v1/ws`
  const client = new StreamClient({ url })
  return {
    get state() {
      return client.state
    },
    onState: (listener) => client.onState(listener),
    watch: (family, params, listener) => client.subscribe(family, params, listener),
    close: () => {
      client.close()
    },
  }
}

/** The name that the contract gives to a close code. */
export function closeName(code: number): keyof typeof closeCodes | undefined {
  const names = Object.keys(closeCodes) as (keyof typeof closeCodes)[]
  return names.find((name) => closeCodes[name] === code)
}

let current: Stream | undefined

/** The page's connection; opened by the first caller. */
export function stream(): Stream {
  current ??= connect()
  return current
}

/** Ends the connection, for signing out; the next caller opens another one. Tests put a stand-in here. */
export function replaceStream(next?: Stream): void {
  current?.close()
  current = next
}
