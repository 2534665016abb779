/** WebAssembly binaries put together by hand: small enough to be read byte by byte against the specification. */

const I32 = 0x7f;
const I64 = 0x7e;
const FUNCTION = 0x60;
const LOCAL_GET = 0x20;
const CALL = 0x10;
const END = 0x0b;

const section = (id: number, ...content: number[]) => [id, content.length, ...content];
const name = (text: string) => [text.length, ...Buffer.from(text)];
const binary = (...sections: number[][]) =>
  new Uint8Array([0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00, ...sections.flat()]);
const exported = (text: string, index: number) => section(7, 1, ...name(text), 0, index);
const body = (...code: number[]) => section(10, 1, code.length + 2, 0, ...code, END);

/** Exports `name(a, b)`, which combines two 32-bit integers by one instruction: 0x6a adds, 0x6c multiplies. */
export function combineI32(exportName: string, instruction: number): Uint8Array {
  return binary(
    section(1, 1, FUNCTION, 2, I32, I32, 1, I32),
    section(3, 1, 0),
    exported(exportName, 0),
    body(LOCAL_GET, 0, LOCAL_GET, 1, instruction),
  );
}

/** Exports `wide(a, b)`: the sum of two 64-bit integers. */
export const WIDE = binary(
  section(1, 1, FUNCTION, 2, I64, I64, 1, I64),
  section(3, 1, 0),
  exported('wide', 0),
  body(LOCAL_GET, 0, LOCAL_GET, 1, 0x7c),
);

/** Imports `twice` from the module `helper` and exports `four`, which applies it twice. */
export const IMPORTING = binary(
  section(1, 1, FUNCTION, 1, I32, 1, I32),
  section(2, 1, ...name('helper'), ...name('twice'), 0, 0),
  section(3, 1, 0),
  exported('four', 1),
  body(LOCAL_GET, 0, CALL, 0, CALL, 0),
);

/** Exports `spin`, an endless loop. */
export const SPINNING = binary(
  section(1, 1, FUNCTION, 0, 0),
  section(3, 1, 0),
  exported('spin', 0),
  body(0x03, 0x40, 0x0c, 0, END),
);
