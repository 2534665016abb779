// WebAssembly modules.

const binaries = new NativeMap();
const WasmModule = wasm.Module;
const WasmInstance = wasm.Instance;
const wasmImports = wasm.Module.imports;
const wasmExports = wasm.Module.exports;

function compileBinary(name, bytes) {
  try {
    const module = new WasmModule(bytes);
    apply(mapSet, binaries, [name, module]);
    return '=' + stringify({ imports: wasmImports(module), exports: wasmExports(module) });
  } catch (thrown) {
    return fail(thrown);
  }
}

/** Called by the glue module of a binary: `wide` says which functions have which i64 parameters. */
function instantiateBinary(name, imports, wide) {
  const instance = new WasmInstance(apply(mapGet, binaries, [name]), imports);
  const exported = { __proto__: null };
  const names = keys(instance.exports);
  for (let index = 0; index < names.length; index++) {
    const name = names[index];
    const value = instance.exports[name];
    exported[name] = wide[name] === undefined ? value : widening(value, wide[name]);
  }
  return exported;
}

/** JSON has no bigints: numbers given for i64 parameters become such. */
function widening(target, positions) {
  return (...args) => {
    for (let index = 0; index < positions.length; index++) {
      const position = positions[index];
      if (typeof args[position] === 'number') args[position] = toBigInt(args[position]);
    }
    return apply(target, undefined, args);
  };
}
