/** Words that cannot name a parameter of a strict-mode function. */
const KEYWORDS =
  'arguments await break case catch class const continue debugger default delete do else enum eval export extends false ' +
  'finally for function if implements import in instanceof interface let new null package private protected public ' +
  'return static super switch this throw true try typeof undefined NaN Infinity var void while with yield';

/**
 * One JavaScript identifier per name, in order: legible, all different, none of them a keyword or in `reserved`.
 * A header is untrusted text, and this is all of it that reaches a genome's source.
 */
export function identifiers(names: readonly string[], reserved: readonly string[]): string[] {
  const taken = new Set([...KEYWORDS.split(' '), ...reserved]);
  return names.map((name) => {
    const base = sanitise(name);
    let identifier = base;
    for (let suffix = 2; taken.has(identifier); suffix++) identifier = `${base}_${suffix}`;
    taken.add(identifier);
    return identifier;
  });
}

function sanitise(name: string): string {
  const plain = name.normalize('NFKD').replace(/\p{M}/gu, '');
  const word = plain.replace(/[^A-Za-z0-9_]+/g, '_').replace(/^_+|_+$/g, '');
  return /^[A-Za-z]/.test(word) ? word : `x_${word}`.replace(/_$/, '');
}
