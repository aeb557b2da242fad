import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

// n8n-core writes an encryption key and binary data below this folder, the first as soon as it is
// loaded: that is why this is a module of its own, to be imported before n8n-core.
process.env.N8N_USER_FOLDER ??= mkdtempSync(join(tmpdir(), 'fluentsai-n8n-'));
// Nothing is kept that this key could open; without one, n8n-core says that it made one.
process.env.N8N_ENCRYPTION_KEY ??= 'demo-and-tests';
process.env.N8N_LOG_LEVEL ??= 'silent';
