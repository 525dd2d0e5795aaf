import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import type { Account, AccountClock } from '@generated/models'
import { listAccounts } from '@/services'
import { isText, stored } from '@/shared/composables/stored'
import { follow, type Followed } from './follow'
import type { Happening } from './happenings'
import { isOpen } from './ledger'

/** The user's accounts, followed as long as the terminal is open, and the one that the screen shows. */
export const useAccounts = defineStore('accounts', () => {
  const listed = shallowRef<readonly Account[]>([])
  const followed = shallowReactive(new Map<string, Followed>())
  let heard: (news: Happening[]) => void = () => undefined
  const remembered = stored('account', '', isText)
  /** The account last chosen for each clock. */
  const lastOf = {
    live: stored('account-live', '', isText),
    replay: stored('account-replay', '', isText),
  }

  const accounts = computed(() => listed.value.map(asTold).filter((each) => !each.archived))

  const current = computed(
    () => accounts.value.find((each) => each.accountId === remembered.value) ?? accounts.value[0],
  )
  const currentFollowed = computed(() =>
    current.value ? followed.get(current.value.accountId) : undefined,
  )
  const ledger = computed(() => currentFollowed.value?.ledger.value)
  const figures = computed(() => currentFollowed.value?.figures.value ?? current.value?.figures)
  const stale = computed(() => currentFollowed.value?.stale.value ?? false)
  const broker = computed(() => currentFollowed.value?.broker.value)
  const balance = computed(() => ledger.value?.balance ?? current.value?.balance)
  const orders = computed(() => [...(ledger.value?.orders.values() ?? [])].sort(newestFirst))
  const openOrders = computed(() => orders.value.filter(isOpen))
  const positions = computed(() =>
    [...(ledger.value?.positions.values() ?? [])].sort((a, b) => b.openedAt - a.openedAt),
  )
  const executions = computed(() => ledger.value?.executions ?? [])

  /** An account as its stream has told of it since it was read. */
  function asTold(account: Account): Account {
    const profile = followed.get(account.accountId)?.ledger.value?.profile
    return profile ? { ...account, ...profile } : account
  }

  async function load(): Promise<void> {
    const read = await listAccounts()
    const ids = new Set(read.map((each) => each.accountId))
    for (const [accountId, each] of followed) {
      if (ids.has(accountId)) continue
      each.stop()
      followed.delete(accountId)
    }
    for (const accountId of ids)
      if (!followed.has(accountId)) followed.set(accountId, follow(accountId, tell))
    listed.value = read
  }

  function tell(news: Happening[]): void {
    if (news.length > 0) heard(news)
  }

  /** From now on what the broker does to the accounts, or warns them of, goes there. */
  function onHappenings(listener: typeof heard): void {
    heard = listener
  }

  function leave(): void {
    for (const each of followed.values()) each.stop()
    followed.clear()
    listed.value = []
  }

  /** The account that trades symbols of this clock: the one on the screen, else the one last chosen. */
  function forClock(clock: AccountClock): Account | undefined {
    if (current.value?.clock === clock) return current.value
    const fitting = accounts.value.filter((each) => each.clock === clock)
    return fitting.find((each) => each.accountId === lastOf[clock].value) ?? fitting[0]
  }

  function choose(accountId: string): void {
    remembered.value = accountId
    const chosen = accounts.value.find((each) => each.accountId === accountId)
    if (chosen) lastOf[chosen.clock].value = accountId
  }

  function figuresOf(account: Account) {
    return followed.get(account.accountId)?.figures.value ?? account.figures
  }

  function ledgerOf(accountId: string) {
    return followed.get(accountId)?.ledger.value
  }

  function brokerOf(account: Account) {
    return followed.get(account.accountId)?.broker.value
  }

  return {
    accounts,
    current,
    ledger,
    figures,
    stale,
    broker,
    balance,
    orders,
    openOrders,
    positions,
    executions,
    load,
    leave,
    forClock,
    choose,
    figuresOf,
    ledgerOf,
    brokerOf,
    onHappenings,
  }
})

function newestFirst(
  a: { createdAt: number; orderId: string },
  b: { createdAt: number; orderId: string },
) {
  return b.createdAt - a.createdAt || (a.orderId < b.orderId ? 1 : -1)
}
