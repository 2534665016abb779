// expect: COMPLETED ; an instance with private members
// value: {"shown":1}
export const f = () => new (class { #hidden = 1; shown = this.#hidden; })();
