import { computed } from 'vue'
import type { Resolution } from '@generated/models'
import { useSymbol } from '@/features/symbols'
import { useWorkspace } from '@/features/workspace'

/** The resolution that is drawn: the chosen one, or the symbol's first where it does not have that. */
export function useResolution() {
  const workspace = useWorkspace()
  const symbol = useSymbol(() => workspace.symbol)
  return computed<Resolution>({
    get: () => {
      const offered = symbol.data.value?.resolutions
      if (!offered || offered.includes(workspace.resolution)) return workspace.resolution
      return offered[0] ?? workspace.resolution
    },
    set: (chosen) => {
      workspace.resolution = chosen
    },
  })
}
