// expect: COMPLETED ; what is lent to modules is gone once they are loaded
// value: ["object", "undefined", true]
import { log } from 'petri:sandbox';
const lent = typeof globalThis.__petri_lent__;
export const f = () => [lent, typeof globalThis.__petri_lent__, log.constructor === Function];
