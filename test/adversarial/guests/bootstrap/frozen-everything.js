// expect: COMPLETED ; freezing every intrinsic
// value: [1, {"a": 1}]
for (const name of Reflect.ownKeys(globalThis)) { const thing = globalThis[name]; if (thing && (typeof thing === 'object' || typeof thing === 'function')) { Object.freeze(thing.prototype ?? {}); Object.freeze(thing); } }
export const f = async () => { await new Promise((resolve) => setTimeout(resolve, 1)); console.log({ a: 1 }); return [1, { a: 1 }]; };
