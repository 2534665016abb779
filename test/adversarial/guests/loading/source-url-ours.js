// expect: THREW "hidden" ; frames that hide under the name of the bootstrap
export const f = () => { throw new Error('hidden'); };
//# sourceURL=petri:bootstrap
