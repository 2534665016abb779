// expect: TIMEOUT|MEMORY_LIMIT|THREW ; a replacer that makes the value grow for ever
export const f = () => JSON.stringify({}, (key, value) => ({ value }));
