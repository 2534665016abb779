// expect: COMPLETED ; modules of the first, called by the second's
// value: "link"
export const f = () => 0;
export const secret = 1;
// tenant: next
export const f = async () => { try { const { secret } = await import('main'); return secret; } catch { return 'link'; } };
