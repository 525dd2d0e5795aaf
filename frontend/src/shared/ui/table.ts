/** A column of a DataTable. `text` is what a cell shows unless the slot of that key says otherwise. */
export interface Column<Row> {
  key: string
  label: string
  align?: 'start' | 'end'
  muted?: boolean
  /** Shown only where there is room for it, or (`narrow`) only where there is none for others. */
  room?: 'narrow' | 'medium' | 'wide'
  /** The head is for screen readers only, as over a column of buttons. */
  hideLabel?: boolean
  text?: (row: Row) => string
  /** Makes the column sortable: how two rows compare, ascending. */
  sort?: (a: Row, b: Row) => number
}

export interface Sorting {
  key: string
  order: 'ascending' | 'descending'
}

/** A click on a head: ascending, descending, then as it came. */
export function nextSorting(current: Sorting | undefined, key: string): Sorting | undefined {
  if (current?.key !== key) return { key, order: 'ascending' }
  return current.order === 'ascending' ? { key, order: 'descending' } : undefined
}

/** Each row under its parent, if that is among them; apart from that the order stays. */
export function nest<Row>(
  rows: readonly Row[],
  key: (row: Row) => string,
  parent: (row: Row) => string | undefined,
): readonly Row[] {
  const keys = new Set(rows.map(key))
  const children = new Map<string | undefined, Row[]>()
  for (const row of rows) {
    const above = parent(row)
    const under = above !== undefined && keys.has(above) ? above : undefined
    children.set(under, [...(children.get(under) ?? []), row])
  }
  const family = (row: Row): Row[] => [row, ...(children.get(key(row)) ?? []).flatMap(family)]
  return (children.get(undefined) ?? []).flatMap(family)
}

export function sortRows<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  sorting: Sorting | undefined,
): readonly Row[] {
  const sort = columns.find((column) => column.key === sorting?.key)?.sort
  if (!sort || !sorting) return rows
  const factor = sorting.order === 'ascending' ? 1 : -1
  return rows.toSorted((a, b) => factor * sort(a, b))
}
