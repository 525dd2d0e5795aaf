import { defineStore } from 'pinia'
import {
  computed,
  onScopeDispose,
  shallowReactive,
  toValue,
  watch,
  type MaybeRefOrGetter,
} from 'vue'
import type { Quote } from '@generated/models'
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
  const watched = new Map<string, Watched>()
  const arrived = new Map<string, Quote>()
  const flush = perFrame(() => {
    for (const [symbol, quote] of arrived) quotes.set(symbol, quote)
    arrived.clear()
  })

  function arrive(symbol: string, quote: Quote): void {
    heardAt.set(symbol, Date.now())
    arrived.set(symbol, quote)
    flush()
  }

  function open(symbol: string): Watched {
    const stop = stream().watch(
      'quotes',
      { symbol },
      {
        onSnapshot: (quote) => {
          if (quote) arrive(symbol, quote)
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
      for (const map of [watched, quotes, heardAt, arrived]) map.delete(symbol)
    }
  }

  return { quotes, heardAt, watchQuote }
})

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
