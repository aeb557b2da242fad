import { deepEqual, equal, match, ok } from 'node:assert/strict';

import type { INodeTypeDescription } from 'n8n-workflow';

import { definitionOf } from '../../scripts/definition/definition';
import { FLUENTS_AI, FLUENTS_AI_LIVE_TRIGGER, FLUENTS_AI_TRIGGER } from '../api';
import { check, type Case, type CaseContext, type Check } from '../case';

const nodeTypes = [FLUENTS_AI, FLUENTS_AI_LIVE_TRIGGER, FLUENTS_AI_TRIGGER];

const checksOf = (name: string): Array<Check<CaseContext>> => [
	check(`${name} is loaded as a community node`, async ({ n8n }) => {
		const type = await n8n.nodeType(name);
		ok(type, `n8n does not know it`);
		return type.displayName;
	}),
	check(`people find ${name} in the list of nodes`, async ({ n8n }) => {
		// The editor hides nodes of the category AI from everything but its list of AI nodes.
		deepEqual((await n8n.nodeType(name))?.codex?.categories, ['Communication']);
	}),
	check(`the icons of ${name} are served`, async ({ n8n }) => {
		const icons = (await n8n.nodeType(name))?.iconUrl as { light: string; dark: string };
		for (const path of [icons.light, icons.dark]) {
			const { type: mimeType, text } = await n8n.file(`/${path}`);
			match(mimeType, /svg/);
			match(text, /<svg/);
		}
	}),
];

/** What n8n makes of the unpacked tarball before anything runs. */
export default {
	setUp: async (context) => await Promise.resolve(context),
	checks: [
		...nodeTypes.flatMap(checksOf),
		check('AI agents can use it as a tool', async ({ n8n }) => {
			ok(await n8n.nodeType(`${FLUENTS_AI}Tool`), `n8n made no ${FLUENTS_AI}Tool`);
		}),
		check("n8n's assistant reads what lint has measured", async (context) => {
			const { n8n, version, installation } = context;
			if (version.startsWith('1.')) return `n8n ${version} has no such assistant`;
			if (!installation) return 'not in an n8n that was started by somebody else';
			const { synthesizeNodeTypeDef } = installation.require(
				'n8n/dist/modules/mcp-registry/synthesize-type-def',
			) as { synthesizeNodeTypeDef: (description: INodeTypeDescription) => string };
			const description = (await n8n.nodeType(FLUENTS_AI))!;
			const definition = synthesizeNodeTypeDef(description);
			const name = description.name.split('.')[1];
			equal(definition, definitionOf({ ...description, name }));
			match(definition, /put an If or Switch node on it/);
			return `${definition.length} characters`;
		}),
		check('its output fields are known before the first run', async ({ n8n, version }) => {
			if (version.startsWith('1.')) return `n8n ${version} shows its own nodes' only`;
			const path = `/schemas/${FLUENTS_AI}/1.0.0/call/get.json`;
			const schema = JSON.parse((await n8n.file(path)).text) as { type: string };
			equal(schema.type, 'object');
			return schema.type;
		}),
	],
} satisfies Case;
