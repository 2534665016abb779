// expect: COMPLETED|THREW ; a function that is a proxy with an apply trap
export const f = new Proxy(() => 1, { apply(target, self, args) { args.push = () => { throw 1; }; return args.length; }, get() { throw new Error('read'); } });
