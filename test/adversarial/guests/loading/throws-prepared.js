// expect: LOAD_TIMEOUT|EVALUATE_FAILED ; a top level that throws with a prepareStackTrace without end
Error.prepareStackTrace = () => { for (;;); };
throw new Error('x');
