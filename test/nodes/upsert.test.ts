import type { INodeParameters } from 'n8n-workflow';

import { byId, runNode, simulator, type NodeRunOptions } from '../support/harness';

beforeEach(() => simulator.reset());

const environment = () => simulator.environment('default');

const first = (kind: 'prompts' | 'voices' | 'actions') => [...environment()[kind].keys()][0];

const upsert = async (resource: string, parameters: INodeParameters, options?: NodeRunOptions) =>
	await runNode({ resource, operation: 'upsert', simple: false, ...parameters }, options);

/** The requests that change something. */
const writes = ({ requests }: Awaited<ReturnType<typeof upsert>>) =>
	requests.filter(({ method }) => method !== 'GET').map(({ operationId }) => operationId);

/** The fields of each resource that an object is described with. */
const forms: Array<
	[string, keyof ReturnType<typeof environment>, INodeParameters, INodeParameters]
> = [
	[
		'agent',
		'agents',
		{
			name: 'Night desk',
			promptSource: 'existing',
			promptId: byId('={{ $json.prompt }}'),
			voiceId: byId('={{ $json.voice }}'),
			actionIds: '={{ [$json.action] }}',
			additionalFields: { language: 'de' },
		},
		{ additionalFields: { language: 'en' } },
	],
	['prompt', 'prompts', { label: 'Hotel', content: 'Be kind.' }, { content: 'Be brief.' }],
	[
		'voice',
		'voices',
		{ label: 'Warm', type: 'voice_azure', voiceName: 'en-US-JennyNeural' },
		{ voiceName: 'en-GB-SoniaNeural' },
	],
	[
		'action',
		'actions',
		{ label: 'Front desk', type: 'action_transfer_call', phoneNumber: '+14155550123' },
		{ phoneNumber: '+14155550124' },
	],
	[
		'webhook',
		'webhooks',
		{ label: 'CRM', events: ['event_transcript'], url: 'https://example.com/a' },
		{ events: ['event_transcript', 'event_recording'] },
	],
];

describe.each(forms)('%s', (resource, collection, fields, changes) => {
	const items = () => [
		{ prompt: first('prompts'), voice: first('voices'), action: first('actions') },
	];
	const count = () => (environment()[collection] as Map<string, unknown>).size;

	test('is created, left alone when it is so already, and updated when it is not', async () => {
		const before = count();
		const created = await upsert(resource, fields, { items: items() });
		expect(created.error).toBeUndefined();
		expect(created.json).toMatchObject([{ upserted: 'created' }]);
		expect(count()).toBe(before + 1);

		const again = await upsert(resource, fields, { items: items() });
		expect(again.json).toMatchObject([{ id: created.json[0].id, upserted: 'unchanged' }]);
		expect(writes(again)).toEqual([]);

		const changed = await upsert(resource, { ...fields, ...changes }, { items: items() });
		expect(changed.json).toMatchObject([{ id: created.json[0].id, upserted: 'updated' }]);
		expect(new Set(writes(changed)).size).toBe(1);
		expect(count()).toBe(before + 1);
		const settled = await upsert(resource, { ...fields, ...changes }, { items: items() });
		expect(settled.json).toMatchObject([{ upserted: 'unchanged' }]);
	});

	test('that exists twice is an error, and nothing is changed', async () => {
		const key = resource === 'agent' ? 'name' : 'label';
		const { json } = await upsert(resource, fields, { items: items() });
		const stored = environment()[collection] as Map<string, { id: string }>;
		const { id: _id, ...copy } = stored.get(String(json[0].id))!;
		const { id } = environment().add(collection as 'agents', copy);
		const twice = await upsert(resource, { ...fields, ...changes }, { items: items() });
		expect(twice.error?.message).toContain(
			`There are 2 ${collection} with the ${key} '${String(fields[key])}'`,
		);
		expect(twice.error?.message).toContain(id);
		expect(writes(twice)).toEqual([]);
	});
});

test('the search reads all pages, once for all items', async () => {
	environment().addAgents(250);
	const target = [...environment().agents.values()].at(-1)!;
	target.name = 'Last of them';
	const fields = {
		promptSource: 'existing',
		promptId: byId(first('prompts')),
		voiceId: byId(first('voices')),
	};
	const { json, requests } = await upsert(
		'agent',
		{ ...fields, name: '={{ $json.name }}' },
		{ items: [{ name: 'Last of them' }, { name: 'New' }, { name: 'New' }] },
	);
	expect(json.map(({ id }) => id)[0]).toBe(target.id);
	expect(json.map(({ upserted }) => upserted).slice(1)).toEqual(['created', 'unchanged']);
	const lists = requests.filter(({ operationId }) => operationId === 'listAgents');
	expect(lists.length).toBeLessThan(6);
});

test.each([
	[
		'webhook',
		{ label: '={{ $json.no }}', events: ['event_transcript'], url: 'https://example.com/a' },
		"'Label' is empty",
	],
	['prompt', { label: '={{ " " }}', content: 'x' }, "'Label' is empty"],
])('a %s without what it is found by is refused', async (resource, fields, message) => {
	const { error, requests } = await upsert(resource, fields);
	expect(error?.message).toContain(message);
	expect(requests).toEqual([]);
});
