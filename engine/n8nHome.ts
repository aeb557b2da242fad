import { exitOnSignals, isTemporary, temporaryFolder } from './temporaryFolder';

// n8n-core writes an encryption key and binary data below this folder, the first as soon as it is
// loaded: that is why this is a module of its own, to be imported before n8n-core.
// Whoever runs n8n as well may have set its folder and key for that: that n8n is left alone.
if (!isTemporary(process.env.N8N_USER_FOLDER)) {
	process.env.N8N_USER_FOLDER = temporaryFolder('n8n');
	exitOnSignals();
}
// Nothing is kept that this key could open; without one, n8n-core says that it made one.
process.env.N8N_ENCRYPTION_KEY = 'demo-and-tests';
process.env.N8N_LOG_LEVEL ??= 'silent';
