// expect: TIMEOUT ; an endless loop in the isolate that innocents share
// with: isolation=realm
export const f = () => { for (;;); };
