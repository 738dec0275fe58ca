#!/usr/bin/env node
import { run } from './program.js';

process.exitCode = await run(process.argv);
// Connections that a command left half open must not keep the terminal waiting.
process.exit();
