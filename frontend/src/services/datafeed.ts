import type { BarPage, DatafeedConfig, Quote, Resolution, Symbol } from '@generated/models'
import { body, rest } from './rest'

export interface SymbolQuery {
  query?: string
  exchange?: string
  limit?: number
}

export interface BarsQuery {
  symbol: string
  resolution: Resolution
  /** Exclusive end, Unix milliseconds; the symbol's market time by default. */
  to?: number
  countBack: number
}

export function getDatafeedConfig(): Promise<DatafeedConfig> {
  return body(rest.GET('/datafeed/config'))
}

export async function searchSymbols(query: SymbolQuery): Promise<readonly Symbol[]> {
  return (await body(rest.GET('/datafeed/symbols', { params: { query } }))).symbols
}

export function resolveSymbol(symbol: string): Promise<Symbol> {
  return body(rest.GET('/datafeed/symbols/{symbol}', { params: { path: { symbol } } }))
}

export function getBars(query: BarsQuery): Promise<BarPage> {
  return body(rest.GET('/datafeed/bars', { params: { query } }))
}

export async function getQuotes(symbols: string[]): Promise<readonly Quote[]> {
  return (await body(rest.GET('/datafeed/quotes', { params: { query: { symbols } } }))).quotes
}
