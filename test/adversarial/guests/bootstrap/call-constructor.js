// expect: THREW "no exported function" ; calling constructor, which is not exported
// with: function=constructor
export const f = () => 1;
