// expect: COMPLETED ; functions and receivers of callers, by CallSite objects
// value: []
export const f = () => {
  Error.prepareStackTrace = (error, sites) => sites;
  Error.stackTraceLimit = 100;
  const sites = new Error('x').stack;
  return sites.filter((site) => (site.getFunction() !== undefined && site.getFunction() !== f) || (site.getThis() !== undefined && site.getThis() !== globalThis) || /node:|file:|\//.test(`${site.getFileName()}${site.getScriptNameOrSourceURL()}${site.getEvalOrigin()}`) || (site.constructor.constructor('return typeof process')() !== 'undefined')).map(String);
};
