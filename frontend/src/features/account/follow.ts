import { shallowRef, type ShallowRef } from 'vue'
import type { AccountFigures, BrokerConnection } from '@generated/models'
import { listActivities, listExecutions, listOrders, stream } from '@/services'
import { perFrame } from '@/shared/composables/frames'
import { happened, recalled, UNASKED, type Happening } from './happenings'
import { apply, fromSnapshot, join, type History, type LedgerState } from './ledger'

/** After so many milliseconds history is asked for again when it could not be read. */
const HISTORY_AGAIN = 5000

/** An account that is being followed: its ledger transaction by transaction, its figures as prices move. */
export interface Followed {
  readonly ledger: ShallowRef<LedgerState | undefined>
  readonly figures: ShallowRef<AccountFigures | undefined>
  /** Whether the prices behind the figures are silent. */
  readonly stale: ShallowRef<boolean>
  readonly broker: ShallowRef<BrokerConnection | undefined>
  stop: () => void
}

/** `tell` hears of what the broker did without being asked; perhaps of some of it again. */
export function follow(accountId: string, tell: (news: Happening[]) => void): Followed {
  const ledger = shallowRef<LedgerState>()
  const figures = shallowRef<AccountFigures>()
  const stale = shallowRef(false)
  const broker = shallowRef<BrokerConnection>()
  const ends = [
    followLedger(accountId, ledger, tell),
    followFigures(accountId, figures, stale),
    followBroker(accountId, broker),
  ]
  return {
    ledger,
    figures,
    stale,
    broker,
    stop: () => {
      for (const end of ends) end()
    },
  }
}

function followLedger(
  accountId: string,
  ledger: ShallowRef<LedgerState | undefined>,
  tell: (news: Happening[]) => void,
): () => void {
  let waiting: History | undefined
  let unwatch: (() => void) | undefined
  let stopped = false
  const ended = () => stopped

  function settle(state: LedgerState): void {
    const joined = waiting ? join(state, waiting) : undefined
    if (joined) waiting = undefined
    ledger.value = joined ?? state
  }

  async function readHistory(): Promise<void> {
    if (ended()) return
    try {
      const [orders, executions] = await Promise.all([
        listOrders(accountId),
        listExecutions(accountId),
      ])
      if (ended()) return
      waiting = { orders, executions }
      if (ledger.value) settle(ledger.value)
    } catch {
      // The stream has what works and what is open; older history is asked for again.
      setTimeout(() => void readHistory(), HISTORY_AGAIN)
    }
  }

  async function readHappenings(): Promise<void> {
    if (ended()) return
    try {
      const page = await listActivities(accountId, UNASKED)
      if (!ended()) tell(recalled(accountId, page))
    } catch {
      setTimeout(() => void readHappenings(), HISTORY_AGAIN)
    }
  }

  function open(): void {
    unwatch = stream().watch(
      'account',
      { accountId },
      {
        onSnapshot: (snapshot, place) => {
          waiting = undefined
          settle(fromSnapshot(snapshot, place.epoch, place.seq, ledger.value))
          void readHistory()
          void readHappenings()
        },
        onUpdate: (update, place) => {
          if (!ledger.value) return
          const applied = apply(ledger.value, place.seq, update)
          if (applied.outcome === 'applied') {
            settle(applied.state)
            tell(happened(update, applied.state.epoch))
          }
          if (applied.outcome === 'gap') reopen()
        },
      },
    )
  }

  function reopen(): void {
    unwatch?.()
    open()
  }

  open()
  return () => {
    stopped = true
    unwatch?.()
  }
}

function followFigures(
  accountId: string,
  figures: ShallowRef<AccountFigures | undefined>,
  stale: ShallowRef<boolean>,
): () => void {
  const newest: { figures?: AccountFigures; stale: boolean } = { stale: false }
  const flush = perFrame(() => {
    figures.value = newest.figures
    stale.value = newest.stale
  })
  const arrive = (next: Partial<typeof newest>) => {
    Object.assign(newest, next)
    flush()
  }
  return stream().watch(
    'pnl',
    { accountId },
    {
      onSnapshot: (next) => {
        arrive({ figures: next, stale: false })
      },
      onResume: () => {
        arrive({ stale: false })
      },
      onUpdate: (next) => {
        arrive({ figures: next })
      },
      onStatus: (status) => {
        arrive({ stale: status.stale })
      },
    },
  )
}

function followBroker(
  accountId: string,
  broker: ShallowRef<BrokerConnection | undefined>,
): () => void {
  const arrive = (next: BrokerConnection) => {
    broker.value = next
  }
  return stream().watch('connection', { accountId }, { onSnapshot: arrive, onUpdate: arrive })
}
