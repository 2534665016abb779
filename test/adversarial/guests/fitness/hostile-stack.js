// expect: FITNESS_PROGRAM_FAILED ; a prepareStackTrace that does not return
// with: via=fitness timeout=500
export default () => { Error.prepareStackTrace = () => { for (;;); }; throw new Error("mine"); };
