import { ref } from 'vue'
import type { OrderPreview, PlaceOrderRequest } from '@generated/models'
import { previewOrder } from '@/services'
import { refusedBy, sortFaults, type FieldPath, type Refused } from './refusals'

/** An order that would be taken, with what it would do; it is placed as it is. */
export interface Previewed {
  order: PlaceOrderRequest
  found: OrderPreview
}

/** Asks what an order would do. What would refuse it goes to `refuse`, as when it is placed. */
export function usePreview(refuse: (refused: Refused) => void) {
  const previewed = ref<Previewed>()
  const previewing = ref(false)

  async function preview(
    accountId: string,
    order: PlaceOrderRequest,
    shown: readonly FieldPath[],
  ): Promise<void> {
    previewing.value = true
    try {
      const found = await previewOrder(accountId, order)
      if (found.errors.length > 0) refuse(refusalOf(found, shown))
      else previewed.value = { order: { ...order, confirmId: found.confirmId }, found }
    } catch (error) {
      refuse(refusedBy(error, shown))
    } finally {
      previewing.value = false
    }
  }

  const leave = () => {
    previewed.value = undefined
  }
  return { previewed, previewing, preview, leave }
}

function refusalOf({ errors }: OrderPreview, shown: readonly FieldPath[]): Refused {
  const detail = errors.map((each) => each.detail).join(' ')
  return sortFaults({ detail, errors: errors.flatMap((each) => each.errors) }, shown)
}
