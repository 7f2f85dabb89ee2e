import { connect } from 'node:net';
import type { ISocketFactory } from 'kafkajs';

const KEEP_ALIVE_MS = 60_000;
/** Every response begins with its size. */
const SIZE_BYTES = 4;

/**
 * Sockets that hand on whole responses. kafkajs keeps the beginning of a response when its connection breaks and takes the
 * bytes of the next connection for the rest: it then reads a size in the middle of other data, and the process ends with
 * an error of Buffer or waits for gigabytes.
 */
export const wholeResponses: ISocketFactory = ({ host, port, onConnect }) => {
  const socket = connect({ host, port }, onConnect);
  socket.setKeepAlive(true, KEEP_ALIVE_MS);
  const push = socket.push.bind(socket);
  let held: Buffer[] = [];
  let heldBytes = 0;
  let neededBytes = SIZE_BYTES;
  socket.push = (chunk: Buffer | null): boolean => {
    if (chunk === null) return push(null);
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < neededBytes) return true;
    const bytes = held.length === 1 ? chunk : Buffer.concat(held);
    let whole = 0;
    for (;;) {
      const left = bytes.length - whole;
      neededBytes = left < SIZE_BYTES ? SIZE_BYTES : SIZE_BYTES + bytes.readInt32BE(whole);
      if (left < neededBytes) break;
      whole += neededBytes;
    }
    heldBytes = bytes.length - whole;
    held = heldBytes === 0 ? [] : [bytes.subarray(whole)];
    return whole === 0 ? true : push(bytes.subarray(0, whole));
  };
  return socket;
};
