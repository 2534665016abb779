// expect: THREW ; timers of its own have no clock behind them
export const f = () => { globalThis.setTimeout = (g) => g; return new Promise((resolve) => setTimeout(resolve, 1)); };
