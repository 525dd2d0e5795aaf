import { expect, it } from 'vitest'
import type { Activity } from '@generated/models'
import type { Happening } from '@/features/account'
import { lines } from './lines'

it('lists what happened between the changes of the balance, newest first', () => {
  const activity = (time: number): Activity => ({
    activityId: `act_${time}`,
    kind: 'commission',
    amount: '-1',
    balance: '99',
    time,
    marketTime: time,
    sequence: time,
  })
  const happening: Happening = {
    id: 'h',
    accountId: 'paper',
    epoch: 'e',
    time: 2,
    event: { type: 'margin_call', active: true, equity: '12', maintenanceMargin: '10' },
  }
  const found = lines([activity(3), activity(1)], [happening])
  expect(found.map((each) => each.id)).toEqual(['act_3', 'h', 'act_1'])
  expect(found[1]).toMatchObject({
    what: 'Margin call',
    note: 'Equity 12.00, maintenance margin 10.00',
    happening: true,
  })
})
