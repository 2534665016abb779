// expect: COMPLETED ; nested as deep as allowed
export const f = () => { let v = 1; for (let i = 0; i < 30; i++) v = [v]; return v; };
