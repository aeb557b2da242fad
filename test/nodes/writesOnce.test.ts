import type { IDataObject, INode, INodeParameters } from 'n8n-workflow';

import { byId, runNode, simulator } from '../support/harness';

/** Retry On Fail also runs all items again when the first one has failed with Continue On Fail. */
const repeats: Partial<INode> = {
	retryOnFail: true,
	maxTries: 3,
	waitBetweenTries: 0,
	onError: 'continueRegularOutput',
};

beforeEach(() => simulator.reset());

const sent = (operation: string) =>
	simulator.requests.filter(({ operationId }) => operationId === operation);

const buying = (changes: INodeParameters): INodeParameters => ({
	resource: 'phoneNumber',
	operation: 'buy',
	...changes,
});
const linking: INodeParameters = {
	resource: 'phoneNumber',
	operation: 'link',
	phoneNumber: '={{ $json.number }}',
};
const prompt: INodeParameters = {
	resource: 'prompt',
	operation: 'create',
	content: 'Hello {{ "{{name}}" }}',
	label: '={{ $json.label }}',
};
const items = [{ number: 'none' }, { number: '+14155550171' }, { number: '+14155550172' }];

describe('what later items have made is not made again when the first item fails', () => {
	test('a number that was bought', async () => {
		const parameters = buying({ chooseBy: 'phoneNumber', phoneNumber: '={{ $json.number }}' });
		const { json } = await runNode(parameters, { items, settings: repeats });
		expect(json[0].error).toContain("'none'");
		expect(json.slice(1).map(({ id }) => id)).toEqual([expect.any(String), expect.any(String)]);
		expect(sent('buyNumber')).toHaveLength(2);
	});

	test('an object that was created', async () => {
		const labels = ['', 'First', 'Second'].map((label) => ({ label }));
		simulator.faults.add({
			operationId: 'createPrompt',
			status: 409,
			times: Infinity,
			match: ({ body }) => !(body as IDataObject).label,
		});
		const { json } = await runNode(prompt, { items: labels, settings: repeats });
		expect(json[0].error).toBeDefined();
		expect(json.slice(1).map(({ label }) => label)).toEqual(['First', 'Second']);
		const { prompts } = simulator.environment('default');
		const made = [...prompts.values()].map(({ label }) => label);
		for (const { label } of labels.slice(1)) {
			expect(made.filter((name) => name === label)).toHaveLength(1);
		}
	});
});

describe('when the answer was lost', () => {
	const lose = (operationId: string) =>
		simulator.faults.add({ operationId, when: 'after', reset: true });
	const retried = { ...repeats, onError: undefined };

	test('a created object is found by its label', async () => {
		lose('createPrompt');
		const { json, error } = await runNode(prompt, {
			items: [{ label: 'Only one' }],
			settings: retried,
		});
		expect(error).toBeUndefined();
		expect(json[0]).toMatchObject({ id: expect.any(String), label: 'Only one' });
		expect(sent('createPrompt')).toHaveLength(1);
	});

	test('an object that was not created is sent again', async () => {
		simulator.faults.add({ operationId: 'createPrompt', status: 500 });
		const { json, error } = await runNode(prompt, {
			items: [{ label: 'Only one' }],
			settings: retried,
		});
		expect(error).toBeUndefined();
		expect(json[0].label).toBe('Only one');
		expect(sent('createPrompt')).toHaveLength(2);
	});

	test('a number that was bought is found', async () => {
		lose('buyNumber');
		const parameters = buying({ chooseBy: 'phoneNumber', phoneNumber: '+14155550171' });
		const { json, error } = await runNode(parameters, { settings: retried });
		expect(error).toBeUndefined();
		expect(json[0].number).toMatch(/14155550171$/);
		expect(sent('buyNumber')).toHaveLength(1);
	});

	test('no second number is bought by its area code', async () => {
		lose('buyNumber');
		const parameters = buying({ chooseBy: 'areaCode', areaCode: '415' });
		const { error } = await runNode(parameters, { settings: retried });
		expect(error?.message).toContain('still not known whether Fluents.ai acted on this');
		expect(error?.description).toContain('it may have been bought');
		expect(sent('buyNumber')).toHaveLength(1);
	});

	test('a number that was linked is found', async () => {
		lose('linkNumber');
		const [connection] = simulator.environment('default').accountConnections.keys();
		const { error } = await runNode(
			{ ...linking, accountConnectionId: byId(connection) },
			{ items: [{ number: '+14155550171' } as IDataObject], settings: retried },
		);
		expect(error).toBeUndefined();
		expect(sent('linkNumber')).toHaveLength(1);
	});
});
