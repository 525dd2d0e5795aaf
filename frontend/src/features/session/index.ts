export { default as LoginForm } from './LoginForm.vue'
export { default as UserMenu } from './UserMenu.vue'
export { useSession, type SessionState } from './store'
