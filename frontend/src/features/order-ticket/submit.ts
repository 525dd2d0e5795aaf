import { useMutation } from '@pinia/colada'
import { ref } from 'vue'
import type { OrderResult, PlaceOrderRequest } from '@generated/models'
import { isOpen } from '@/features/account'
import { placeOrder, RequestFailed } from '@/services'
import { notify } from '@/shared/composables/notices'
import { formatPrice, formatQuantity } from '@/shared/money'
import { text } from '@/shared/text'
import { refusedBy, type FieldPath, type Refused, type Refusals } from './refusals'

/** Sends orders. While the outcome of one is unknown, sending again repeats it under its key: it acts once. */
export function useSubmit() {
  const refusals = ref<Refusals>({})
  const failure = ref<string>()
  const unanswered = ref<() => Promise<boolean>>()
  const mutation = useMutation({
    mutation: ({ accountId, order }: { accountId: string; order: PlaceOrderRequest }) =>
      placeOrder(accountId, order),
  })

  function clear(): void {
    refusals.value = {}
    failure.value = undefined
    unanswered.value = undefined
  }

  function refuse(refused: Refused): void {
    refusals.value = refused.refusals
    failure.value = refused.failure
  }

  /** Whether the order was taken; `shown` are the fields beside which a refusal can stand. */
  async function submit(
    accountId: string,
    order: PlaceOrderRequest,
    shown: readonly FieldPath[],
  ): Promise<boolean> {
    clear()
    try {
      announce(await mutation.mutateAsync({ accountId, order }))
      return true
    } catch (error) {
      if (error instanceof RequestFailed && error.ambiguous) {
        unanswered.value = () => submit(accountId, order, shown)
        failure.value = text.ticket.ambiguous
      } else refuse(refusedBy(error, shown))
      return false
    }
  }

  const sendAgain = () => unanswered.value?.() ?? Promise.resolve(false)

  return {
    refusals,
    failure,
    unanswered,
    busy: mutation.isLoading,
    clear,
    refuse,
    submit,
    sendAgain,
  }
}

function announce({ order }: OrderResult): void {
  const side = text.ticket.sides[order.side]
  const quantity = formatQuantity(order.quantity)
  const status = text.orders.statuses[order.status]
  if (order.status === 'filled' && order.averagePrice !== undefined) {
    notify(
      'good',
      text.ticket.filled(side, quantity, order.symbol, formatPrice(order.averagePrice)),
    )
  } else if (isOpen(order)) {
    notify('plain', text.ticket.waits(side, quantity, order.symbol, status))
  } else {
    notify('plain', text.ticket.ended(side, quantity, order.symbol, status))
  }
}
