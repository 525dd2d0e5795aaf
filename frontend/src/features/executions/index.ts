export { default as ExecutionsPanel } from './ExecutionsPanel.vue'
