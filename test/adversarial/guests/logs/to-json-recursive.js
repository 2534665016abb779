// expect: COMPLETED|THREW ; an argument that logs itself when logged
export const f = () => { const o = { toJSON() { console.log(o); return 1; } }; console.log(o); return 1; };
