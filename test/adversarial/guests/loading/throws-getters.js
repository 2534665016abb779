// expect: LOAD_TIMEOUT|EVALUATE_FAILED ; a top level that throws what never answers: isolated-vm copies it
throw Object.defineProperties(new Error('x'), { message: { get() { for (;;); } }, stack: { get() { for (;;); } } });
