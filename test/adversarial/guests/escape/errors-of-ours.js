// expect: COMPLETED ; constructors of errors that the bootstrap and V8 throw
// value: []
const caught = (work) => { try { work(); return new Error('none'); } catch (error) { return error; } };
export const f = () => {
  const deep = () => 1 + deep();
  const errors = [
    caught(() => setTimeout(1)), caught(() => queueMicrotask({})), caught(() => { for (;;) setTimeout(() => {}, 1e6); }), caught(deep), caught(() => new WebAssembly.Module(new Uint8Array(8))),
    caught(() => JSON.parse('{')), caught(() => null.x), caught(() => (0, eval)('%')), caught(() => new Array(-1)), caught(() => decodeURI('%')), caught(() => new Intl.NumberFormat('x-')), caught(() => { new Proxy({}, null); }),
  ];
  return errors.map((error, index) => (error instanceof Error && error.constructor.constructor === Function && error.constructor.constructor('return typeof process')() === 'undefined' && error.message !== 'none' ? -1 : index)).filter((index) => index >= 0);
};
