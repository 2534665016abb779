import ivm from 'isolated-vm';
import type { Phase } from '../recorder.ts';
import type { LoadStage, PlannedModule, ScanOrder, WireError } from '../protocol.ts';
import type { ScanReport } from '../scan/finding.ts';
import { scan } from '../scan/scan.ts';
import { type Argument, OP, type Op, type Realm } from './realm.ts';
import { type Meter, sliceFailure, wireError } from './slices.ts';
import { stripTypes } from './transpile.ts';
import { wideParameters } from './wasm.ts';

export const SANDBOX_MODULE = 'petri:sandbox';
// Any name the guest does not choose: it stands on the global object only while modules are evaluated.
const LENT = '__petri_lent__';

const SANDBOX_SOURCE = `const api = globalThis.${LENT};
export let state;
api.attach((value) => { state = value; });
export const { log, sleep, setState } = api;
`;

/** A genome that can't be loaded: what the guest did wrong, and where. */
export class LoadFailure extends Error {
  readonly stage: LoadStage;
  readonly error: WireError;
  /** Of code that was refused for it. */
  readonly report: ScanReport | undefined;

  constructor(stage: LoadStage, error: WireError, report?: ScanReport) {
    super(error[1]);
    this.stage = stage;
    this.error = error;
    this.report = report;
  }
}

/** Puts modules into a fresh realm: compiled, linked and evaluated. Shares its task's clock. */
export class Loader {
  readonly #realm: Realm;
  readonly #phase: Phase;
  readonly #compiled = new Map<string, ivm.Module>();
  #meter: Meter;
  /** What the scan had to say of the modules, if they were scanned. */
  report: ScanReport | undefined;

  constructor(realm: Realm, meter: Meter, phase: Phase) {
    this.#realm = realm;
    this.#meter = meter;
    this.#phase = phase;
  }

  /**
   * Names of each module's exports.
   *
   * @throws LoadFailure with every module's error or every finding, SliceFailure
   */
  load(modules: PlannedModule[], order: ScanOrder | undefined): Map<string, string[]> {
    this.#compileAll(modules);
    if (order !== undefined) this.#scan(modules, order);
    this.#link(modules);
    return this.#evaluate(modules);
  }

  /** What there is to say of sources, refused or not; nothing of them runs. @throws as `load` */
  inspect(modules: PlannedModule[], order: ScanOrder): ScanReport {
    const sources = modules.filter(({ language }) => language !== 'wasm');
    this.#compileAll(sources);
    return this.#meter.slice(() => scan(sources, order));
  }

