import type { AccountUpdate, Activity, ActivityPage, ActivityType } from '@generated/models'

/** The activities that tell what the broker did to an account, or warns it of, without being asked. */
export const UNASKED = [
  'margin_call',
  'margin_restored',
  'liquidation',
  'split',
  'dividend',
] as const satisfies readonly ActivityType[]

export interface Happening {
  accountId: string
  epoch: string
  activity: Activity
}

/** What a transaction of the stream tells. */
export function happened({ accountId, events }: AccountUpdate, epoch: string): Happening[] {
  return events
    .flatMap((event) => (event.type === 'balance' ? (event.activities ?? []) : []))
    .filter(isUnasked)
    .map((activity) => ({ accountId, epoch, activity }))
}

/** What was told before the account was opened. */
export function recalled(accountId: string, page: ActivityPage): Happening[] {
  const { epoch } = page.asOf
  return page.activities.filter(isUnasked).map((activity) => ({ accountId, epoch, activity }))
}

/** A newer happening takes the place of an older one of the same subject. */
export function subject({ accountId, activity: { kind, symbol } }: Happening): string {
  if (kind === 'split' || kind === 'dividend') return `${accountId}:corporate_action:${symbol}`
  return kind === 'liquidation' ? `${accountId}:${kind}:${symbol}` : `${accountId}:margin`
}

/** Names it for as long as this browser remembers that it was dismissed. */
export function nameOf({ accountId, activity }: Happening): string {
  return `${accountId}:${activity.activityId}`
}

export function isUnasked({ kind }: Pick<Activity, 'kind'>): boolean {
  return UNASKED.some((each) => each === kind)
}
