import type { Decimal } from '@/shared/money'

/** One figure as a panel shows it, or why there is none. */
export interface Figure {
  label: string
  text: string
  /** Colors it by its sign. */
  signed?: Decimal
  /** It is not defined; `text` says why. */
  missing?: boolean
  hint?: string
}

export interface Figures {
  title: string
  figures: readonly Figure[]
}
