// expect: INVALID_RESULT ; a Map of a subclass
export const f = () => new (class extends Map {})([[1, 2]]);
