export { basisOf } from './basis'
export { default as ExecutionsPanel } from './ExecutionsPanel.vue'
