// expect: THREW ; a class where a function should be
export class f {}
