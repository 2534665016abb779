// expect: INVALID_RESULT ; a state that changes the result's path while it is encoded
import { setState } from 'petri:sandbox';
export const f = () => { setState({ get a() { return { get b() { return () => 1; } }; } }); return { x: [1] }; };
