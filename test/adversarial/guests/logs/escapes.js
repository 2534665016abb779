// expect: COMPLETED ; control characters, each six characters as JSON
export const f = () => { console.log('\u0001'.repeat(60000)); return 1; };
