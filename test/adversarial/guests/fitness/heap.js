// expect: FITNESS_PROGRAM_FAILED ; a heap without end
// with: via=fitness
export default () => { const all = []; for (;;) all.push({ some: "object" }); };
