// expect: EVALUATE_FAILED ; a top level that recurses without end
const g = () => 1 + g(); g();
