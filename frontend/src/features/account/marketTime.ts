import { useWorkspace } from '@/features/workspace'
import { formatDate, formatStamp } from '@/shared/time'
import { useAccounts } from './store'

/** Writes market times of the chosen account: a replay is at a day of its record, not at a time of today. */
export function useMarketTime(): (time: number) => string {
  const accounts = useAccounts()
  const workspace = useWorkspace()
  return (time) =>
    accounts.current?.clock === 'replay'
      ? formatDate(time, 'UTC')
      : formatStamp(time, workspace.tableZone)
}
