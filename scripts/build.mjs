#!/usr/bin/env node
// Generates the catalog client, compiles to dist/ and bundles the workflows: `npm run build`.
import { buildOnly } from './setup/main.mjs';

process.exitCode = (await buildOnly()) ? 0 : 1;
