import { exitOnSignals, temporaryFolder } from './temporaryFolder';

// n8n-core writes an encryption key and binary data below this folder, the first as soon as it is
// loaded: that is why this is a module of its own, to be imported before n8n-core.
if (process.env.N8N_USER_FOLDER === undefined) {
	process.env.N8N_USER_FOLDER = temporaryFolder('n8n');
	exitOnSignals();
}
// Nothing is kept that this key could open; without one, n8n-core says that it made one.
process.env.N8N_ENCRYPTION_KEY ??= 'demo-and-tests';
process.env.N8N_LOG_LEVEL ??= 'silent';
