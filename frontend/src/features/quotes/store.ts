import { defineStore } from 'pinia'
import {
  computed,
  onScopeDispose,
  shallowReactive,
  toValue,
  watch,
  type MaybeRefOrGetter,
} from 'vue'
import type { Freshness, Quote } from '@generated/models'
import { stream } from '@/services'
import { perFrame } from '@/shared/composables/frames'

interface Watched {
  watchers: number
  stop: () => void
}

/** The newest quote of every symbol that some part of the screen watches; one topic each, however many watch. */
export const useQuotes = defineStore('quotes', () => {
  const quotes = shallowReactive(new Map<string, Quote>())
  /** When each symbol was last heard of, by this computer's clock. */
  const heardAt = new Map<string, number>()
  /** Since when the source of a symbol is silent, by this computer's clock; none that is alive is in it. */
  const silentSince = shallowReactive(new Map<string, number>())
  const watched = new Map<string, Watched>()
  const arrived = new Map<string, Quote>()
  const told = new Map<string, Freshness | undefined>()
  const flush = perFrame(() => {
    for (const [symbol, quote] of arrived) quotes.set(symbol, quote)
    for (const [symbol, status] of told) {
      if (status?.stale === true) silentSince.set(symbol, Date.now() - status.feedAge)
      else silentSince.delete(symbol)
    }
    arrived.clear()
    told.clear()
  })

  function arrive(symbol: string, quote: Quote): void {
    heardAt.set(symbol, Date.now())
    arrived.set(symbol, quote)
    flush()
  }

  function tell(symbol: string, status?: Freshness): void {
    told.set(symbol, status)
    flush()
  }

  function open(symbol: string): Watched {
    const stop = stream().watch(
      'quotes',
      { symbol },
      {
        onSnapshot: (quote) => {
          tell(symbol)
          if (quote) arrive(symbol, quote)
        },
        onResume: () => {
          tell(symbol)
        },
        onStatus: (status) => {
          tell(symbol, status)
        },
        onUpdate: (quote) => {
          arrive(symbol, quote)
        },
      },
    )
    return { watchers: 0, stop }
  }

  /** Returns what ends it. */
  function watchQuote(symbol: string): () => void {
    const entry = watched.get(symbol) ?? open(symbol)
    watched.set(symbol, entry)
    entry.watchers += 1
    return () => {
      entry.watchers -= 1
      if (entry.watchers > 0) return
      entry.stop()
      for (const map of [watched, quotes, heardAt, silentSince, arrived, told]) map.delete(symbol)
    }
  }

  return { quotes, heardAt, silentSince, watchQuote }
})

/** Whether the source of a symbol that is being watched is silent. */
export function useStale(symbol: MaybeRefOrGetter<string>) {
  const store = useQuotes()
  return computed(() => store.silentSince.has(toValue(symbol)))
}

/** The live quote of a symbol, watched as long as the component lives. */
export function useQuote(symbol: MaybeRefOrGetter<string | undefined>) {
  const store = useQuotes()
  let stop: (() => void) | undefined
  watch(
    () => toValue(symbol),
    (id) => {
      const before = stop
      stop = id === undefined ? undefined : store.watchQuote(id)
      before?.()
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    stop?.()
  })
  return computed(() => {
    const id = toValue(symbol)
    return id === undefined ? undefined : store.quotes.get(id)
  })
}
