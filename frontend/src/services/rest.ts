import createClient from 'openapi-fetch'
import type { paths } from '@generated/rest'
import { text } from '@/shared/text'
import { isProblem, RequestFailed } from './problem'

/** The typed client of the REST contract. `fetch` is looked up at each call, so that tests can replace it. */
export const rest = createClient<paths>({
  baseUrl: `${globalThis.location.origin}/api/v1`,
  fetch: (request) => globalThis.fetch(request),
  headers: { Accept: 'application/json' },
  querySerializer: { array: { style: 'form', explode: false } },
})

type Listener = () => void
const signedOut = new Set<Listener>()

/** Calls back whenever the server says that nobody is signed in. */
export function onSignedOut(listener: Listener): () => void {
  signedOut.add(listener)
  return () => signedOut.delete(listener)
}

interface Answer<Body> {
  data?: Body
  error?: unknown
  response: Response
}

/** The body of a good answer; throws RequestFailed for everything else. */
export async function body<Body>(call: Promise<Answer<Body>>): Promise<Body> {
  let answer: Answer<Body>
  try {
    answer = await call
  } catch {
    throw new RequestFailed(text.failures.unreachable)
  }
  if (answer.response.ok) return answer.data as Body
  if (answer.response.status === 401)
    signedOut.forEach((listener) => {
      listener()
    })
  if (isProblem(answer.error)) throw new RequestFailed(answer.error.title, answer.error)
  throw new RequestFailed(text.failures.status(answer.response.status))
}
