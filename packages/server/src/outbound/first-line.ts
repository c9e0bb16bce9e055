import type { Socket } from 'node:net';

/**
 * The first line that comes over a socket, without its end; null when there is none within the limits. What came behind
 * it is put back: it is the first of what the connection carries. Reads no further than that, so nothing piles up.
 */
export function readFirstLine(
  socket: Socket,
  limits: { readonly bytesMax: number; readonly msMax: number },
): Promise<string | null> {
  return new Promise((resolve) => {
    let read: Buffer = Buffer.alloc(0);
    const end = (line: string | null) => {
      clearTimeout(timer);
      socket.off('readable', look).off('end', stop).off('close', stop);
      resolve(line);
    };
    const stop = () => end(null);
    const look = () => {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      read = Buffer.concat([read, chunk]);
      const at = read.indexOf(NEWLINE);
      if (at === -1 ? read.length >= limits.bytesMax : at >= limits.bytesMax) return end(null);
      if (at === -1) return;
      const rest = read.subarray(at + 1);
      end(read.toString('utf8', 0, at));
      if (rest.length > 0) socket.unshift(rest);
    };
    const timer = setTimeout(stop, limits.msMax);
    socket.on('readable', look).on('end', stop).on('close', stop);
  });
}

const NEWLINE = 0x0a;
