import { parentPort, workerData } from 'node:worker_threads';
import { joined, pack, type Parts } from './packed-file';

// The thread of `packAside`: reads what it is given, answers, and ends.
parentPort!.postMessage(pack(joined(workerData as Parts)));
