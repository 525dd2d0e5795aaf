import { shallowRef } from 'vue'

export interface Notice {
  id: number
  tone: 'good' | 'bad' | 'plain'
  title: string
  detail?: string
}

/** What just happened, shown for some seconds in a corner. */
export const notices = shallowRef<readonly Notice[]>([])
let next = 1

export function notify(tone: Notice['tone'], title: string, detail?: string): void {
  notices.value = [...notices.value.slice(-3), { id: next++, tone, title, detail }]
}

export function dismiss(id: number): void {
  notices.value = notices.value.filter((notice) => notice.id !== id)
}
