export { default as AccountPanel } from './AccountPanel.vue'
export { default as AccountSelector } from './AccountSelector.vue'
export { useAccounts } from './store'
