/** Which metrics a query reads, and which labels it relies on. */
export type Reading = { metrics: string[]; labels: string[] };

export function readingOf(promql: string): Reading {
  const clauses = /\b(?:by|on|without|ignoring)\s*\(([^)]*)\)/g;
  const matchers = /\{([^}]*)\}/g;
  const grouped = [...promql.matchAll(clauses)].flatMap(([, names = '']) => names.split(','));
  const matched = [...promql.matchAll(matchers)].flatMap(([, inside = '']) =>
    [...inside.matchAll(/([a-zA-Z_]\w*)\s*(?:=~|!~|!=|=)/g)].map(([, name = '']) => name),
  );
  const rest = promql
    .replaceAll(clauses, ' ')
    .replaceAll(matchers, ' ')
    .replaceAll(/\[[^\]]*\]|\boffset\s+\w+/g, ' ');
  const metrics = [...rest.matchAll(/[a-zA-Z_:][\w:]*(?!\w*\s*\()/g)].map(([name]) => name);
  const operators = new Set(['or', 'and', 'unless', 'bool']);
  return {
    metrics: [...new Set(metrics.filter((name) => !operators.has(name)))],
    labels: [...new Set([...grouped, ...matched].map((name) => name.trim()))].filter((name) => name !== ''),
  };
}
