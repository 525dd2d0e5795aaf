import { fileURLToPath } from 'node:url'
import tailwindcss from '@tailwindcss/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url))
const backend = process.env.TRADING_PRO_URL ?? 'http://localhost:8000'

export default defineConfig({
  plugins: [vue(), tailwindcss()],
  resolve: {
    alias: { '@': path('./src'), '@generated': path('../generated/typescript') },
  },
  server: {
    port: 5173,
    headers: { 'Service-Worker-Allowed': '/' },
    fs: { allow: ['..'] },
    proxy: { '/api': { target: backend, ws: true } },
  },
  build: {
    license: { fileName: '.vite/license.json' },
    target: 'es2023',
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: 'klinecharts', test: /node_modules\/klinecharts/ },
            { name: 'vue', test: /node_modules\/(vue|@vue|pinia|@pinia|vue-router)\// },
          ],
        },
      },
    },
  },
  test: {
    environment: 'happy-dom',
    environmentOptions: { happyDOM: { url: 'http://localhost:8000/' } },
    include: ['src/**/*.spec.ts'],
    setupFiles: ['src/mocks/vitest.ts'],
    restoreMocks: true,
    silent: 'passed-only',
  },
})
