import { useQuery } from '@pinia/colada'
import { computed, toValue, type MaybeRefOrGetter } from 'vue'
import { resolveSymbol, searchSymbols } from '@/services'

const MINUTE = 60_000

/** Everything about one symbol. */
export function useSymbol(id: MaybeRefOrGetter<string>) {
  return useQuery({
    key: () => ['symbol', toValue(id)],
    query: () => resolveSymbol(toValue(id)),
    staleTime: MINUTE,
    refetchOnWindowFocus: false,
  })
}

/** The symbols that match, best first. */
export function useSymbolSearch(query: MaybeRefOrGetter<string>) {
  const needle = computed(() => toValue(query).trim())
  return useQuery({
    key: () => ['symbols', needle.value],
    query: () =>
      searchSymbols({ query: needle.value === '' ? undefined : needle.value, limit: 100 }),
    staleTime: MINUTE,
    placeholderData: (previous) => previous,
    refetchOnWindowFocus: false,
  })
}

/** All symbols by their id, for tables that show a tick size or a kind of data. */
export function useSymbolIndex() {
  const all = useQuery({
    key: ['symbols', 'all'],
    query: () => searchSymbols({ limit: 200 }),
    staleTime: 5 * MINUTE,
    refetchOnWindowFocus: false,
  })
  return computed(() => new Map((all.data.value ?? []).map((each) => [each.symbol, each])))
}
