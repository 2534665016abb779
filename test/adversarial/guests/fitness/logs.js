// expect: COMPLETED ; a flood of logs
// with: via=fitness
// value: 1
export default () => { for (let i = 0; i < 1e5; i++) console.log("x".repeat(100)); return 1; };
