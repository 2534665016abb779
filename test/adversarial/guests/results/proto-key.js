// expect: COMPLETED ; an own key __proto__ is data
// value: [{"__proto__":{"polluted":1}}]
export const f = () => [JSON.parse('{"__proto__":{"polluted":1}}')];
