import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** The transcripts of docs/streaming.md; `tests/docs` reads them the same way for other clients. */

type Json = string | number | boolean | null | Json[] | { [member: string]: Json }

const ANY = '…'
const TOKEN = /"(?:[^"\\]|\\.)*"|<[^<>]+>|…|[{}[\]:,]|[^\s"<…{}[\]:,]+/g
const PLACE = /<([a-z ]+)(\+\d*)?>/g
const WHOLE = /^<([a-z ]+)(\+\d*)?>$/

/** The lines of a conversation, each with what it goes on with. */
export function transcript(name: string): string[] {
  const page = readFileSync(join(__dirname, '../../docs/streaming.md'), 'utf8')
  const blocks = page.matchAll(/^```text transcript=(\S+)\n(.*?)^```$/gms)
  return [...blocks]
    .filter(([, found]) => found === name)
    .flatMap(([, , text = '']) => text.replaceAll(/\n +/g, ' ').split('\n'))
    .filter((line) => line !== '')
}

/** JSON in which placeholders are strings, and `…` is a member too where it is one. */
export function parse(text: string): Json {
  const inside: string[] = []
  let before = ''
  const parts = (text.match(TOKEN) ?? []).map((token) => {
    if (token === '{' || token === '[') inside.push(token)
    else if (token === '}' || token === ']') inside.pop()
    const isMember = inside.at(-1) === '{' && before !== ':'
    before = token
    if (token.startsWith('<')) return `"${token}"`
    if (token !== ANY) return token
    return isMember ? `"${ANY}":"${ANY}"` : `"${ANY}"`
  })
  return JSON.parse(parts.join('')) as Json
}

const isObject = (value: Json): value is Record<string, Json> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What the placeholders stand for, so far. */
export class Values {
  #known = new Map<string, Json>()

  /** As it is sent; a name that nobody has used yet is the client's to choose. */
  fill(template: Json): Json {
    if (Array.isArray(template)) return template.map((each) => this.fill(each))
    if (isObject(template))
      return Object.fromEntries(
        Object.entries(template).map(([key, value]) => [key, this.fill(value)]),
      )
    if (typeof template !== 'string') return template
    const whole = WHOLE.exec(template)
    if (whole !== null) return this.#value(whole[1] ?? '', whole[2])
    return template.replaceAll(PLACE, (_, name: string, step?: string) =>
      String(this.#value(name, step)),
    )
  }

  /** Learns what the placeholders stand for, if it does. */
  matches(template: Json, actual: Json): boolean {
    const before = new Map(this.#known)
    if (this.#matches(template, actual)) return true
    this.#known = before
    return false
  }

  #matches(template: Json, actual: Json): boolean {
    if (template === ANY) return true
    if (Array.isArray(template)) return Array.isArray(actual) && this.#sameItems(template, actual)
    if (isObject(template)) return isObject(actual) && this.#sameMembers(template, actual)
    const whole = typeof template === 'string' ? WHOLE.exec(template) : null
    if (whole !== null) return this.#is(whole[1] ?? '', whole[2], actual)
    return this.fill(template) === actual
  }

  #sameItems(template: Json[], actual: Json[]): boolean {
    const open = template.at(-1) === ANY
    const wanted = open ? template.slice(0, -1) : template
    const found = open ? actual.slice(0, wanted.length) : actual
    return (
      wanted.length === found.length &&
      wanted.every((each, index) => this.#matches(each, found[index] ?? null))
    )
  }

  #sameMembers(template: Record<string, Json>, actual: Record<string, Json>): boolean {
    const wanted = Object.entries(template).filter(([key]) => key !== ANY)
    const complete = ANY in template || wanted.length === Object.keys(actual).length
    return (
      complete &&
      wanted.every(([key, value]) => key in actual && this.#matches(value, actual[key] ?? null))
    )
  }

  #is(name: string, step: string | undefined, actual: Json): boolean {
    if (step === '+' && !(Number(actual) > Number(this.#known.get(name)))) return false
    if (step === '+' || !this.#known.has(name)) {
      this.#known.set(name, actual)
      return true
    }
    return this.#value(name, step) === actual
  }

  #value(name: string, step?: string): Json {
    const value = this.#known.get(name) ?? randomUUID()
    this.#known.set(name, value)
    return step === undefined ? value : Number(value) + Number(step)
  }
}
