export { default as Watchlist } from './Watchlist.vue'
