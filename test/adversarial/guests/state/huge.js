// expect: OUTPUT_LIMIT "state" ; a state past its limit
// with: state=1024
import { state } from 'petri:sandbox';
export const f = () => { state.text = 'x'.repeat(2000); return 1; };
