class Node {
  #left; static count = 0;
  static { Node.count++; }
  constructor(left, right) { this.#left = left; this.right = right; }
  get depth() { return 1 + Math.max(this.#left?.depth ?? 0, this.right?.depth ?? 0); }
  *[Symbol.iterator]() { yield* this.#left ?? []; yield this; yield* this.right ?? []; }
}
export const f = (x = 3) => {
  let tree;
  for (let i = 0; i < x % 9; i++) tree = i % 2 ? new Node(tree) : new Node(undefined, tree);
  return [tree?.depth ?? 0, [...(tree ?? [])].length, Node.count];
};
