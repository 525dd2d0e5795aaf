import { useQuery } from '@pinia/colada'
import { useIntervalFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useAccounts } from '@/features/account'
import { useQuotes } from '@/features/quotes'
import { useWorkspace } from '@/features/workspace'
import { getHealth, stream, type Ending, type StreamState } from '@/services'
import { freshness, type Freshness } from './freshness'

/** Is the stream up, does the source of the symbol on the screen speak, and do orders reach the broker. */
export const useConnection = defineStore('connection', () => {
  const quotes = useQuotes()
  const accounts = useAccounts()
  const workspace = useWorkspace()
  const state = shallowRef<StreamState>(stream().state)
  const ending = shallowRef<Ending>()
  const opened = ref(state.value === 'open')
  const now = ref(Date.now())

  stream().onState((next, why) => {
    state.value = next
    ending.value = why
    opened.value ||= next === 'open'
    now.value = Date.now()
  })
  useIntervalFn(() => {
    now.value = Date.now()
  }, 1000)

  const health = useQuery({
    key: ['health'],
    query: getHealth,
    staleTime: 5000,
    refetchOnWindowFocus: false,
  })
  useIntervalFn(() => void health.refetch(), 15_000)

  const age = computed(() => {
    const heard = quotes.heardAt.get(workspace.symbol)
    return heard === undefined ? undefined : Math.max(0, now.value - heard)
  })
  /** Milliseconds since the source of the symbol was last heard of; undefined while it is alive. */
  const silence = computed(() => {
    const since = quotes.silentSince.get(workspace.symbol)
    return since === undefined ? undefined : Math.max(0, now.value - since)
  })
  const current = computed<Freshness>(() =>
    freshness({
      state: state.value,
      opened: opened.value,
      marketOpen: quotes.quotes.get(workspace.symbol)?.marketOpen ?? true,
      stale: silence.value !== undefined,
      broker: accounts.broker?.state !== 'disconnected',
    }),
  )
  /** The connection to the server alone, whatever it says of sources and brokers. */
  const link = computed<Freshness>(() => (state.value === 'open' ? 'connected' : current.value))
  return { state, ending, current, link, age, silence, health: health.data }
})
