// expect: TIMEOUT|THREW|MEMORY_LIMIT ; a source of several megabytes made within a run
export const f = () => { const s = 'a=>'.repeat(1000) + '1;'; for (;;) (0, eval)(s.repeat(500)); };
