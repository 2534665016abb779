// expect: THREW ; endless recursion within error normalisation
export const f = () => { const g = () => 1 + g(); throw { get name() { return g(); }, get message() { return g(); }, get stack() { return g(); } }; };
