export { default as OrdersPanel } from './OrdersPanel.vue'
