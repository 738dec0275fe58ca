import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** The way from somebody to a server, which can be cut: connections break, and new ones are refused. */
export class Line {
  readonly #open = new Set<Socket>();
  #server: Server | undefined;
  #port = 0;

  constructor(private readonly to: { readonly host: string; readonly port: number }) {}

  /** @returns the port of 127.0.0.1 at which the server is reached, the same each time */
  async join(): Promise<number> {
    this.#server = createServer((from) => {
      const there = connect(this.to);
      for (const socket of [from, there]) {
        this.#open.add(socket);
        socket
          .on('error', () => undefined)
          .on('close', () => {
            this.#open.delete(socket);
            for (const one of [from, there]) one.destroy();
          });
      }
      from.pipe(there).pipe(from);
    }).listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return (this.#port = address.port);
  }

  async cut(): Promise<void> {
    const closed = this.#server && once(this.#server, 'close');
    this.#server?.close();
    for (const socket of this.#open) socket.destroy();
    await closed;
    this.#server = undefined;
  }
}
