// expect: COMPILE_FAILED ; sloppy code
export const f = () => { with ({}) return 1; };
