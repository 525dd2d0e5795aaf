export { default as ActivitiesPanel } from './ActivitiesPanel.vue'
