// expect: COMPLETED|THREW ; a hundred thousand arguments
export const f = () => { console.log(...new Array(1e5).fill('argument')); return 1; };
