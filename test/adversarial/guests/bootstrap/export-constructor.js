// expect: COMPLETED ; an export named constructor
// with: function=constructor
// value: "called"
const g = () => 'called';
export { g as constructor, g as prototype, g as hasOwnProperty };
