// expect: COMPLETED|THREW ; an expression that closes its parenthesis and imports the sandbox
// with: via=expression after=no
// expression: 0); import { setState } from 'petri:sandbox'; setState({ forged: 1 }); (0
export const f = () => 1;
