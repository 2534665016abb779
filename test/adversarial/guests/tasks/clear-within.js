// expect: COMPLETED ; timers that clear each other while the next is sought
// value: "done"
export const f = () => new Promise((resolve) => { const ids = []; for (let i = 0; i < 50; i++) ids.push(setTimeout(() => { for (const id of ids) clearTimeout(id); clearTimeout({ valueOf() { throw 1; } }); setTimeout(() => resolve('done'), 1); }, 1)); });
