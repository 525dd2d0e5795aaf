export { default as OrderTicket } from './OrderTicket.vue'
