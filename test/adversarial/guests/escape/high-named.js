// expect: SCAN_REFUSED "eval makes code that no scan sees" ; the same by name, under profile HIGH
// with: profile=high
export const f = () => eval('1');
