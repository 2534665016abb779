// expect: THREW "max_tasks" ; more timers than allowed
export const f = () => { for (let i = 0; i < 1e6; i++) setTimeout(() => {}, 1e6); };
