// expect: FITNESS_PROGRAM_FAILED ; more timers than there may be tasks
// with: via=fitness
export default () => { for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e6); return 1; };
