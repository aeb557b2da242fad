import { deepEqual, equal, match, ok } from 'node:assert/strict';

import { FLUENTS_AI, FLUENTS_AI_LIVE_TRIGGER, FLUENTS_AI_TRIGGER } from '../api';
import type { CaseContext } from '../cases';

export const name = 'package';

/** What n8n makes of the unpacked tarball before anything runs. */
export async function run({ n8n, installation, check }: CaseContext): Promise<void> {
	for (const name of [FLUENTS_AI, FLUENTS_AI_LIVE_TRIGGER, FLUENTS_AI_TRIGGER]) {
		const type = await n8n.nodeType(name);
		await check(`${name} is loaded as a community node`, async () => {
			ok(type, `n8n does not know it`);
			await Promise.resolve();
			return type.displayName;
		});
		await check(`people find ${name} in the list of nodes`, async () => {
			// The editor hides nodes of the category AI from everything but its list of AI nodes.
			deepEqual(type?.codex?.categories, ['Communication']);
			await Promise.resolve();
		});
		await check(`the icons of ${name} are served`, async () => {
			const icons = type?.iconUrl as { light: string; dark: string };
			for (const path of [icons.light, icons.dark]) {
				const { type: mimeType, text } = await n8n.file(`/${path}`);
				match(mimeType, /svg/);
				match(text, /<svg/);
			}
		});
	}
	await check('AI agents can use it as a tool', async () => {
		ok(await n8n.nodeType(`${FLUENTS_AI}Tool`), `n8n made no ${FLUENTS_AI}Tool`);
	});
	await check('its output fields are known before the first run', async () => {
		const { version } = installation;
		if (version.startsWith('1.')) return `n8n ${version} shows its own nodes' only`;
		const path = `/schemas/${FLUENTS_AI}/1.0.0/call/get.json`;
		const schema = JSON.parse((await n8n.file(path)).text) as { type: string };
		equal(schema.type, 'object');
		return '';
	});
}
