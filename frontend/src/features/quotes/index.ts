export { useQuote, useQuotes, useStale } from './store'
