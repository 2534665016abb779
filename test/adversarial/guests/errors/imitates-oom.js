// expect: THREW "out of memory" ; the words by which a lack of memory is told
export const f = () => { throw new RangeError('FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory is_heap_oom = 1'); };
