// A process of its own that writes to a catalog: `node catalog-writer.mjs URL NAME COUNT INPUT`. It stores COUNT runs (or runs
// without end, for COUNT 0) with plan and model, and sends a message for each one that the catalog has acknowledged. INPUT is a
// JSON file of what to store: {resolved, plan, manifest, metrics}.
import { readFileSync } from 'node:fs';
import { openCatalog } from '../../dist/catalog/index.js';

const [url, name, count, input] = process.argv.slice(2);
const { resolved, plan, manifest, metrics } = JSON.parse(readFileSync(input, 'utf8'));
const catalog = await openCatalog(url);
for (let i = 0; Number(count) === 0 || i < Number(count); i++) {
  const execution = `${name}-${i}`;
  const now = new Date().toISOString();
  await catalog.runs.start({ run: name, execution, kind: 'training', startedAt: now });
  await catalog.runs.plan(execution, resolved, plan);
  const { version } = await catalog.models.publish(execution, manifest, metrics, now);
  process.send({ execution, version });
}
await catalog.close();
process.disconnect();
