import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/** Everything that n8n writes while you try the package; git and all tools leave it out. */
export const playFolder = resolve(__dirname, '../..', '.n8n-play');

/** Who owns the n8n in the folder, and what it encrypts credentials with. */
export interface Ownership {
	email: string;
	firstName: string;
	lastName: string;
	password: string;
	encryptionKey: string;
}

const file = join(playFolder, 'owner.json');

/** Reads who owns the n8n in the folder. A new folder gets an owner with a password of its own. */
export async function openFolder(): Promise<Ownership> {
	const known = await readFile(file, 'utf8').catch(() => undefined);
	if (known) return JSON.parse(known) as Ownership;
	const ownership: Ownership = {
		email: 'you@example.com',
		firstName: 'You',
		lastName: 'Here',
		// n8n wants a capital letter and a digit.
		password: `Play${randomBytes(6).toString('hex')}1`,
		encryptionKey: randomBytes(24).toString('hex'),
	};
	await mkdir(playFolder, { recursive: true });
	await writeFile(file, JSON.stringify(ownership, null, '\t'), { mode: 0o600 });
	return ownership;
}

export async function clearFolder(): Promise<void> {
	await rm(playFolder, { recursive: true, force: true });
}
