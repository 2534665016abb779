// expect: LOAD_TIMEOUT|EVALUATE_FAILED ; a top level that throws an endless proxy
throw new Proxy(new Error('x'), { get() { for (;;); }, getPrototypeOf() { for (;;); } });
