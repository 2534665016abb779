// expect: TIMEOUT ; Intl in a loop
export const f = () => { for (let i = 0; ; i++) new Intl.DateTimeFormat('de', { dateStyle: 'full' }).format(i); };
