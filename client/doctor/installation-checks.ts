import { mkdir, statfs } from 'node:fs/promises';
import type { AmalurConfig } from '../../core/config/index.js';
import { formatBytes } from '../../core/planner/format.js';
import { requireSearchAttributes } from '../../workers/search-attributes.js';
import { SEARCH_ATTRIBUTES } from '../../workflows/contracts/results.js';
import { AmalurClient } from '../amalur-client.js';
import { connect, type Connected } from '../connect.js';
import { hostsOf, neededQueues, pollersOf, queuesOfHost, unpolled } from '../local/pollers.js';
import { runChecks, Wrong, type Check, type Finding } from './check.js';
import { storeChecks } from './store-checks.js';

/** What an installation needs: disk, stores, server, workers, tables. */
export async function installationChecks(
  config: AmalurConfig,
  show: (finding: Finding) => void,
): Promise<Finding[]> {
  const local: Check[] = [{ name: 'disk', run: () => checkDisk(config) }, ...storeChecks(config)];
  const findings = await runChecks(local, show);
  let connected: Connected | undefined;
  const server: Check = {
    name: 'server',
    run: async () => {
      connected = await connect(config);
      return `${connected.address}, namespace ${connected.namespace}`;
    },
  };
  findings.push(...(await runChecks([server], show)));
  if (connected === undefined) return findings;
  try {
    findings.push(...(await runChecks(serverChecks(config, connected), show)));
  } finally {
    await connected.connection.close();
  }
  return findings;
}

/** Snapshots and messages of a run of a million rows. */
const ENOUGH_BYTES = 1e9;

async function checkDisk({ stateFolder }: AmalurConfig): Promise<string> {
  await mkdir(stateFolder, { recursive: true });
  const { bavail, bsize } = await statfs(stateFolder);
  const free = bavail * bsize;
  if (free < ENOUGH_BYTES) {
    throw new Wrong(
      `${formatBytes(free)} are free at ${stateFolder}`,
      'make room, or choose another folder by `state:`',
    );
  }
  return `${formatBytes(free)} free at ${stateFolder}`;
}

function serverChecks(config: AmalurConfig, connected: Connected): Check[] {
  const client = new AmalurClient(connected);
  const silos = config.silos.map(({ name }) => name);
  return [
    { name: 'search attributes', run: () => checkAttributes(connected) },
    ...neededQueues(silos).map((needed): Check => ({
      name: `queue ${needed.queue} (${needed.takes})`,
      run: async () => {
        const pollers = await pollersOf(client.temporal, needed);
        if (pollers.length > 0) return `polled by ${[...new Set(pollers)].join(', ')}`;
        throw new Wrong('nobody polls it', `amalur worker ${needed.worker}, or amalur up`);
      },
    })),
    ...silos.map((silo): Check => ({
      name: `hosts of ${silo}`,
      run: () => checkHosts(client, silo),
    })),
    ...silos.map((silo): Check => ({
      name: `tables of ${silo}`,
      run: async () => {
        const missing = await unpolled(client.temporal, neededQueues([silo]));
        if (missing.length > 0) throw new Wrong('its worker cannot be asked', 'see the queues above');
        const { tables } = await client.registerSilo(silo);
        return `${tables.map(({ table }) => table).join(', ')}: read and registered`;
      },
    })),
  ];
}

/** Every host that answers for a silo has to take steps too. */
async function checkHosts({ temporal }: AmalurClient, silo: string): Promise<string> {
  const hosts = await hostsOf(temporal, silo);
  if (hosts.length === 0) throw new Wrong('there is none', `amalur worker silo --silo ${silo}`);
  for (const host of hosts) {
    const [missing] = await unpolled(temporal, queuesOfHost(silo, host));
    if (missing)
      throw new Wrong(`nobody polls ${missing.queue}`, `start again: amalur worker ${missing.worker}`);
  }
  return hosts.join(', ');
}

async function checkAttributes({ connection, namespace }: Connected): Promise<string> {
  await requireSearchAttributes(connection, namespace);
  return Object.keys(SEARCH_ATTRIBUTES).join(', ');
}
