import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { type SandboxArchive, SandboxArchiveSchema } from '@petri/contracts/v1';

/** A whole sandbox: code with its versions, state and metadata. Opaque; the bytes are a petri.v1.SandboxArchive. */
export class Archive {
  readonly #message: SandboxArchive;

  /** For the client; users have `Archive.from`. */
  constructor(message: SandboxArchive) {
    this.#message = message;
  }

  /** @throws Error if the bytes are not what `bytes` gave. */
  static from(bytes: Uint8Array): Archive {
    return new Archive(fromBinary(SandboxArchiveSchema, bytes));
  }

  /** The id of the exported sandbox. */
  get id(): string {
    return this.#message.id;
  }

  get message(): SandboxArchive {
    return this.#message;
  }

  /** For a file or another node. */
  bytes(): Uint8Array {
    return toBinary(SandboxArchiveSchema, this.#message);
  }
}
