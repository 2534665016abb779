// expect: COMPLETED|THREW ; call sites of an error made where nobody of its own calls
export const f = () => { Error.prepareStackTrace = (error, sites) => { globalThis.sites = sites; return ''; }; return new Promise((resolve) => setTimeout(() => { void new Error('x').stack; resolve(globalThis.sites.map((site) => `${site.getFunction()}${site.getThis()}`).filter((text) => text.includes('process'))); }, 1)); };
// value: []
