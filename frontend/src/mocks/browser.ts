import { setupWorker } from 'msw/browser'
import { createServer } from './handlers'

/** `npm run dev -- --mode mock`: the screens without a server. Never part of a build. */
export async function startMock(): Promise<void> {
  await setupWorker(...createServer().handlers).start({
    quiet: true,
    onUnhandledFrame: 'bypass',
    serviceWorker: { url: '/node_modules/msw/lib/mockServiceWorker.js', options: { scope: '/' } },
  })
}
