// expect: COMPLETED ; an export named __proto__
// with: function=__proto__
// value: "called"
const g = () => 'called';
export { g as __proto__, g as toString, g as valueOf };
