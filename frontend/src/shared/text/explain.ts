/** The words around why an order stands as it does. */
export const explain = {
  title: (side: string, quantity: string, symbol: string) => `${side} ${quantity} ${symbol}`,
  hint: 'What the order waits for, how it filled, and all that it has been.',
  open: (status: string, side: string, quantity: string, symbol: string) =>
    `${status}. Why? ${side} ${quantity} ${symbol}`,
  waitsFor: 'What it waits for',
  ended: 'How it ended',
  now: (price: string) => `Now ${price}`,
  filledAt: (quantity: string, price: string) => `${quantity} at ${price} on average`,
  timeOver: 'Its time in force is over',
  entry: (words: string) => `Entry: ${words}`,
  taken: (taken: string, offered: string) => `${taken} of ${offered} offered are taken`,
  model: (model: string) => `Fill model: ${model}`,
  models: (models: string) => `Made by: ${models}`,
  arrives: (time: string) => `Arrives ${time}`,
  lastPrice: (time: string) => `Last price ${time}`,
  from: (time: string) => `From ${time} on`,
  fills: 'How it filled',
  fill: (quantity: string, price: string) => `${quantity} at ${price}`,
  commission: (amount: string) => `commission ${amount}`,
  triggered: 'Triggered',
  progress: (filled: string, quantity: string) => `${filled} of ${quantity} filled`,
  history: 'What it has been',
} as const

/** Why an order was rejected or canceled, by the code that the server gives. */
const REASONS: Partial<Record<string, string>> = {
  requested: 'Canceled on request',
  replaced: 'Other legs took its place',
  oco: 'Another order of its group filled',
  position_closed: 'The position is closed',
  nothing_to_protect: 'There is nothing left to protect',
  not_filled_at_once: 'It could not fill at once',
  post_only_would_fill: 'Post only, and it would have filled at once',
  account_reset: 'The account was reset',
  liquidation: 'The account was liquidated',
  split: 'A split left no whole unit of it',
  insufficient_margin: 'Not enough margin to fill it',
  no_rate: 'There is no rate for its currency',
  scenario: 'A scenario refused it',
}

/** A code without words of its own is read as words; what a venue says in its own words stays. */
export function reasonWords(reason: string): string {
  return REASONS[reason] ?? capitalized(reason.replaceAll('_', ' '))
}

export function capitalized(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1)
}
