import { useMutation } from '@pinia/colada'
import { ref } from 'vue'
import type { OrderResult, PlaceOrderRequest } from '@generated/models'
import { newKey, placeOrder, reasonOf, RequestFailed } from '@/services'
import { notify } from '@/shared/composables/notices'
import { formatPrice, formatQuantity } from '@/shared/money'
import { text } from '@/shared/text'
import { request, type Draft, type Refusals } from './draft'

const FIELDS = ['quantity', 'limitPrice'] as const

/** Sends drafts. While the outcome of one is unknown, sending again repeats it under its key: it acts once. */
export function useSubmit() {
  const refusals = ref<Refusals>({})
  const failure = ref<string>()
  const unanswered = ref<{ accountId: string; order: PlaceOrderRequest }>()
  const mutation = useMutation({
    mutation: ({ accountId, order }: { accountId: string; order: PlaceOrderRequest }) =>
      placeOrder(accountId, order),
  })

  function clear(): void {
    refusals.value = {}
    failure.value = undefined
    unanswered.value = undefined
  }

  async function send(accountId: string, order: PlaceOrderRequest): Promise<void> {
    clear()
    try {
      announce(await mutation.mutateAsync({ accountId, order }))
    } catch (error) {
      if (error instanceof RequestFailed && error.ambiguous) {
        unanswered.value = { accountId, order }
        failure.value = text.ticket.ambiguous
        return
      }
      refusals.value = refusalsOf(error)
      if (Object.keys(refusals.value).length === 0) failure.value = reasonOf(error)
    }
  }

  const submit = (accountId: string, draft: Draft, symbol: string) =>
    send(accountId, request(draft, symbol, newKey('ui')))
  const sendAgain = () =>
    unanswered.value ? send(unanswered.value.accountId, unanswered.value.order) : Promise.resolve()

  return { refusals, failure, unanswered, busy: mutation.isLoading, clear, submit, sendAgain }
}

/** What the server said of the fields that the ticket has. Of a single one the Problem's detail says it best. */
function refusalsOf(error: unknown): Refusals {
  if (!(error instanceof RequestFailed)) return {}
  const alone = error.problem?.errors?.length === 1 ? error.problem.detail : undefined
  const entries = FIELDS.flatMap((name) => {
    const found = error.field(name)
    return found
      ? [[name, { message: alone ?? found.message, nearest: found.nearest }] as const]
      : []
  })
  return Object.fromEntries(entries)
}

function announce({ order }: OrderResult): void {
  const side = text.ticket.sides[order.side]
  const quantity = formatQuantity(order.quantity)
  if (order.status === 'filled' && order.averagePrice !== undefined) {
    notify(
      'good',
      text.ticket.filled(side, quantity, order.symbol, formatPrice(order.averagePrice)),
    )
  } else if (order.status === 'working') {
    notify('plain', text.ticket.working(side, quantity, order.symbol))
  } else {
    notify(
      'plain',
      text.ticket.ended(side, quantity, order.symbol, text.orders.statuses[order.status]),
    )
  }
}
