// expect: THREW ; text that is no UTF-8
export const f = () => { throw Object.assign(new Error('\ud800\udc00\ud800'), { name: '\udfff' }); };
