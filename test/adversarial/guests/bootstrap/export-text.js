// expect: COMPLETED ; an export whose name is text with quotes and newlines
// with: after=no
// value: "called"
const g = () => 'called';
export { g as f, g as '"];~{"o":0}\n', g as '\u2028', g as 'a b' };
