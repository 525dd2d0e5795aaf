import '@/styles/main.css'
import { PiniaColada } from '@pinia/colada'
import { createPinia } from 'pinia'
import { createApp } from 'vue'
import App from './App.vue'
import { router } from './router'

if (import.meta.env.MODE === 'mock') await (await import('@/mocks/browser')).startMock()

createApp(App).use(createPinia()).use(PiniaColada).use(router).mount('#app')
