export { default as ConnectionState } from './ConnectionState.vue'
export { default as LostBanner } from './LostBanner.vue'
export { useConnection } from './store'
