import { defineStore } from 'pinia'
import { computed } from 'vue'
import { stored } from '@/shared/composables/stored'
import { useAccounts } from './store'
import { isHappenings, subject, type Happening } from './happenings'

/** So many are kept in this browser, all accounts together. */
const KEPT = 100

/** What the streams of the accounts told of margin calls, liquidations and corporate actions. */
export const useHappenings = defineStore('happenings', () => {
  const accounts = useAccounts()
  const all = stored<Happening[]>('happenings', [], isHappenings)

  /** Of the accounts on the screen as they are now: what was before a reset is forgotten. */
  const mine = computed(() =>
    all.value
      .filter((each) => accounts.ledgerOf(each.accountId)?.epoch === each.epoch)
      .reverse()
      .sort((a, b) => b.time - a.time),
  )

  /** What is to be read still: the newest of each subject; a margin call only as long as it stands. */
  const open = computed(() => {
    const newest = new Map<string, Happening>()
    for (const each of mine.value) if (!newest.has(subject(each))) newest.set(subject(each), each)
    return [...newest.values()].filter((each) => !each.dismissed && stands(each))
  })

  function stands({ accountId, event }: Happening): boolean {
    const called = accounts.ledgerOf(accountId)?.marginCall !== undefined
    return event.type !== 'margin_call' || event.active === called
  }

  accounts.onHappenings((told) => {
    const known = new Set(all.value.map((each) => each.id))
    const added = told.filter((each) => !known.has(each.id))
    if (added.length > 0) all.value = [...all.value, ...added].slice(-KEPT)
  })

  function dismiss(happening: Happening): void {
    all.value = all.value.map((each) =>
      subject(each) === subject(happening) ? { ...each, dismissed: true } : each,
    )
  }

  return { mine, open, dismiss }
})
