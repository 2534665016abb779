import type { Selection } from './selection.ts';

/** Text of one chunk: large enough to be cheap, far below the message limit. */
const CHUNK = 64 * 1024;

export type LineageFormat = 'DOT' | 'JSON';

/** These individuals and the births among them, as text in chunks. */
export function* exportLineage(selection: Selection, format: LineageFormat): Generator<string, void, void> {
  let chunk = '';
  for (const line of format === 'DOT' ? dot(selection) : json(selection)) {
    chunk += line;
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

function* dot(selection: Selection): Generator<string, void, void> {
  const { graph } = selection;
  yield 'digraph lineage {\n';
  for (const place of selection.places()) {
    const [id, birth] = [graph.idAt(place), graph.birthAt(place)];
    const label = birth ? `${id}\\n${escaped(birth.mutationType)} g${birth.generation}` : `${id}\\nforeign`;
    yield `  "${id}" [label="${label}"${birth ? '' : ', style=dashed'}];\n`;
  }
  for (const [parent, child] of edges(selection)) yield `  "${parent}" -> "${child}";\n`;
  yield '}\n';
}

function* json(selection: Selection): Generator<string, void, void> {
  const { graph } = selection;
  yield '{"nodes":[\n';
  let glue = '';
  for (const place of selection.places()) {
    const birth = graph.birthAt(place);
    const depth = graph.depthAt(place);
    const known = birth && {
      mutationType: birth.mutationType,
      generation: birth.generation,
      island: birth.island,
      population: birth.population,
      genomeSha256: birth.genomeSha256,
      bornAt: new Date(birth.bornAtMs).toISOString(),
    };
    yield `${glue}${JSON.stringify({ id: graph.idAt(place), depth, foreign: birth === undefined, ...known })}`;
    glue = ',\n';
  }
  yield '\n],"edges":[\n';
  glue = '';
  for (const [parent, child] of edges(selection)) {
    yield `${glue}${JSON.stringify({ parent, child })}`;
    glue = ',\n';
  }
  yield '\n]}\n';
}

function* edges(selection: Selection): Generator<[parent: string, child: string], void, void> {
  const { graph } = selection;
  for (const place of selection.places())
    for (const parent of graph.parentsAt(place))
      if (selection.has(parent)) yield [graph.idAt(parent), graph.idAt(place)];
}

/** Ids need none of it; a mutation type is free text. */
function escaped(text: string): string {
  return text.replaceAll(/["\\]/g, '\\$&').replaceAll(/[\r\n]+/g, ' ');
}
