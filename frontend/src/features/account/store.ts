import { defineStore } from 'pinia'
import { computed, shallowReactive, shallowRef } from 'vue'
import type { Account, AccountClock } from '@generated/models'
import { listAccounts } from '@/services'
import { isText, stored } from '@/shared/composables/stored'
import { follow, type Followed } from './follow'

/** The user's accounts, followed as long as the terminal is open, and the one that the screen shows. */
export const useAccounts = defineStore('accounts', () => {
  const accounts = shallowRef<readonly Account[]>([])
  const followed = shallowReactive(new Map<string, Followed>())
  const remembered = stored('account', '', isText)

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
  const workingOrders = computed(() => orders.value.filter((each) => each.status === 'working'))
  const positions = computed(() =>
    [...(ledger.value?.positions.values() ?? [])].sort((a, b) => b.openedAt - a.openedAt),
  )
  const executions = computed(() => ledger.value?.executions ?? [])

  async function load(): Promise<void> {
    accounts.value = await listAccounts()
    for (const { accountId } of accounts.value) {
      if (!followed.has(accountId)) followed.set(accountId, follow(accountId))
    }
  }

  function leave(): void {
    for (const each of followed.values()) each.stop()
    followed.clear()
    accounts.value = []
  }

  /** The account that trades symbols of this clock. */
  function forClock(clock: AccountClock): Account | undefined {
    return accounts.value.find((each) => each.clock === clock)
  }

  function choose(accountId: string): void {
    remembered.value = accountId
  }

  function figuresOf(account: Account) {
    return followed.get(account.accountId)?.figures.value ?? account.figures
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
    workingOrders,
    positions,
    executions,
    load,
    leave,
    forClock,
    choose,
    figuresOf,
    brokerOf,
  }
})

function newestFirst(
  a: { createdAt: number; orderId: string },
  b: { createdAt: number; orderId: string },
) {
  return b.createdAt - a.createdAt || (a.orderId < b.orderId ? 1 : -1)
}
