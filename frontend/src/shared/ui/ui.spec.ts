import { mount } from '@vue/test-utils'
import { describe, expect, it } from 'vitest'
import DecimalInput from './DecimalInput.vue'
import { nest, nextSorting, sortRows, type Column } from './table'

describe('a decimal input', () => {
  const open = (value: string) => {
    const field = mount(DecimalInput, {
      props: {
        label: 'Price',
        step: '0.05',
        start: '10',
        modelValue: value,
        'onUpdate:modelValue': (next: string) => field.setProps({ modelValue: next }),
      },
    })
    const press = (key: string, shiftKey = false) =>
      field.get('input').trigger('keydown', { key, shiftKey })
    return { press, value: () => field.get('input').element.value }
  }

  it('steps by the tick with the arrow keys, ten ticks with Shift', async () => {
    const { press, value } = open('1.02')
    await press('ArrowUp')
    expect(value()).toBe('1.05')
    await press('ArrowUp', true)
    expect(value()).toBe('1.55')
  })

  it('never steps to zero', async () => {
    const { press, value } = open('0.05')
    await press('ArrowDown')
    expect(value()).toBe('0.05')
  })

  it('starts at the price of now', async () => {
    const { press, value } = open('')
    await press('ArrowUp')
    expect(value()).toBe('10')
  })
})

describe('sorting a table', () => {
  const columns: Column<number>[] = [{ key: 'n', label: 'N', sort: (a, b) => a - b }]

  it('goes up, down, and back to the order of the rows', () => {
    const up = nextSorting(undefined, 'n')
    const down = nextSorting(up, 'n')
    expect(sortRows([2, 3, 1], columns, up)).toEqual([1, 2, 3])
    expect(sortRows([2, 3, 1], columns, down)).toEqual([3, 2, 1])
    expect(sortRows([2, 3, 1], columns, nextSorting(down, 'n'))).toEqual([2, 3, 1])
  })
})

describe('rows under rows', () => {
  const nested = (rows: string[]) =>
    nest(
      rows,
      (row) => row,
      (row) => (row.includes('.') ? row.slice(0, row.lastIndexOf('.')) : undefined),
    )

  it('stand under their parent, in the order that they have', () => {
    expect(nested(['b.2', 'a.1', 'b', 'b.1', 'a'])).toEqual(['b', 'b.2', 'b.1', 'a', 'a.1'])
  })

  it('stand alone where their parent is not shown', () => {
    expect(nested(['a', 'c.1'])).toEqual(['a', 'c.1'])
  })
})
