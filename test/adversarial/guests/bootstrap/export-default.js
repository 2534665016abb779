// expect: COMPLETED ; a default export that is a class called as a function
// with: function=default
// value: "called"
export default function () { return 'called'; }
