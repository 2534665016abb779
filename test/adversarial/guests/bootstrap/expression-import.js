// expect: THREW ; an expression that closes its parenthesis and imports
// with: via=expression after=no
// expression: 0); import fs from 'fs'; export const more = (0
export const f = () => 1;
