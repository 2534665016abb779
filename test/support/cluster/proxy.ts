/** What lies between a node and NATS, and can be cut. */
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/**
 * `open` lets everything through. `silent` lets nothing through and says nothing, as a network that drops packets does;
 * what was sent arrives once it is open again, on connections that neither side has given up. `closed` ends all
 * connections, and every new one.
 */
type Passage = 'open' | 'silent' | 'closed';

export class Proxy implements AsyncDisposable {
  readonly #target: URL;
  readonly #server = createServer({ pauseOnConnect: true }, (socket) => this.#accept(socket));
  /** Each with its way on, once there is one. */
  readonly #sockets = new Map<Socket, Socket | undefined>();
  #passage: Passage = 'open';

  /** To a server such as "nats://127.0.0.1:4222". */
  static async start(target: string): Promise<Proxy> {
    const proxy = new Proxy(target);
    await once(proxy.#server.listen(0, '127.0.0.1'), 'listening');
    return proxy;
  }

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  get url(): string {
    const { port } = this.#server.address() as { port: number };
    return `nats://127.0.0.1:${port}`;
  }

  set(passage: Passage): void {
    this.#passage = passage;
    for (const [socket, onward] of this.#sockets) {
      if (passage === 'closed') this.#end(socket);
      else if (passage === 'silent') this.#hold(socket, onward);
      else if (socket.destroyed || onward?.destroyed) this.#end(socket);
      else this.#pass(socket, onward);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.set('closed');
    this.#server.close();
    await once(this.#server, 'close');
  }

  #accept(socket: Socket): void {
    this.#sockets.set(socket, undefined);
    for (const event of ['error', 'close']) socket.on(event, () => this.#end(socket));
    if (this.#passage === 'closed') this.#end(socket);
    else if (this.#passage === 'open') this.#pass(socket, undefined);
  }

  #pass(socket: Socket, known: Socket | undefined): void {
    const onward = known ?? this.#connect(socket);
    socket.pipe(onward);
    onward.pipe(socket);
  }

  #hold(socket: Socket, onward: Socket | undefined): void {
    if (!onward) return;
    socket.unpipe(onward).pause();
    onward.unpipe(socket).pause();
  }

  #connect(socket: Socket): Socket {
    const onward = connect(Number(this.#target.port), this.#target.hostname);
    this.#sockets.set(socket, onward);
    for (const event of ['error', 'close']) onward.on(event, () => this.#end(socket));
    return onward;
  }

  /** Nobody hears of the other's end while nothing gets through. */
  #end(socket: Socket): void {
    if (this.#passage === 'silent') return;
    this.#sockets.get(socket)?.destroy();
    this.#sockets.delete(socket);
    socket.destroy();
  }
}
