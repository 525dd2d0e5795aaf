import { useQuery } from '@pinia/colada'
import { useIntervalFn } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { useQuotes } from '@/features/quotes'
import { useWorkspace } from '@/features/workspace'
import { getHealth, stream, type StreamState } from '@/services'
import { freshness, type Freshness } from './freshness'

/** Is the stream up, and how fresh is the price of the symbol on the screen. */
export const useConnection = defineStore('connection', () => {
  const quotes = useQuotes()
  const workspace = useWorkspace()
  const state = shallowRef<StreamState>(stream().state)
  const now = ref(Date.now())
  const openSince = ref(Date.now())

  stream().onState((next) => {
    if (next === 'open') openSince.value = Date.now()
    state.value = next
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
  const quote = computed(() => quotes.quotes.get(workspace.symbol))
  const feedAlive = computed(() => {
    const feed = health.data.value?.feeds.find((each) => each.dataKind === quote.value?.dataKind)
    return feed?.status === 'ok'
  })
  const current = computed<Freshness>(() =>
    freshness({
      state: state.value,
      age: age.value,
      openFor: now.value - openSince.value,
      marketOpen: quote.value?.marketOpen ?? true,
      feedAlive: feedAlive.value,
    }),
  )
  return { state, current, age, health: health.data }
})
