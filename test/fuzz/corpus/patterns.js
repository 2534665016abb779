export const f = (text = 'a1b22c333') => {
  const { groups: { word } = {} } = /(?<word>[a-z]+)(?=\d)/u.exec(String(text)) ?? {};
  const parts = String(text).split(/\d+/).map((part, at) => `${at}:${part}`).join('|');
  return [word ?? null, parts, String(text).replace(/(\d)\1*/g, (all, one) => one + all.length), 'x'.padEnd(5, text)];
};
