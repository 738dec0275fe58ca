import { execFileSync, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../core/config/index.js';
import { SEARCH_ATTRIBUTES } from '../../workflows/contracts/results.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

interface Service {
  readonly profiles?: readonly string[];
  readonly command?: string | readonly string[];
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly networks?: readonly string[];
  readonly volumes?: readonly string[];
  readonly secrets?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}
const compose = parse(read('docker-compose.yml'), { merge: true }) as {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly volumes: object;
  readonly secrets: object;
};
const services = Object.entries(compose.services);
const composes = spawnSync('docker', ['compose', 'version']).status === 0;
if (!composes)
  console.warn('docker compose is not on this machine: docker-compose.yml is checked by its structure only');

describe('docker-compose.yml', () => {
  test.runIf(composes).each(['dev', 'prod'])('profile %s is accepted by docker compose', (profile) => {
    const args = ['compose', '--profile', profile, 'config', '--quiet'];
    expect(() => execFileSync('docker', args, { cwd: root, stdio: 'pipe' })).not.toThrow();
  });

  test('names only profiles, services, networks, volumes, secrets and files that there are', () => {
    for (const [
      name,
      { profiles = [], depends_on = {}, networks = [], volumes = [], secrets = [] },
    ] of services) {
      expect(['dev', 'prod'], name).toContain(profiles[0]);
      for (const other of Object.keys(depends_on))
        expect(compose.services[other]?.profiles, `${name} needs ${other}`).toEqual(profiles);
      for (const network of networks) expect(Object.keys(compose.networks), name).toContain(network);
      for (const secret of secrets) expect(Object.keys(compose.secrets), name).toContain(secret);
      for (const volume of volumes) {
        const [source = ''] = volume.split(':');
        if (source.startsWith('./')) expect(statSync(path.join(root, source)), source).toBeDefined();
        else expect(Object.keys(compose.volumes), name).toContain(source);
      }
    }
  });

  test('a silo of prod reaches the Temporal server and the object store, and nothing else', () => {
    const silos = services.filter(([name]) => name.startsWith('silo-'));
    expect(silos).toHaveLength(3);
    for (const [name, { networks = [] }] of silos) {
      const [network = '', second] = networks;
      expect([second, compose.networks[network]?.internal], name).toEqual([undefined, true]);
      const there = services.filter(([, service]) => service.networks?.includes(network)).map(([one]) => one);
      expect(there.sort()).toEqual([name, 'blobs', 'temporal'].sort());
    }
  });

  test('every worker reads a configuration that is mounted, and whose variables it is given', () => {
    for (const [name, { command, volumes = [], environment = {}, profiles }] of services) {
      if (command?.[0] !== 'worker') continue;
      const config = command[command.length - 1]!;
      const mounted = volumes.find(
        (volume) => /^[^:]+\.yaml:/.test(volume) && volume.split(':')[1]!.startsWith(config),
      );
      expect(mounted, name).toBeDefined();
      const text = read(mounted!.split(':')[0]!);
      for (const [, variable = ''] of text.matchAll(/\$\{(\w+)\}/g))
        expect(Object.keys(environment), name).toContain(variable);
      const silo = command[command.indexOf('--silo') + 1];
      if (command[1] === 'silo') expect(Object.keys(parse(text).silos), name).toContain(silo);
      expect(environment['TEMPORAL_ADDRESS'], name).toBe(
        profiles?.[0] === 'dev' ? 'dev-temporal:7233' : 'temporal:7233',
      );
    }
  });
});

test('every configuration of deploy/config is one', () => {
  const files = readdirSync(path.join(root, 'deploy', 'config'));
  expect(files.length).toBeGreaterThanOrEqual(6);
  for (const file of files) {
    const { s3, ...config } = parse(read(`deploy/config/${file}`)) as {
      readonly s3?: { readonly endpoint: string };
    };
    expect(configSchema.safeParse(config).error, file).toBeUndefined();
    if (s3) expect(s3.endpoint, file).toBe('http://blobs:9000');
  }
});

test('both profiles register the search attributes that every run sets', () => {
  const dev = String(compose.services['dev-temporal']?.command);
  const prod = read('deploy/temporal/namespace.sh');
  for (const [name, type] of Object.entries(SEARCH_ATTRIBUTES)) {
    expect(dev).toContain(`--search-attribute ${name}=${type}`);
    expect(prod).toContain(`--name ${name} --type ${type}`);
  }
});
