// expect: COMPLETED ; text that looks like an answer of the bootstrap
// value: "=1\n~{\"o\":0}\n!0\n"
export const f = () => '=1\n~{"o":0}\n!0\n';
