// Small pieces of a page, made without markup in strings.

export function element(tag, attributes, ...children) {
  const made = document.createElement(tag)
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value)
  made.append(...children.filter((child) => child !== undefined && child !== ''))
  return made
}

/** Paragraphs of a description: `code` and **strong** are marked, nothing else is. */
export function prose(text) {
  return text
    .trim()
    .split(/\n\s*\n/)
    .map((paragraph) => element('p', {}, ...inline(paragraph)))
}

function inline(text) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (part.startsWith('`')) return element('code', {}, part.slice(1, -1))
    if (part.startsWith('**')) return element('strong', {}, part.slice(2, -2))
    return part
  })
}

export function table(heads, rows) {
  const cells = (tag, values) =>
    element('tr', {}, ...values.map((value) => element(tag, {}, ...[value].flat())))
  return element(
    'div',
    { class: 'table', tabindex: '0', role: 'group', 'aria-label': heads.join(', ') },
    element(
      'table',
      {},
      element('thead', {}, cells('th', heads)),
      element('tbody', {}, ...rows.map((row) => cells('td', row.map(plain)))),
    ),
  )
}

const plain = (value) => (typeof value === 'number' ? String(value) : value)
const MOST_LEVELS = 4

/** The properties of a schema, those of its objects indented below them. */
export function schemaTable(schema, resolve) {
  const rows = propertyRows(schema, resolve, 0, [])
  return rows.length > 0 ? table(['Field', 'Type', 'Meaning'], rows) : element('p', {}, '')
}

function propertyRows(reference, resolve, level, path) {
  const schema = flatten(resolve(reference), resolve)
  if (level > MOST_LEVELS || path.includes(schema.name)) return []
  const below = schema.name ? [...path, schema.name] : path
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const inner = resolve(property)
    const field = element(
      'span',
      { class: 'field', 'data-level': String(level) },
      element('code', {}, name),
      (schema.required ?? []).includes(name)
        ? ''
        : element('span', { class: 'optional' }, 'optional'),
    )
    const target = inner.type === 'array' ? inner.items : inner
    return [
      [field, typeOf(inner, resolve), inline(inner.description ?? '')],
      ...variants(target, resolve).flatMap((each) => propertyRows(each, resolve, level + 1, below)),
    ]
  })
}

/** An object that is put together of several is shown as one. */
function flatten(schema, resolve) {
  const parts = (schema?.allOf ?? []).map((part) => flatten(resolve(part), resolve))
  return parts.reduce(
    (whole, part) => ({
      ...whole,
      properties: { ...whole.properties, ...part.properties },
      required: [...(whole.required ?? []), ...(part.required ?? [])],
    }),
    schema ?? {},
  )
}

function variants(reference, resolve) {
  const schema = resolve(reference)
  return schema?.oneOf ?? (schema ? [reference] : [])
}

function typeOf(schema, resolve) {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  if (schema.oneOf) return schema.oneOf.map((each) => resolve(each).name ?? 'object').join(' | ')
  if (schema.type === 'array') return `${typeOf(resolve(schema.items), resolve)}[]`
  if (schema.allOf || schema.type === 'object') return schema.name ?? 'object'
  return schema.name && schema.name !== schema.type
    ? `${schema.type ?? 'any'} (${schema.name})`
    : (schema.type ?? 'any')
}
