export { emptyLegs, type LegsDraft } from './bracket'
export { default as OrderTicket } from './OrderTicket.vue'
