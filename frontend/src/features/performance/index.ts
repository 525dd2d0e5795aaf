export { default as PerformancePanel } from './PerformancePanel.vue'
