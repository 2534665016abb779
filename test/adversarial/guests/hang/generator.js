// expect: TIMEOUT ; yield* that delegates for ever
export const f = () => { function* g() { for (;;) yield* [1, 2]; } for (const _ of g()); };
