// expect: COMPLETED ; template objects and function identities
// value: true
export const f = () => { const t = (s) => s; try { t`a`.left = 1; } catch {} return 0; };
// tenant: next
export const f = () => { const t = (s) => s; return t`a`.left === undefined; };
