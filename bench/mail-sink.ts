import { createServer, type Socket } from 'node:net';

/**
 * The SMTP server of the benchmark, a program of its own: takes every message and forgets it, in as
 * few steps as the protocol allows.
 */
const port = Number(process.env['PORT']);

function serve(socket: Socket): void {
  let pending = '';
  let inMessage = false;
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.write('220 sink.example.org ready\r\n');
  socket.on('data', (chunk) => {
    pending += chunk.toString('latin1');
    for (;;) {
      const end = inMessage ? '\r\n.\r\n' : '\r\n';
      const at = pending.indexOf(end);
      if (at < 0) return;
      const line = pending.slice(0, at);
      pending = pending.slice(at + end.length);
      if (inMessage) {
        inMessage = false;
        socket.write('250 taken\r\n');
        continue;
      }
      const command = line.slice(0, 4).toUpperCase();
      inMessage = command === 'DATA';
      if (command === 'QUIT') socket.end('221 bye\r\n');
      else if (command === 'EHLO') socket.write('250-sink.example.org\r\n250 8BITMIME\r\n');
      else socket.write(inMessage ? '354 go ahead\r\n' : '250 fine\r\n');
    }
  });
}

createServer(serve).listen(port, '127.0.0.1');
process.on('SIGTERM', () => process.exit(0));
