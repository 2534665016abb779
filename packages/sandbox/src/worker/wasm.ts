const I64 = 0x7e;
const SECTION = { type: 1, import: 2, function: 3, export: 7 } as const;
const EXTERNAL_FUNCTION = 0;

/** Reads the LEB128 numbers and names of a WebAssembly binary. */
class Cursor {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError('the binary ends too early');
    return byte;
  }

  number(): number {
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new RangeError('a number is too long');
  }

  name(): string {
    const length = this.number();
    this.at += length;
    return Buffer.from(this.#bytes.subarray(this.at - length, this.at)).toString('utf8');
  }

  repeat<T>(read: (index: number) => T): T[] {
    return Array.from({ length: this.number() }, (_, index) => read(index));
  }
}

/**
 * For each exported function with i64 parameters, their positions: JSON has no 64-bit integers, so numbers given for
 * them must become bigints, and JavaScript can't ask a function for its signature. Binaries this reader can't follow
 * (newer types) have none; V8 has validated them already.
 */
export function wideParameters(bytes: Uint8Array): Record<string, number[]> {
  try {
    return read(bytes);
  } catch {
    return {};
  }
}

function read(bytes: Uint8Array): Record<string, number[]> {
  let types: number[][] = [];
  const functions: number[] = [];
  const wide: Record<string, number[]> = Object.create(null) as Record<string, number[]>;
  for (let at = 8; at < bytes.length;) {
    const cursor = new Cursor(bytes, at);
    const section = cursor.byte();
    const length = cursor.number();
    at = cursor.at + length;
    if (section === SECTION.type) types = cursor.repeat(() => readType(cursor));
    else if (section === SECTION.import) readImports(cursor, functions);
    else if (section === SECTION.function) functions.push(...cursor.repeat(() => cursor.number()));
    else if (section === SECTION.export)
      cursor.repeat(() => {
        const name = cursor.name();
        const kind = cursor.byte();
        const index = cursor.number();
        const positions = kind === EXTERNAL_FUNCTION ? types[functions[index] ?? -1] : undefined;
        if (positions !== undefined && positions.length > 0) wide[name] = positions;
      });
  }
  return wide;
}

/** Positions of the i64 parameters of one function type. */
function readType(cursor: Cursor): number[] {
  if (cursor.byte() !== 0x60) throw new RangeError('not a function type');
  const parameters = cursor.repeat(() => cursor.byte());
  cursor.repeat(() => cursor.byte());
  return parameters.flatMap((type, position) => (type === I64 ? [position] : []));
}

function readImports(cursor: Cursor, functions: number[]): void {
  cursor.repeat(() => {
    cursor.name();
    cursor.name();
    const kind = cursor.byte();
    if (kind === EXTERNAL_FUNCTION) functions.push(cursor.number());
    else if (kind === 3) {
      cursor.byte();
      cursor.byte();
    } else {
      if (kind === 1) cursor.byte();
      const flags = cursor.byte();
      cursor.number();
      if ((flags & 1) === 1) cursor.number();
    }
  });
}
