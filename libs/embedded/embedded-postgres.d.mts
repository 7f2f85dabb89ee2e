export interface EmbeddedPostgres {
  /** Superuser, database `postgres`. */
  url: string;
  pid: number;
  /** Where the data really is: elsewhere than asked when the server's account cannot enter the folder. */
  dataDir: string;
  /** Stops the server and, where it is ephemeral, removes its data; more calls wait for the first. */
  stop(): Promise<void>;
}
export function startPostgres(options?: { dataDir?: string; port?: number; ephemeral?: boolean }): Promise<EmbeddedPostgres>;
