// expect: COMPLETED ; references to files of the machine
// value: 1
/// <reference path="/etc/passwd" />
/// <reference types="node" />
export const f = (): number => 1;
