import { onScopeDispose, readonly, ref, type Ref } from 'vue'

/** The time of this computer, renewed once a second while somebody looks. */
export function useClock(): Readonly<Ref<number>> {
  const now = ref(Date.now())
  const timer = setInterval(() => {
    now.value = Date.now()
  }, 1000)
  onScopeDispose(() => {
    clearInterval(timer)
  })
  return readonly(now)
}
