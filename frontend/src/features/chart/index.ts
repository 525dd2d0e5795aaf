export { default as ChartPanel } from './ChartPanel.vue'
export { default as ChartTools } from './ChartTools.vue'
