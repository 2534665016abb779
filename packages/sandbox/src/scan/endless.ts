import { bare, children, field, FUNCTIONS, type Node } from './syntax.ts';

const LOOPS = new Set(['WhileStatement', 'DoWhileStatement', 'ForStatement']);
const BREAKABLE = new Set([...LOOPS, 'ForInStatement', 'ForOfStatement', 'SwitchStatement']);
const WAYS_OUT = new Set(['ReturnStatement', 'ThrowStatement', 'YieldExpression', 'AwaitExpression']);

/** Whether a loop has no condition, and nothing in it that could end or leave it but an error that is thrown elsewhere. */
export function isEndless(loop: Node): boolean {
  if (!LOOPS.has(loop.type) || !isAlwaysTrue(bare(field(loop, 'test')))) return false;
  const stack: [node: Node, nested: boolean][] = [];
  for (const child of children(loop)) stack.push([child, false]);
  for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
    const [node, nested] = top;
    if (WAYS_OUT.has(node.type) || (node.type === 'ForOfStatement' && node['await'] === true)) return false;
    if (node.type === 'BreakStatement' && (!nested || field(node, 'label') !== undefined)) return false;
    if (node.type === 'ContinueStatement' && field(node, 'label') !== undefined) return false;
    if (FUNCTIONS.has(node.type)) continue;
    for (const child of children(node)) stack.push([child, nested || BREAKABLE.has(node.type)]);
  }
  return true;
}

/** A condition that is left out, or a constant that is not falsy. */
function isAlwaysTrue(test: Node | undefined): boolean {
  if (test === undefined) return true;
  if (test.type === 'Literal') return Boolean(test['value']);
  const operand = bare(field(test, 'argument'));
  return (
    test.type === 'UnaryExpression' &&
    test['operator'] === '!' &&
    operand?.type === 'Literal' &&
    !operand['value']
  );
}
