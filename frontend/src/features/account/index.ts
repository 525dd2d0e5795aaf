export { default as AccountPanel } from './AccountPanel.vue'
export { default as AccountSelector } from './AccountSelector.vue'
export { isOpen } from './ledger'
export { useAccounts } from './store'
