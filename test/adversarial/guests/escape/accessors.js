// expect: COMPLETED ; __lookupGetter__ and friends of what it was given
// value: []
export const f = () => { const odd = []; for (const thing of [console, Date, setTimeout, Math, JSON]) for (let o = thing; o; o = Object.getPrototypeOf(o)) for (const key of Reflect.ownKeys(o)) { const d = Object.getOwnPropertyDescriptor(o, key); for (const g of [d.get, d.set, d.value]) if (typeof g === 'function' && Object.getPrototypeOf(g)?.constructor?.constructor !== Function && g.constructor !== Function) odd.push(String(key)); } return odd; };
