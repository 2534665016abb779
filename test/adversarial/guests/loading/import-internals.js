// expect: LINK_FAILED ; modules of Petri's own making
import 'petri:bootstrap';
import 'petri:settled';
import 'petri:expression-0';
export const f = () => 1;
