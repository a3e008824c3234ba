import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server that a test can break and mend, as a network or a fail-over does. */
export interface BreakableRoute {
  port: number;
  /** Cuts what runs over it and refuses whatever comes. */
  break(): Promise<void>;
  mend(): Promise<void>;
  close(): Promise<void>;
}

/** Passes on every connection of a free port of 127.0.0.1 to the server of a URL. */
export async function breakableRoute(serverUrl: string): Promise<BreakableRoute> {
  const { hostname, port: serverPort } = new URL(serverUrl);
  const sockets = new Set<Socket>();
  const keep = (socket: Socket): Socket => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    return socket;
  };
  const server = createServer((incoming) => {
    const outgoing = keep(connect(Number(serverPort), hostname));
    keep(incoming).pipe(outgoing).pipe(incoming);
    incoming.on('close', () => outgoing.destroy());
    outgoing.on('close', () => incoming.destroy());
  });
  const listen = (port: number) =>
    new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  return { port, break: stop, mend: () => listen(port), close: stop };
}
