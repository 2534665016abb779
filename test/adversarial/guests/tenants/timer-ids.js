// expect: COMPLETED ; the numbers of timers do not tell of those before
// value: true
for (let i = 0; i < 50; i++) clearTimeout(setTimeout(() => {}, 0));
export const f = () => 0;
// tenant: next
export const f = () => { const id = setTimeout(() => {}, 0); clearTimeout(id); return id <= 2; };
