// expect: COMPLETED ; text that is no UTF-8
export const f = () => { console.log('\ud800', '\udc00'); console.error('a\u2028b\0c\n~{"o":0}'); return 1; };
