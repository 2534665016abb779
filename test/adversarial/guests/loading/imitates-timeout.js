// expect: EVALUATE_FAILED ; a top level that throws in the words of isolated-vm
throw new Error('Script execution timed out.');
