import type { INodeParameters } from 'n8n-workflow';

import type { RequestRecord } from '../../simulator';
import { plainAgent } from '../support/callFixtures';
import { byList, runNode, simulator, truth } from '../support/harness';

const TO = '+12125550101';

beforeEach(() => simulator.reset());

const create = (additionalFields: INodeParameters, changes: INodeParameters = {}) => {
	const [from] = simulator.environment('default').numbers.values();
	return {
		resource: 'call',
		operation: 'create',
		agentId: byList(plainAgent().id),
		fromNumber: byList(String(from.number)),
		toNumber: TO,
		additionalFields,
		...changes,
	};
};

const bodies = (requests: RequestRecord[]) =>
	requests
		.filter(({ operationId }) => operationId === 'createCall')
		.map(({ body }) => body as Record<string, unknown>);

const call = () => [...simulator.environment('default').calls.values()].at(-1);

describe('the telephony provider, as text or as an object (C17)', () => {
	test.each(['string', 'object'] as const)('where the API wants a %s', async (form) => {
		Object.assign(simulator.switches, { telephonyProvider: form, agentPayload: 'id' });
		const { error, requests } = await runNode(create({ telephonyProvider: ' telnyx ' }));
		expect(error).toBeUndefined();
		expect(bodies(requests).map((body) => body.telephony_provider)).toEqual(
			form === 'string' ? ['telnyx'] : ['telnyx', { name: 'telnyx' }],
		);
		expect(simulator.dialled.get(TO)).toBe(1);
		expect(call()?.telephony_provider).toBe('telnyx');
	});

	test('is an object in the full form, where an object of the user wins', async () => {
		const full = { options: { agentPayload: 'full' } };
		const text = await runNode(create({ telephonyProvider: 'telnyx' }, full));
		const additionalBodyFields = '{ "telephony_provider": { "name": "vonage" } }';
		const object = await runNode(create({ additionalBodyFields }, full));
		const sent = [text, object].map(({ requests }) => bodies(requests)[0].telephony_provider);
		expect(sent).toEqual([{ name: 'telnyx' }, { name: 'vonage' }]);
	});

	test('is left out unless the user sets it', async () => {
		const { requests } = await runNode(create({ telephonyProvider: '' }));
		expect(bodies(requests)[0]).not.toHaveProperty('telephony_provider');
	});
});

test.each([
	['text', '{ "record": true, "codec": "opus", "none": null }'],
	['an object', '={{ { record: true, codec: "opus", none: null } }}'],
])('telephony parameters from %s become texts, in both forms', async (_form, telephonyParams) => {
	const { error, requests } = await runNode(create({ telephonyParams }));
	expect(error).toBeUndefined();
	const sent = bodies(requests).map((body) => body.telephony_params);
	const params = { record: 'true', codec: 'opus' };
	expect(sent).toEqual(truth === 'a' ? [params] : [params, params]);
	expect(call()?.telephony_params).toEqual(params);
});

describe.each(['create', 'createAndWait'])('extra body fields of %s', (operation) => {
	test('go along, and win over the others', async () => {
		simulator.callSeconds = 0.1;
		const { error, requests } = await runNode(
			create(
				{
					hipaaCompliant: true,
					additionalBodyFields:
						'{ "hipaa_compliant": false, "is_outgoing": false, "context": { "name": "Eva" } }',
				},
				{ operation, options: { pollInterval: 1 } },
			),
		);
		expect(error).toBeUndefined();
		for (const body of bodies(requests)) {
			expect(body).toMatchObject({
				to_number: TO,
				hipaa_compliant: false,
				is_outgoing: false,
				context: { name: 'Eva' },
			});
		}
		expect(simulator.dialled.get(TO)).toBe(1);
	});
});

test.each<[string, INodeParameters, string]>([
	[
		'nested telephony parameters',
		{ telephonyParams: '{ "a": { "b": 1 } }' },
		"'Telephony Fields (JSON)' may hold texts, numbers and true or false only, which 'a' is not [item 0]",
	],
	[
		'telephony parameters that are a list',
		{ telephonyParams: '[]' },
		"'Telephony Fields (JSON)' is not a JSON object",
	],
	[
		'additional fields that are no JSON',
		{ additionalBodyFields: '{ x: 1 }' },
		"'Extra Body Fields (JSON)' is not valid JSON (line 1, column 3). If data is put into it, make the whole field one expression that gives an object, or write each value with JSON.stringify [item 0]",
	],
])('%s are refused before anybody is called', async (_what, additionalFields, message) => {
	const { error, requests } = await runNode(create(additionalFields));
	expect(error?.message).toContain(message);
	expect(requests).toEqual([]);
});
