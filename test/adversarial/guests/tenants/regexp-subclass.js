// expect: COMPLETED ; the last match, asked through a subclass and another receiver
// value: []
export const f = () => 'secret'.replace(/(secret)/, '$1') && 0;
// tenant: next
export const f = () => { class R extends RegExp {} const out = []; for (const name of ['$1', 'lastMatch', 'input']) { const d = Object.getOwnPropertyDescriptor(RegExp, name); for (const receiver of [R, RegExp]) { try { if (String(d?.get.call(receiver) ?? '').includes('secret')) out.push(name); } catch {} } } return out; };
