export function f(x) {
  try {
    if (x === 1) throw new AggregateError([new TypeError('a'), { b: 1 }], 'many', { cause: f });
    if (x === 2) return undefinedName;
    null[x]();
  } finally {
    console.log('finally', x, new Error('logged').stack);
  }
}
