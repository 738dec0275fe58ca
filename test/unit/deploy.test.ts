import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { configSchema } from '../../core/config/index.js';
import { temporalServer } from '../../scripts/setup/pins.mjs';
import { SEARCH_ATTRIBUTES } from '../../workflows/contracts/results.js';
import { readCompose, root } from '../support/compose.js';

const read = (file: string) => readFileSync(path.join(root, file), 'utf8');
const TLS = 'deploy/docker-compose.tls.yml';
const compose = readCompose('docker-compose.yml');
const services = Object.entries(compose.services);

/** `docker compose`, or the same program as a command of its own. */
const composer = [['docker', 'compose'], ['docker-compose']].find(
  ([command = '', ...args]) => spawnSync(command, [...args, 'version']).status === 0,
);
if (!composer)
  process.stderr.write(
    'docker compose is not on this machine: its files are checked by their structure only\n',
  );

describe('docker-compose.yml', () => {
  test.runIf(composer).each([
    ['dev', ['docker-compose.yml'], 6],
    ['prod', ['docker-compose.yml'], 13],
    ['prod', ['docker-compose.yml', TLS], 13],
  ] as const)('profile %s of %j is accepted by docker compose', (profile, files, count) => {
    const [command = '', ...first] = composer ?? [];
    const flags = [...files.flatMap((file) => ['-f', file]), '--profile', profile];
    const text = execFileSync(command, [...first, ...flags, 'config'], {
      cwd: root,
      stdio: 'pipe',
      encoding: 'utf8',
    });
    const resolved = parse(text) as { readonly services: object };
    expect(Object.keys(resolved.services)).toHaveLength(count);
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

test('with TLS every service that speaks with the Temporal server shows a certificate that the script makes', () => {
  const secured = readCompose(TLS).services;
  const speakers = services.filter(
    ([, { profiles, environment }]) => profiles?.[0] === 'prod' && environment?.['TEMPORAL_ADDRESS'],
  );
  expect(Object.keys(secured).sort()).toEqual(['temporal', ...speakers.map(([name]) => name)].sort());
  const made = /make-certificates\.sh \S+ \S+ (.*)/.exec(read(TLS))?.[1]?.split(' ') ?? [];
  for (const [name, { environment = {}, volumes = [] }] of Object.entries(secured)) {
    const inside = volumes.map((volume) => volume.split(':')[1]);
    for (const [variable, value] of Object.entries(environment))
      if (value.startsWith('/')) expect(inside, `${name} ${variable}`).toContain(value);
    for (const volume of volumes) {
      const [file = ''] = volume.split(':');
      expect(['ca', 'server', ...made]).toContain(path.basename(file).replace(/\.(pem|key)$/, ''));
    }
  }
});

test('the images of the Temporal server are of the version that the tests run', () => {
  expect(compose.services['temporal']?.image).toBe(`temporalio/server:${temporalServer.version}`);
  for (const tool of ['temporal-schema', 'temporal-namespace'])
    expect(compose.services[tool]?.image).toBe(`temporalio/admin-tools:${temporalServer.version}`);
  expect(read('test/support/production-server.ts')).toContain(`'${temporalServer.version}'`);
});

describe('the Dockerfile', () => {
  const stages = read('Dockerfile')
    .split(/^FROM /m)
    .slice(1);
  const final = stages.at(-1) ?? '';

  test('starts the program that the package names, as a user without privileges, and says how it is', () => {
    const { bin } = JSON.parse(read('package.json')) as { readonly bin: { readonly amalur: string } };
    const entry = path.posix.join('/opt/amalur', bin.amalur);
    expect(final).toContain(`ENTRYPOINT ["node", "${entry}"]`);
    expect(final).toMatch(/^USER node$/m);
    expect(final).toMatch(/^HEALTHCHECK /m);
    expect(final).toContain('AMALUR_HEALTH_PORT=8080');
  });

  test('builds from what the context has: nothing of it is left out by .dockerignore', () => {
    const ignored = read('.dockerignore').split('\n').filter(Boolean);
    for (const needed of [
      'package.json',
      'package-lock.json',
      'tsconfig.json',
      'scripts',
      'prisma',
      'examples',
      'core',
    ]) {
      expect(existsSync(path.join(root, needed)), needed).toBe(true);
      expect(ignored, needed).not.toContain(needed);
    }
    for (const secret of ['.git', 'deploy/secrets', '**/.env']) expect(ignored).toContain(secret);
    // The set-up of an image imports nothing that is left out.
    for (const file of readdirSync(path.join(root, 'scripts/setup'), { recursive: true, encoding: 'utf8' }))
      if (file.endsWith('.mjs'))
        expect(read(`scripts/setup/${file}`), file).not.toMatch(/from '[^']*\/(test|bench)\//);
  });
});
