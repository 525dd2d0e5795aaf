import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import { stored } from '@/shared/composables/stored'
import { nameOf, subject, type Happening } from './happenings'
import { useAccounts } from './store'

/** So many that were dismissed are remembered in this browser. */
const KEPT = 500

/** Milliseconds for which something is news to somebody who was not there. */
const NEWS = 86_400_000

/** Margin calls, liquidations and corporate actions of the accounts, as their ledgers tell of them. */
export const useHappenings = defineStore('happenings', () => {
  const accounts = useAccounts()
  const all = shallowRef<readonly Happening[]>([])
  const dismissed = stored<string[]>('dismissed', [], isNames)

  /** Of the accounts on the screen as they are now: what was before a reset is forgotten. */
  const mine = computed(() =>
    all.value
      .filter((each) => accounts.ledgerOf(each.accountId)?.epoch === each.epoch)
      .sort(
        (a, b) => b.activity.time - a.activity.time || b.activity.sequence - a.activity.sequence,
      ),
  )

  /** What is to be read still: the newest of each subject; a margin call only as long as it stands. */
  const open = computed(() => {
    const newest = new Map<string, Happening>()
    for (const each of mine.value) if (!newest.has(subject(each))) newest.set(subject(each), each)
    return [...newest.values()].filter(
      (each) => !dismissed.value.includes(nameOf(each)) && matters(each),
    )
  })

  function matters({ accountId, activity: { kind, time } }: Happening): boolean {
    const called = accounts.ledgerOf(accountId)?.marginCall !== undefined
    if (kind === 'margin_call') return called
    return time > Date.now() - NEWS && !(kind === 'margin_restored' && called)
  }

  accounts.onHappenings((told) => {
    const known = new Set(all.value.map(nameOf))
    const added = told.filter((each) => !known.has(nameOf(each)))
    if (added.length > 0) all.value = [...all.value, ...added]
  })

  /** It, and what it took the place of. */
  function dismiss(happening: Happening): void {
    const same = mine.value.filter((each) => subject(each) === subject(happening)).map(nameOf)
    dismissed.value = [...new Set([...dismissed.value, ...same])].slice(-KEPT)
  }

  return { mine, open, dismiss }
})

function isNames(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((each) => typeof each === 'string')
}
