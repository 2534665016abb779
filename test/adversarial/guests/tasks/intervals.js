// expect: TIMEOUT ; a hundred intervals, each as often as possible
export const f = () => { for (let i = 0; i < 100; i++) setInterval(() => {}, 0); return new Promise(() => {}); };
