import { ref, watch } from 'vue'

export type Theme = 'dark' | 'light'

const KEY = 'trading-pro.theme'

/** The theme of the page. public/theme.js has set it before the first paint. */
export const theme = ref<Theme>(
  document.documentElement.dataset.theme === 'light' ? 'light' : 'dark',
)

watch(
  theme,
  (next) => {
    document.documentElement.dataset.theme = next
    try {
      localStorage.setItem(KEY, next)
    } catch {
      // Storage may be switched off; the choice lives as long as the page.
    }
  },
  { flush: 'sync' },
)

export function toggleTheme(): void {
  theme.value = theme.value === 'dark' ? 'light' : 'dark'
}

/** The value of a design token as the page has it now, for drawing on a canvas. */
export function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
