import { resolve } from 'node:path';
import { ConfigError, EXIT_CONFIG, stopOnSignal } from '@emdia/runtime';
import { openStandalone, type Standalone } from './standalone';

const say = (line = ''): boolean => process.stdout.write(`${line}\n`);

function welcome({ house, mail, adminKey }: Standalone, dataDir: string): void {
  say(`Emdia runs at ${house.url}; its data are in ${dataDir}.`);
  for (const { service } of house.applications) say(`  ${service.name.padEnd(24)} ${house.url}/${service.name}/docs`);
  if (mail) say(`  mailbox                  ${mail.url}`);
  say(`  health                   ${house.url}/health/ready`);
  if (adminKey) say(`\nYour API key, shown this once: ${adminKey}`);
}

async function main(): Promise<void> {
  const dataDir = resolve(process.env.EMDIA_DATA ?? '.emdia');
  try {
    const standalone = await openStandalone({ env: process.env, dataDir, broker: process.env.KAFKA_BROKERS ? 'kafka' : 'in-process' });
    stopOnSignal(() => standalone.stop());
    welcome(standalone, dataDir);
  } catch (error) {
    process.stderr.write(`${error instanceof ConfigError ? error.message : `Emdia cannot start: ${(error as Error).stack}`}\n`);
    process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
  }
}

void main();
