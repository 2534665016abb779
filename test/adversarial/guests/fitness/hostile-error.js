// expect: FITNESS_PROGRAM_FAILED ; an error whose every field is a trap
// with: via=fitness timeout=500
export default () => { throw new Proxy(new Error("mine"), { get() { for (;;); } }); };