  #scan(modules: PlannedModule[], order: ScanOrder): void {
    const report = this.#meter.slice(() => scan(modules, order));
    if (report.refused) throw new LoadFailure('scan', scanError(report, order), report);
    this.report = report;
  }

  /** Adds one more module of ours that imports from those loaded; on the clock of another task. */
  add(name: string, source: string, meter: Meter): void {
    this.#meter = meter;
    const module = this.#source(name, source);
    this.#instantiate(name, module);
    this.#run(name, module);
    this.#register(name, module);
  }

  #compileAll(modules: PlannedModule[]): void {
    const errors: WireError[] = [];
    for (const module of modules) {
      try {
        this.#compiled.set(module.name, this.#compile(module));
      } catch (thrown) {
        if (!(thrown instanceof LoadFailure)) throw thrown;
        errors.push(thrown.error);
      }
    }
    const [first] = errors;
    if (first === undefined) return;
    const messages = errors.map(([, message]) => message).join('\n');
    throw new LoadFailure('compile', [first[0], messages, first[2], first[3]]);
  }

  #compile(module: PlannedModule): ivm.Module {
    switch (module.language) {
      case 'javascript':
        return this.#source(module.name, module.text);
      case 'typescript': {
        const stripped = this.#meter.slice(() => stripTypes(module.name, module.text));
        if ('code' in stripped) return this.#source(module.name, stripped.code);
        throw new LoadFailure('compile', [
          'SyntaxError',
          `${module.name}: ${stripped.error}`,
          '',
          module.name,
        ]);
      }
      case 'wasm':
        return this.#binary(module.name, Buffer.from(module.text, 'base64'));
    }
  }

  #source(name: string, source: string): ivm.Module {
    return this.#guarded('compile', name, () =>
      this.#realm.shell.isolate.compileModuleSync(source, { filename: name }),
    );
  }

  /** A module whose exports are the instance's; its imports are the binary's. */
  #binary(name: string, bytes: Buffer): ivm.Module {
    const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    const copy = new ivm.ExternalCopy(buffer, { transferOut: true });
    const answer = this.#ask(OP.binary, name, copy.copyInto({ release: true, transferIn: true }));
    if (!answer.startsWith('=')) {
      const { e } = JSON.parse(answer.slice(1, answer.indexOf('\n'))) as { e: WireError };
      throw new LoadFailure('compile', [e[0], `${name}: ${e[1]}`, '', name]);
    }
    const { imports, exports } = JSON.parse(answer.slice(1)) as {
      imports: { module: string }[];
      exports: { name: string }[];
    };
    const from = [...new Set(imports.map(({ module }) => module))];
    const text = [
      ...from.map((specifier, index) => `import * as i${index} from ${JSON.stringify(specifier)};`),
      `const imports = { ${from.map((specifier, index) => `[${JSON.stringify(specifier)}]: i${index}`).join(', ')} };`,
      `const wasm = globalThis.${LENT}.instantiateBinary(${JSON.stringify(name)}, imports, ${JSON.stringify(wideParameters(bytes))});`,
      ...exports.map(({ name: exported }, index) => {
        const key = JSON.stringify(exported);
        return `const e${index} = wasm[${key}]; export { e${index} as ${key} };`;
      }),
    ];
    return this.#source(name, text.join('\n'));
  }

  #link(modules: PlannedModule[]): void {
    const missing: string[] = [];
    let usesSandbox = false;
    for (const [name, module] of this.#compiled)
      for (const specifier of module.dependencySpecifiers)
        if (specifier === SANDBOX_MODULE) usesSandbox = true;
        else if (!this.#compiled.has(specifier)) missing.push(`"${name}" imports "${specifier}"`);
    if (missing.length > 0) {
      const available = [...modules.map(({ name }) => name), SANDBOX_MODULE].join(', ');
      const message = `${missing.join('; ')}: a genome imports only its own modules and ${SANDBOX_MODULE} (here: ${available})`;
      throw new LoadFailure('link', ['ImportError', message, '', '']);
    }
    if (usesSandbox) this.#compiled.set(SANDBOX_MODULE, this.#source(SANDBOX_MODULE, SANDBOX_SOURCE));
    for (const [name, module] of this.#compiled) this.#instantiate(name, module);
  }

  #instantiate(name: string, module: ivm.Module): void {
    this.#guarded('link', name, () =>
      module.instantiateSync(this.#realm.context, (specifier) => this.#compiled.get(specifier) as ivm.Module),
    );
  }

  #evaluate(modules: PlannedModule[]): Map<string, string[]> {
    const lends = this.#compiled.has(SANDBOX_MODULE) || modules.some(({ language }) => language === 'wasm');
    if (lends) {
      this.#ask(OP.lend, LENT);
      const sandbox = this.#compiled.get(SANDBOX_MODULE);
      if (sandbox !== undefined) this.#run(SANDBOX_MODULE, sandbox);
    }
    const exported = new Map<string, string[]>();
    for (const { name } of modules) this.#run(name, this.#compiled.get(name) as ivm.Module);
    if (modules.some(({ language, text }) => language !== 'wasm' && text.includes('await')))
      this.#requireSettled(modules);
    for (const { name } of modules)
      exported.set(name, this.#register(name, this.#compiled.get(name) as ivm.Module));
    if (lends) this.#ask(OP.take, LENT);
    return exported;
  }

  /** Exported functions can be called while a top-level await is pending; what imports the module is not evaluated yet. */
  #requireSettled(modules: PlannedModule[]): void {
    const imports = modules.map(({ name }) => `import ${JSON.stringify(name)};`);
    this.add('petri:settled', `${imports.join('')} export const settled = true;`, this.#meter);
  }

  #run(name: string, module: ivm.Module): void {
    this.#guarded('evaluate', name, (timeout) => module.evaluateSync({ timeout }));
  }

  /** Makes a module's exports callable by name, and answers them. */
  #register(name: string, module: ivm.Module): string[] {
    const answer = this.#ask(OP.module, name, module.namespace.derefInto({ release: true }));
    if (!answer.startsWith('='))
      throw new LoadFailure('evaluate', ['Error', `${name}: a top-level await did not settle`, '', name]);
    const names: unknown = JSON.parse(answer.slice(1));
    return Array.isArray(names) ? names.filter((text) => typeof text === 'string') : [];
  }

  #ask(op: Op, a?: Argument, b?: Argument): string {
    return this.#meter.ask(this.#realm, this.#meter.deadlineAt, this.#phase, op, a, b);
  }

  /** Turns what the guest's module throws into a LoadFailure, and what isolated-vm throws into a SliceFailure. */
  #guarded<T>(stage: LoadStage, module: string, work: (timeout: number) => T): T {
    return this.#meter.slice(
      (timeout) => {
        try {
          return work(timeout);
        } catch (thrown) {
          const failure = sliceFailure(thrown, this.#realm.shell.isolate, this.#meter.deadlineAt);
          throw failure ?? new LoadFailure(stage, named(wireError(thrown, module)));
        }
      },
      this.#meter.deadlineAt,
      this.#phase,
      this.#realm,
    );
  }
}

function scanError({ findings }: ScanReport, { profile }: ScanOrder): WireError {
  const refused = findings.filter((finding) => finding.refused);
  const listed = refused.map(
    ({ module, line, column, rule, message }) => `${module}:${line}:${column}: ${rule}: ${message}`,
  );
  const text = `security profile ${profile} refuses this code\n${listed.join('\n')}`;
  return ['SecurityError', text.slice(0, 2048), '', refused[0]?.module ?? ''];
}

/** Says in the message, too, which module failed. */
function named([name, message, stack, module]: WireError): WireError {
  return [name, `${module}: ${message}`, stack, module];
}
