// expect: INVALID_RESULT ; text that is no UTF-8
export const f = () => ['ok', '\ud800'];
