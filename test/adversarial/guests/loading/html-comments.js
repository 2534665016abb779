// expect: COMPILE_FAILED ; what only scripts may contain
export const f = () => 1;
<!-- comment
