// expect: COMPLETED|TIMEOUT|LOAD_TIMEOUT|LOAD_MEMORY_LIMIT ; one export under very many names
// with: timeout=3000 after=no
const g = () => 1;
export { g as f };
⟦export {};×100000⟧
