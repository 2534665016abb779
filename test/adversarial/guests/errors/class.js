// expect: THREW ; a class with static hostile fields
export const f = () => { throw class { static get name() { throw 1; } static get message() { throw 2; } static get stack() { throw 3; } }; };
