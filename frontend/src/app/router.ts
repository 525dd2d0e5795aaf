import { createRouter, createWebHistory } from 'vue-router'
import { useSession } from '@/features/session'

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', name: 'terminal', component: () => import('@/pages/TerminalPage.vue') },
    { path: '/login', name: 'login', component: () => import('@/pages/LoginPage.vue') },
    { path: '/:path(.*)*', name: 'nothing', component: () => import('@/pages/NotFoundPage.vue') },
  ],
})

router.beforeEach(async (to) => {
  const session = useSession()
  if (session.state === 'unknown') await session.load()
  if (to.name === 'terminal' && session.state === 'signedOut') return { name: 'login' }
  if (to.name === 'login' && session.state === 'signedIn') return { name: 'terminal' }
  return true
})
