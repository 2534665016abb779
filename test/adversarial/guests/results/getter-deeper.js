// expect: INVALID_RESULT ; a getter that always answers something deeper
export const f = () => { const make = () => ({ get deeper() { return make(); } }); return make(); };
