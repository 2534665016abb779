// expect: INVALID_RESULT ; an object that inherits from a Date through sixteen proxies' worth of prototypes
export const f = () => { let o = new Date(); for (let i = 0; i < 8; i++) o = Object.create(o); return o; };
