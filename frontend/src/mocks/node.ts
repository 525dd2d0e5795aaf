import { setupServer } from 'msw/node'
import { createServer } from './handlers'

/** The mock server of the component tests; each file gets its own. */
export const mock = createServer()
export const server = setupServer(...mock.handlers)
