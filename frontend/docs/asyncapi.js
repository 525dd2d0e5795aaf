// Renders the stream contract that this server serves: the rules of a connection, then each channel with its messages.
import { element as h, prose, schemaTable, table } from './render.js'

const main = document.getElementById('reference')
const contents = document.getElementById('contents')

/** Follows a reference inside the document; what is no reference is returned as it is. */
function resolver(contract) {
  return function resolve(node) {
    if (!node?.$ref?.startsWith('#/')) return node
    const found = node.$ref
      .slice(2)
      .split('/')
      .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
      .reduce((at, part) => at?.[part], contract)
    const { $ref, ...beside } = node
    return { name: $ref.split('/').pop(), ...resolve(found), ...beside }
  }
}

function section(id, title, ...children) {
  contents.append(h('a', { href: `#${id}` }, title))
  return h('section', { id }, h('h2', {}, title), ...children)
}

const milliseconds = (value) => (value >= 1000 ? `${value / 1000} s` : `${value} ms`)
const words = (name) => name.replace(/([A-Z])/g, ' $1').toLowerCase()

function rules(policy) {
  const times = { ...policy.heartbeat, ...policy.lifespan }
  return [
    section(
      'rules',
      'Rules of a connection',
      table(
        ['Time', 'Value'],
        Object.entries(times).map(([name, value]) => [words(name), milliseconds(value)]),
      ),
      table(
        ['Limit', 'Value'],
        Object.entries(policy.limits).map(([name, value]) => [
          words(name),
          value.toLocaleString('en-US'),
        ]),
      ),
    ),
    section(
      'close-codes',
      'Close codes',
      table(
        ['Code', 'Name', 'Reconnect', 'Meaning'],
        policy.closeCodes.map((each) => [
          each.code,
          h('code', {}, each.name),
          each.reconnect ? 'yes' : 'no',
          each.description,
        ]),
      ),
    ),
  ]
}

function errors(codes) {
  return section(
    'errors',
    'Error codes',
    table(
      ['Code', 'Meaning'],
      Object.entries(codes).map(([code, meaning]) => [h('code', {}, code), meaning]),
    ),
  )
}

/** Who says it: the contract's actions are the server's. */
function directions(contract, resolve) {
  const says = new Map()
  const note = (references, who) => {
    for (const each of references ?? []) says.set(resolve(resolve(each)).name, who)
  }
  for (const operation of Object.values(contract.operations)) {
    note(operation.messages, operation.action === 'receive' ? 'client' : 'server')
    note(operation.reply?.messages, 'server')
  }
  return says
}

function messageCard(message, who, resolve) {
  return h(
    'article',
    { class: 'message' },
    h(
      'h3',
      {},
      h('code', {}, message.name),
      h('span', { class: `who ${who}` }, who === 'client' ? 'client → server' : 'server → client'),
    ),
    h('p', {}, message.summary ?? ''),
    schemaTable(message.payload, resolve),
    ...(message.examples ?? []).map((example) =>
      h(
        'details',
        { open: '' },
        h('summary', {}, `Example: ${example.name ?? 'message'}`),
        h('pre', { tabindex: '0' }, JSON.stringify(example.payload, null, 2)),
      ),
    ),
  )
}

function channelSection(key, channel, says, resolve) {
  const messages = Object.values(channel.messages ?? {}).map((each) => resolve(resolve(each)))
  return section(
    key,
    channel.title ?? key,
    h(
      'p',
      { class: 'facts' },
      channel.address ? h('code', {}, channel.address) : '',
      channel['x-delivery'] ? h('span', { class: 'tag' }, channel['x-delivery']) : '',
    ),
    ...prose(channel.description ?? ''),
    ...messages.map((message) => messageCard(message, says.get(message.name) ?? 'server', resolve)),
  )
}

async function render() {
  const answer = await fetch('/api/v1/ws/asyncapi.json', {
    headers: { Accept: 'application/json' },
  })
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`)
  const contract = await answer.json()
  const resolve = resolver(contract)
  const says = directions(contract, resolve)
  main.replaceChildren(
    h('h1', {}, `${contract.info.title} `, h('small', {}, contract.info.version)),
    ...prose(contract.info.description ?? ''),
    ...Object.entries(contract.channels).map(([key, channel]) =>
      channelSection(key, resolve(channel), says, resolve),
    ),
    ...(contract['x-stream-policy'] ? rules(contract['x-stream-policy']) : []),
    ...(contract['x-errors'] ? [errors(contract['x-errors'])] : []),
  )
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView()
}

render().catch((error) => {
  main.replaceChildren(h('h1', {}, 'The contract could not be loaded'), h('p', {}, error.message))
})
