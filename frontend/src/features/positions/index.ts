export { default as PositionsPanel } from './PositionsPanel.vue'
