// expect: COMPLETED ; logging, timers and microtasks from within the encoder
// value: {"a":1,"b":2}
export const f = () => ({ get a() { console.log('within'); setTimeout(() => { throw new Error('late'); }, 0); return 1; }, get b() { queueMicrotask(() => { throw new Error('later'); }); return 2; } });
