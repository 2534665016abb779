// expect: OUTPUT_LIMIT "state" ; a state of one character more
// with: state=1024
import { setState } from 'petri:sandbox';
export const f = () => { setState('x'.repeat(1023)); return 1; };
