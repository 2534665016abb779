// expect: COMPLETED|THREW ; a state whose getter answers something else each time
import { setState } from 'petri:sandbox';
let n = 0;
export const f = () => { setState({ get n() { return n++; } }); return 1; };
