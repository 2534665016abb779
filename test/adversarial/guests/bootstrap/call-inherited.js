// expect: THREW "no exported function" ; calling what every object inherits
// with: function=hasOwnProperty
export const f = () => 1;
