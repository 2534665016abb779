// expect: FITNESS_PROGRAM_FAILED "read only" ; another function in the place of candidate.call
// with: via=fitness
export default (candidate) => { "use strict"; candidate.call = () => 1; return 1; };
