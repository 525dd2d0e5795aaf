import type { FieldError, Problem } from '@generated/models'

/** A request that was refused (with the server's Problem) or that got no answer at all. */
export class RequestFailed extends Error {
  readonly problem: Problem | undefined

  constructor(message: string, problem?: Problem) {
    super(message)
    this.name = 'RequestFailed'
    this.problem = problem
  }

  get code(): string | undefined {
    return this.problem?.code
  }

  /** True when it is unknown whether the server acted; the same idempotency key must be used to ask again. */
  get ambiguous(): boolean {
    return this.problem === undefined || this.problem.status >= 500
  }

  /** What is wrong with one field, named as in the request body: `limitPrice`. */
  field(name: string): FieldError | undefined {
    return this.problem?.errors?.find((each) => each.field.replace(/^\//, '') === name)
  }
}

/** The words to show for anything that was thrown. */
export function reasonOf(error: unknown): string {
  if (error instanceof RequestFailed) return error.problem?.detail ?? error.message
  return error instanceof Error ? error.message : String(error)
}

export function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && 'status' in body
}
