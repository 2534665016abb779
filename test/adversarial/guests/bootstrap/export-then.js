// expect: COMPLETED ; an export named then makes the namespace a thenable
// with: function=then
// value: "called"
export function then(...given) { for (const each of given) if (typeof each === 'function') each('forged'); return 'called'; }
